package incidents

import (
	"encoding/json"

	"github.com/oncalm/oncalm/incidents/response"
)

// Responded is a fact of package response. Each kind of facts is a kind of events, as if it were a type of this package.
type Responded struct{ response.Fact }

// responseKinds are those of package response.
func responseKinds() (all []Kind) {
	for _, k := range response.Kinds() {
		all = append(all, Kind{k.Name, func(raw json.RawMessage) (Body, error) {
			f, err := k.Read(raw)
			return Responded{f}, err
		}})
	}
	return all
}

func (b Responded) kind() string { return b.Kind() }

func (b Responded) apply(i *Incident, e Event) error {
	b.Apply(&i.Response, e.Seq)
	if _, is := b.Fact.(response.TakenOver); is && i.Status == StatusAcknowledged {
		i.Acknowledged, i.AcknowledgedBy = e.At, e.By
	}
	return nil
}

func (b Responded) words(Event) Words {
	w := Words{Say: b.Says(), Shown: OnTimeline | InPostmortem}
	switch {
	case response.OnCard(b.Fact):
		w.Shown |= OnCard
	case response.OfPostmortem(b.Fact): // which does not tell of itself
		w.Shown = OnTimeline
	}
	return w
}

// MarshalJSON writes the fact alone.
func (b Responded) MarshalJSON() ([]byte, error) { return json.Marshal(b.Fact) }
