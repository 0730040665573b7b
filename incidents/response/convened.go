package response

import "github.com/oncalm/oncalm/incidents/wording"

// Convened says that the incident has a channel of its own in Slack.
type Convened struct {
	Channel string `json:"channel"` // its id
	Name    string `json:"name"`
	Link    string `json:"link,omitempty"`
}

// Kind is the name of the kind.
func (Convened) Kind() string { return "convened" }

// Apply changes nothing: package channels knows which channels there are.
func (Convened) Apply(*State, int) {}

// Says puts it into words.
func (f Convened) Says() wording.Sentence {
	name := wording.Part{Form: wording.Linked, Text: "#" + f.Name, Link: f.Link}
	return wording.Sentence{wording.Say("opened the Slack channel "), name}
}
