// Package channels reads what is done where an incident is talked about in Slack: whether it has a channel of its own, and which messages
// are put onto its timeline.
package channels

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/oncalm/oncalm/bot/capture"
	"github.com/oncalm/oncalm/bot/channels"
	"github.com/oncalm/oncalm/cmd/oncalm/config/reading"
	"github.com/oncalm/oncalm/incidents"
)

// Channels is the section channels.
type Channels struct {
	channels.Rules
	Capture capture.Rules
}

// Opens reports whether any incident has a channel.
func (c Channels) Opens() bool { return c.Open != channels.Never }

// InvitesGroups reports whether a user group is invited to channels that are opened. That needs a scope more, which the
// manifest then asks for.
func (c Channels) InvitesGroups() bool {
	return c.Opens() && slices.ContainsFunc(c.Invite, groupForm.MatchString)
}

// Default is what holds where a file says nothing. A section that is there changes only what it says.
func Default() Channels {
	return Channels{Rules: channels.Default(), Capture: capture.Rules{Signs: capture.DefaultSigns()}}
}

// Section returns the reader of the section.
func Section(to *Channels) func(reading.Value) {
	return func(v reading.Value) {
		v.Mapping(
			reading.Key("open", open(&to.Open)),
			reading.Key("name", name(&to.Name)),
			reading.Key("invite", invite(&to.Invite)),
			reading.Key("archive_after", archiveAfter(&to.ArchiveAfter)),
			reading.Key("capture", func(v reading.Value) {
				what, _ := v.OneOf("pins", "all")
				to.Capture.All = what == "all"
			}),
			reading.Key("reactions", reactions(&to.Capture.Signs)),
		)
	}
}

// open reads which incidents have a channel. A severity means that one and what is worse.
func open(to *string) func(reading.Value) {
	return func(v reading.Value) {
		which, ok := v.OneOf(channels.Never, channels.Always, incidents.Sev1, incidents.Sev2, incidents.Sev3, incidents.Sev4)
		if ok {
			*to = which
		}
	}
}

// such is how the name of a channel may be written.
const such = "such as " + channels.DefaultName

// fieldForm is what is filled in in a name.
var fieldForm = regexp.MustCompile(`\{[^}]*\}?`)

// name reads how channels are called. Slack gives a name only once, so the number of the incident has to be in it.
func name(to *string) func(reading.Value) {
	return func(v reading.Value) {
		s, ok := v.Filled("a name " + such)
		if !ok {
			return
		}
		for _, field := range fieldForm.FindAllString(s, -1) {
			if !slices.Contains([]string{"{id}", "{slug}", "{service}", "{severity}"}, field) {
				v.Errorf("use {id}, {slug}, {service} and {severity}", "a name has no field %s", reading.Quote(field))
				return
			}
		}
		rest := fieldForm.ReplaceAllString(s, "")
		switch {
		case !strings.Contains(s, "{id}"):
			v.Errorf("put {id} into it, "+such, "the channels of two incidents would have the same name")
		case len(s) > mostName || !nameForm.MatchString(rest):
			v.Errorf("use lower-case letters, digits, '-' and '_', "+such, "%s cannot be the name of a channel",
				reading.Quote(v.Text()))
		default:
			*to = s
		}
	}
}

// mostName is the longest name that can be written, with its fields. Slack takes 80 characters (conversations.create), and
// an id or a slug is longer than its field may be.
const mostName = 60

var (
	nameForm  = regexp.MustCompile(`^[a-z0-9_-]*$`)
	groupForm = regexp.MustCompile(`^S[A-Z0-9]{2,30}$`)
)

// invite reads who is in each channel: people, and user groups of Slack's. Groups are told by the form of their ids;
// everything else is the name of a person.
func invite(to *[]string) func(reading.Value) {
	return func(v reading.Value) {
		v.List("people, or ids of user groups such as S0LEADS", func(v reading.Value) {
			who, ok := v.Filled("a person, or the id of a user group such as S0LEADS")
			switch {
			case !ok:
				return
			case slices.Contains(*to, who):
				v.Warnf("remove one", "invite lists %s twice", reading.Quote(who))
				return
			case !groupForm.MatchString(who):
				v.Refer("person", who)
			}
			*to = append(*to, who)
		})
	}
}

// archiveAfter reads how long after it is over a channel is archived. Zero stands for never inside the program, and is
// therefore not taken in the file.
func archiveAfter(to *time.Duration) func(reading.Value) {
	return func(v reading.Value) {
		if v.Text() == "never" {
			*to = 0
			return
		}
		d, ok := v.Days()
		switch {
		case !ok:
		case d == 0:
			v.Errorf("write never, or a time such as 7d", "a channel cannot be archived before people have read that it is over")
		default:
			*to = d
		}
	}
}

// reactionForm is the name of a reaction; people may write it between colons, as they type it in Slack.
var reactionForm = regexp.MustCompile(`^[a-z0-9_+'-]{1,100}$`)

// most is how many reactions may mark a message.
const most = 20

// reactions reads which reactions mark a message. An empty list means that only pins do.
func reactions(to *[]string) func(reading.Value) {
	return func(v reading.Value) {
		// whoever writes nothing behind it may mean either
		if v.Kind() == reading.Null {
			v.Errorf("write [pushpin, memo, stopwatch], or [] so that only pins count", "reactions has no value")
			return
		}
		// what is listed takes the place of the default
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
