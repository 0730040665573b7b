package config

import (
	"regexp"

	"github.com/oncalm/oncalm/rotations"
)

var (
	userForm  = regexp.MustCompile(`^[UW][A-Z0-9]{1,30}$`)
	phoneForm = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)
	groupForm = regexp.MustCompile(`^S[A-Z0-9]{2,30}$`)
)

func (r *reader) people(c *Config, v value) {
	bySlack := map[string]string{}
	r.named(v, "person", func(name string, key, v value) {
		var p Person
		if name == rotations.Nobody {
			r.errorf(key, "choose another name: this one stands for gaps in schedules", "nobody may be called %s", name)
		}
		r.mapping(v,
			entry{"slack", r.formed(&p.Slack, userForm, "a Slack user id such as U0ANA; it stands in the menu of their Slack profile")},
			entry{"phone", r.formed(&p.Phone, phoneForm, "a phone number in E.164 form, such as +4915112345678: +, country, number, no spaces")},
			entry{"zone", func(v value) { p.Zone = r.zone(v) }},
		)
		if other, taken := bySlack[p.Slack]; taken && p.Slack != "" {
			r.errorf(r.place(key.key+".slack"), "give each person their own", "%s has the Slack id of %s", name, other)
		}
		bySlack[p.Slack] = name
		if p.Slack == "" && !r.faulty(key.key) {
			r.warnf(key, "add slack: with the id from their Slack profile", "%s has no Slack id and cannot be paged", name)
		}
		c.People[name] = p
	})
}

func (r *reader) roles(c *Config, v value) {
	r.mapping(v, entry{"approver", func(v value) {
		r.list(v, "people", func(v value) {
			name, ok := r.filled(v, "a person, or the id of a Slack user group")
			if !ok {
				return
			}
			if !groupForm.MatchString(name) {
				r.refer(v, "person", name, func() []string { return keys(c.People) })
			}
			c.Roles["approver"] = append(c.Roles["approver"], name)
		})
	}})
}
