package config

import (
	"regexp"
	"time"

	"github.com/oncalm/oncalm/bot/rights"
	"github.com/oncalm/oncalm/cmd/oncalm/config/contacts"
	"github.com/oncalm/oncalm/cmd/oncalm/config/patterns"
	"github.com/oncalm/oncalm/cmd/oncalm/config/places"
	"github.com/oncalm/oncalm/cmd/oncalm/config/reading"
	"github.com/oncalm/oncalm/cmd/oncalm/config/zones"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/paging"
	"github.com/oncalm/oncalm/reach"
	"github.com/oncalm/oncalm/rotations"
)

// Person is somebody who can be paged.
type Person struct {
	Slack string         // user id
	Phone string         // E.164; empty if not configured
	Email string         // empty if not configured
	Ntfy  string         // the address of a topic, as good as a password; empty if not configured
	Zone  *time.Location // nil if not configured

	Notify contacts.Rules // by which channels they are paged; nil: as the team is
}

// contacts are where the person is reached beside Slack.
func (p Person) contacts() contacts.Contacts {
	return contacts.Contacts{reach.SMS: p.Phone, reach.Push: p.Ntfy, reach.Email: p.Email, reach.Call: p.Phone}
}

// Contact is where somebody is reached by a channel beside Slack; empty if that is not known.
func (c *Config) Contact(person, via string) string { return c.People[person].contacts()[via] }

// Uses are the channels beside Slack by which somebody is paged for anything.
func (c *Config) Uses(person string) []string {
	return contacts.Uses(c.People[person].Notify, c.Notify)
}

var (
	userForm  = regexp.MustCompile(`^[UW][A-Z0-9]{1,30}$`)
	phoneForm = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)
)

const (
	userWanted  = "a Slack user id such as U0ANA; it is in the menu of their Slack profile"
	phoneWanted = "a phone number in E.164 form, such as +4915112345678: +, country, number, no spaces"
)

// Reach says by which channels a person is paged for an incident of that severity, and when; nil means by none.
func (c *Config) Reach(person, severity string) []paging.Via {
	p := c.People[person]
	return contacts.Reach(p.Notify, c.Notify, severity, func(via string) bool {
		switch via {
		case incidents.ViaSlack:
			return p.Slack != ""
		case reach.SMS:
			return p.Phone != "" && c.SMS.Via != ""
		case reach.Push:
			return p.Ntfy != ""
		case reach.Call:
			return p.Phone != "" && c.Call.From != ""
		case reach.Email:
			return p.Email != "" && c.Email.From != ""
		}
		return false
	})
}

// reachable reports whether somebody can be paged for the worst incidents.
func (c *Config) reachable(person string) bool { return len(c.Reach(person, incidents.Sev1)) > 0 }

// A peopleReader reads the section people.
type peopleReader struct {
	to        map[string]Person
	bySlack   map[string]string // names
	reachable func(person string) bool
}

func (r *peopleReader) section(v reading.Value) {
	v.Named("person", func(name string, key, v reading.Value) {
		if name == rotations.Nobody {
			key.Errorf("choose another name: this one means a gap in a schedule", "no person may be called %s", name)
		}
		var p Person
		v.Mapping(
			reading.Key("slack", func(v reading.Value) {
				patterns.Formed(&p.Slack, userForm, userWanted)(v)
				places.Genuine(v, p.Slack, "give the id in their Slack profile: Copy member ID in its menu")
			}),
			reading.Key("phone", patterns.Formed(&p.Phone, phoneForm, phoneWanted)),
			reading.Key("email", contacts.Address(&p.Email)),
			reading.Key("ntfy", contacts.Topic(&p.Ntfy)),
			reading.Key("zone", func(v reading.Value) { p.Zone = zones.Read(v) }),
			reading.Key("notify", contacts.Notify(&p.Notify)),
		)
		r.to[name] = p
		r.reached(name, p, key)
	})
}

// reached sees that a person has a Slack id, and one of their own. With one id for two,
// what one does would count as done by the other.
func (r *peopleReader) reached(name string, p Person, key reading.Value) {
	switch other, taken := r.bySlack[p.Slack]; {
	case p.Slack != "" && taken:
		key.In("slack").Errorf("give each person their own", "%s has the Slack id of %s", name, other)
	case p.Slack == "":
		key.File.Later(func() {
			if !key.Faulty() && !r.reachable(name) {
				key.Warnf("add slack: with the id from their Slack profile", "%s has no Slack id and cannot be paged", name)
			}
		})
	}
	r.bySlack[p.Slack] = name
}

// roles reads who approves rollbacks, where older files say so.
func roles(to *rights.Rules) func(reading.Value) {
	return func(v reading.Value) {
		v.Mapping(reading.Key("approver", func(v reading.Value) {
			if len((*to)[rights.Approver]) > 0 {
				v.Errorf("name all of them in rights.approver", "approvers are named in rights as well")
				return
			}
			if *to == nil {
				*to = rights.Rules{}
			}
			(*to)[rights.Approver] = holders(v)
		}))
	}
}
