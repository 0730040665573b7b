// Package channels reads what is done where an incident is talked about in Slack: which messages are put onto its timeline.
package channels

import (
	"regexp"
	"slices"
	"strings"

	"github.com/oncalm/oncalm/bot/capture"
	"github.com/oncalm/oncalm/cmd/oncalm/config/reading"
)

// Channels is the section channels.
type Channels struct {
	Capture capture.Rules
}

// Default is what holds where a file says nothing.
func Default() Channels { return Channels{Capture: capture.Rules{Signs: capture.DefaultSigns()}} }

// Section returns the reader of the section.
func Section(to *Channels) func(reading.Value) {
	return func(v reading.Value) {
		v.Mapping(
			reading.Key("capture", func(v reading.Value) {
				what, _ := v.OneOf("pins", "all")
				to.Capture.All = what == "all"
			}),
			reading.Key("reactions", reactions(&to.Capture.Signs)),
		)
	}
}

// reactionForm is the name of a reaction; people may write it between colons, as they type it in Slack.
var reactionForm = regexp.MustCompile(`^[a-z0-9_+'-]{1,100}$`)

// most is how many reactions may mark a message.
const most = 20

// reactions reads which reactions mark a message. An empty list means that only pins do.
func reactions(to *[]string) func(reading.Value) {
	return func(v reading.Value) {
		if v.Kind() == reading.Null {
			v.Errorf("write [pushpin, memo, stopwatch], or [] so that only pins count", "reactions has no value")
			return
		}
		*to = []string{}
		v.List("reactions such as [pushpin, memo, stopwatch]", func(v reading.Value) {
			s, ok := v.Filled("the name of a reaction, such as pushpin")
			name := strings.Trim(s, ":")
			switch {
			case !ok:
			case !reactionForm.MatchString(name):
				v.Errorf("write its name as Slack shows it, such as pushpin", "%s is not the name of a reaction",
					reading.Quote(v.Text()))
			case slices.Contains(*to, name):
				v.Warnf("remove one", "reactions lists %s twice", name)
			default:
				*to = append(*to, name)
			}
		})
		if len(*to) > most {
			v.Errorf("take some out", "there are %d reactions; %d are the most", len(*to), most)
		}
	}
}
