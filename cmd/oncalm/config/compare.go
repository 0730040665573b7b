package config

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/oncalm/oncalm/alarms"
	"github.com/oncalm/oncalm/cmd/oncalm/config/schedules"
	"github.com/oncalm/oncalm/handoffs"
	"github.com/oncalm/oncalm/rotations"
)

// A Change says what is different in one section of a configuration. Settings are keys outside the sections that have names.
type Change struct {
	What                    string // people, schedules, policies, services or settings
	Added, Removed, Changed []string
}

// Keep takes what cannot change while the program runs from the configuration in force. It returns the keys that would be
// different after a restart.
func (c *Config) Keep(running *Config) (keys []string) {
	kept := func(key string, same bool) {
		if !same {
			keys = append(keys, key)
		}
	}
	kept("listen", c.Listen == running.Listen)
	kept("web.listen", c.WebListen == running.WebListen)
	kept("store", c.Store == running.Store)
	kept("slack.mode", c.Slack.Mode == running.Slack.Mode)
	kept("slack.api_url", c.Slack.APIURL == running.Slack.APIURL)
	kept("slack.bot_token", c.Slack.BotToken == running.Slack.BotToken)
	kept("slack.signing_secret", c.Slack.SigningSecret == running.Slack.SigningSecret)
	kept("slack.app_token", c.Slack.AppToken == running.Slack.AppToken)
	kept("slack.channel", c.Slack.Channel == running.Slack.Channel)
	kept("slack.commands", c.Slack.Incident == running.Slack.Incident && c.Slack.OnCall == running.Slack.OnCall)
	if len(keys) == 0 && c.Slack != running.Slack {
		keys = append(keys, "slack") // a key that is not named above
	}
	c.Listen, c.WebListen, c.Store, c.Slack = running.Listen, running.WebListen, running.Store, running.Slack
	return keys
}

// duty is all that is said about a schedule.
type duty struct {
	Schedule rotations.Schedule
	Planned  []rotations.Override
	Rule     handoffs.Rule
}

// duties are the schedules with what other sections say about them, so that a change there is a change of the schedule.
func (c *Config) duties() map[string]duty {
	all := map[string]duty{}
	for name, s := range c.Schedules {
		all[name] = duty{s, c.Planned[name], c.Handoffs.Rules[name]}
	}
	return all
}

// services are the services by name.
func (c *Config) services() map[string]alarms.Service {
	all := map[string]alarms.Service{}
	for _, s := range c.Services.All {
		all[s.Name] = s
	}
	return all
}

// Changes says what is different in next, section by section. What [Config.Keep] keeps is not among it.
func (c *Config) Changes(next *Config) (all []Change) {
	for _, change := range []Change{
		compare("people", c.People, next.People),
		compare("schedules", c.duties(), next.duties()),
		compare("policies", c.Policies, next.Policies),
		compare("services", c.services(), next.services()),
		{What: "settings", Changed: c.settings(next)},
	} {
		if len(change.Added)+len(change.Removed)+len(change.Changed) > 0 {
			all = append(all, change)
		}
	}
	return all
}

// compare compares two sections by the names in them.
func compare[T any](what string, old, next map[string]T) Change {
	c := Change{What: what}
	for _, name := range slices.Sorted(maps.Keys(next)) {
		switch before, was := old[name]; {
		case !was:
			c.Added = append(c.Added, name)
		case !same(reflect.ValueOf(before), reflect.ValueOf(next[name])):
			c.Changed = append(c.Changed, name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(old)) {
		if _, is := next[name]; !is {
			c.Removed = append(c.Removed, name)
		}
	}
	return c
}

// settings are the keys that are different and belong to nothing that has a name. A field of [Config] that is not known here is
// a key of its own.
func (c *Config) settings(next *Config) (keys []string) {
	if c.Services.Default != next.Services.Default {
		keys = append(keys, "default_service")
	}
	if !slices.Equal(c.common(next), next.common(c)) { // of two services that fit equally well, the first has an alarm
		keys = append(keys, "the order of services")
	}
	old, other := c.handoffs(), next.handoffs()
	if !same(reflect.ValueOf(old), reflect.ValueOf(other)) {
		keys = append(keys, "handoffs")
	}
	elsewhere := []string{"File", "Listen", "WebListen", "Store", "Slack", "People", "Schedules", "Planned", "Policies", "Services",
		"Handoffs"}
	a, b := reflect.ValueOf(c).Elem(), reflect.ValueOf(next).Elem()
	for n := range a.NumField() {
		name := a.Type().Field(n).Name
		if !slices.Contains(elsewhere, name) && !same(a.Field(n), b.Field(n)) {
			keys = append(keys, keyOf(name))
		}
	}
	return slices.Compact(keys)
}

// common are the services that another configuration has, too, in order.
func (c *Config) common(other *Config) (names []string) {
	for _, s := range c.Services.All {
		if _, both := other.Service(s.Name); both {
			names = append(names, s.Name)
		}
	}
	return names
}

// handoffs is what is said about handoffs of all schedules.
func (c *Config) handoffs() schedules.Handoffs {
	h := c.Handoffs
	h.Rules = nil // these are of a schedule each
	return h
}

// keyOf is how a field is called in the file.
func keyOf(field string) string {
	if field == "Shapes" {
		return "templates"
	}
	var b strings.Builder
	for n, r := range field {
		upper := r >= 'A' && r <= 'Z'
		if upper && n > 0 && field[n-1] >= 'a' {
			b.WriteByte('_')
		}
		b.WriteRune(r)
	}
	return strings.ToLower(b.String())
}

// same reports whether two values say the same. Zones are the same by name: what a [time.Location] holds besides depends on when
// it was loaded. It goes by reflection, so that a new field is compared without a word here. [reflect.DeepEqual] would do
// but for the zones.
func same(a, b reflect.Value) bool {
	if a.Type() == reflect.TypeFor[*time.Location]() {
		return zoneName(a) == zoneName(b)
	}
	switch a.Kind() {
	case reflect.Pointer, reflect.Interface:
		if a.IsNil() || b.IsNil() {
			return a.IsNil() == b.IsNil()
		}
		return a.Elem().Type() == b.Elem().Type() && same(a.Elem(), b.Elem())
	case reflect.Struct:
		for n := range a.NumField() {
			if !same(a.Field(n), b.Field(n)) {
				return false
			}
		}
		return true
	case reflect.Slice, reflect.Array:
		if a.Len() != b.Len() {
			return false
		}
		for n := range a.Len() {
			if !same(a.Index(n), b.Index(n)) {
				return false
			}
		}
		return true
	case reflect.Map:
		if a.Len() != b.Len() {
			return false
		}
		for _, key := range a.MapKeys() {
			if other := b.MapIndex(key); !other.IsValid() || !same(a.MapIndex(key), other) {
				return false
			}
		}
		return true
	}
	return a.Equal(b)
}

// zoneName is the name of a zone that may stand in a field which is not exported.
func zoneName(v reflect.Value) string {
	if v.IsNil() {
		return "UTC"
	}
	return v.Elem().FieldByName("name").String()
}
