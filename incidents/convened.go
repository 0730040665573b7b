package incidents

// Convened says that the incident has a channel of its own in Slack.
type Convened struct {
	Channel string `json:"channel"` // its id
	Name    string `json:"name"`
	Link    string `json:"link,omitempty"`
}

func (Convened) kind() string { return "convened" }

func (Convened) apply(*Incident, Event) error { return nil }

func (b Convened) words(Event) Words {
	say := Sentence{plain("opened the Slack channel "), {Form: Linked, Text: "#" + b.Name, Link: b.Link}}
	return Words{Say: say, Shown: OnCard | OnTimeline | InPostmortem}
}
