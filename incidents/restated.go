package incidents

import "maps"

// repairKinds are what a repair of the store does.
func repairKinds() []Kind { return []Kind{kindOf[Restated]()} }

// Restated says again what the incident is, since events before it were damaged on the disk, and a
// line that says so stands in for each. The incident is what the last of these says, and what
// follows from there.
type Restated struct {
	Incident Incident `json:"incident"`
	Lost     []int    `json:"lost"` // the numbers of the events
}

func (Restated) kind() string { return "restated" }

func (b Restated) apply(i *Incident, _ Event) error {
	seq := i.Seq
	*i = b.Incident
	i.Seq, i.Firing, i.Pages = seq, maps.Clone(i.Firing), maps.Clone(i.Pages)
	i.Severities = maps.Clone(i.Severities)
	return nil
}

func (b Restated) words(Event) Words {
	say := Sentence{plain("repaired the store; the incident was "), term(string(b.Incident.Status)), plain(" then")}
	return Words{Say: say, Shown: OnTimeline | InPostmortem}
}
