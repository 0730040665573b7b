package config

import (
	"github.com/oncalm/oncalm/bot/rights"
	"github.com/oncalm/oncalm/cmd/oncalm/config/reading"
)

// accessOf reads what those may do who are not in the configuration.
func accessOf(to *rights.Access) func(reading.Value) {
	return func(v reading.Value) {
		who := func(may *bool) func(reading.Value) {
			return func(v reading.Value) {
				if said, ok := v.OneOf("people", "workspace"); ok {
					*may = said == "workspace"
				}
			}
		}
		v.Mapping(reading.Key("ask", who(&to.Ask)), reading.Key("declare", who(&to.Declare)))
	}
}
