package config

import (
	"regexp"
	"slices"

	"github.com/oncalm/oncalm/bot/rights"
	"github.com/oncalm/oncalm/cmd/oncalm/config/reading"
)

// groupForm is the id of a user group in Slack, which can be no person's name here.
var groupForm = regexp.MustCompile(`^S[A-Z0-9]{5,30}$`)

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

// holders reads the people who have a role.
func holders(v reading.Value) (all []string) {
	v.List("people, such as [ana, bo]", func(v reading.Value) {
		name, ok := v.Filled("the name of a person")
		switch {
		case !ok:
		case groupForm.MatchString(name):
			v.Errorf("list the people", "this version does not read user groups of Slack for rights")
		case slices.Contains(all, name):
			v.Warnf("remove one of them", "%s is listed twice", name)
		default:
			v.Refer("person", name)
			all = append(all, name)
		}
	})
	return all
}
