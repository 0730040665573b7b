package config

import (
	"regexp"

	"github.com/oncalm/oncalm/cmd/oncalm/config/patterns"
	"github.com/oncalm/oncalm/cmd/oncalm/config/reading"
	"github.com/oncalm/oncalm/rotations"
)

var (
	userForm  = regexp.MustCompile(`^[UW][A-Z0-9]{1,30}$`)
	phoneForm = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)
	groupForm = regexp.MustCompile(`^S[A-Z0-9]{2,30}$`)
)

func (r *reader) people(c *Config, v reading.Value) {
	bySlack := map[string]string{}
	r.Named(v, "person", func(name string, key, v reading.Value) {
		var p Person
		if name == rotations.Nobody {
			r.Errorf(key, "choose another name: this one stands for gaps in schedules", "nobody may be called %s", name)
		}
		r.Mapping(v,
			reading.Key("slack", patterns.Formed(r.Reader, &p.Slack, userForm, "a Slack user id such as U0ANA; it stands in the menu of their Slack profile")),
			reading.Key("phone", patterns.Formed(r.Reader, &p.Phone, phoneForm, "a phone number in E.164 form, such as +4915112345678: +, country, number, no spaces")),
			reading.Key("zone", func(v reading.Value) { p.Zone = r.zone(v) }),
		)
		if other, taken := bySlack[p.Slack]; taken && p.Slack != "" {
			r.Errorf(r.Place(key.Key+".slack"), "give each person their own", "%s has the Slack id of %s", name, other)
		}
		bySlack[p.Slack] = name
		if p.Slack == "" && !r.Faulty(key.Key) {
			r.Warnf(key, "add slack: with the id from their Slack profile", "%s has no Slack id and cannot be paged", name)
		}
		c.People[name] = p
	})
}

func (r *reader) roles(v reading.Value) {
	r.Mapping(v, reading.Key("approver", r.NotBuilt("asks nobody to approve anything", "take it out")))
}
