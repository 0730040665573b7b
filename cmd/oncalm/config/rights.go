package config

import (
	"slices"

	"github.com/oncalm/oncalm/bot/rights"
	"github.com/oncalm/oncalm/cmd/oncalm/config/reading"
)

// rightsOf reads who has which role.
func rightsOf(to *rights.Rules) func(reading.Value) {
	return func(v reading.Value) {
		var keys []reading.Entry
		for _, role := range rights.Roles() {
			keys = append(keys, reading.Key(string(role), func(v reading.Value) {
				all := holders(v)
				if *to == nil {
					*to = rights.Rules{}
				}
				(*to)[role] = all
			}))
		}
		v.Mapping(keys...)
	}
}

// ReadsGroups reports whether it is asked who is in a user group of Slack's, besides those of schedules.
func (c *Config) ReadsGroups() bool { return c.Channels.InvitesGroups() || len(c.Rights.Groups()) > 0 }

// holders reads the people who have a role.
func holders(v reading.Value) (all []string) {
	v.List("people, or ids of user groups, such as [ana, S0LEADS]", func(v reading.Value) {
		name, ok := v.Filled("the name of a person, or the id of a user group")
		switch {
		case !ok:
		case slices.Contains(all, name):
			v.Warnf("remove one of them", "%s is listed twice", name)
		case rights.IsGroup(name):
			all = append(all, name)
		default:
			v.Refer("person", name)
			all = append(all, name)
		}
	})
	return all
}
