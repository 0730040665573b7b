package declare

import (
	"maps"
	"slices"
	"strings"

	"github.com/oncalm/oncalm/alarms"
	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/nearest"
	"github.com/oncalm/oncalm/text"
)

// severities are all, the worst first.
func severities() []string {
	return []string{incidents.Sev1, incidents.Sev2, incidents.Sev3, incidents.Sev4}
}

// severityOf is the severity of a service's incidents, unless something else is said.
func severityOf(s *alarms.Service) string {
	if s.Severity == "" {
		return incidents.Sev2
	}
	return s.Severity
}

// known is the name that was meant, of some; "" if it is none of them. SEV-1 is sev1.
func known(names []string, said string) string {
	said = strings.ToLower(said)
	for _, name := range names {
		if lower := strings.ToLower(name); lower == said || strings.Replace(said, "sev-", "sev", 1) == lower {
			return name
		}
	}
	return ""
}

// unquoted takes off quotes around a whole text.
func unquoted(s string) string {
	if all := chat.Tokens(strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(s)); len(all) == 1 {
		return strings.TrimSpace(all[0].Text)
	}
	return s
}

func (room *Room) services() (names []string) {
	for _, s := range room.o.Services.All {
		names = append(names, s.Name)
	}
	return names
}

// service is the one of a name; of an empty or unknown one the default.
func (room *Room) service(name string) (s alarms.Service) {
	for _, s = range room.o.Services.All {
		if s.Name == name {
			return s
		}
	}
	if name != room.o.Services.Default && room.o.Services.Default != "" {
		return room.service(room.o.Services.Default)
	}
	return s
}

func (room *Room) people() []string { return slices.Sorted(maps.Keys(room.o.People)) }

// peopleOf are those who were paged in the incident's run.
func peopleOf(i *incidents.Incident) (people []string) {
	for _, p := range i.Pages {
		people = append(people, p.Person)
	}
	slices.Sort(people)
	return slices.Compact(people)
}

// list names some of many.
func (room *Room) list(names []string) string {
	const most = 20
	if more := len(names) - most; more > 0 {
		return strings.Join(names[:most], ", ") + " and " + text.Count(more, "other", "others")
	}
	return text.List(names, "and")
}

// Kinds of whom can be paged, before a name.
const (
	aPerson, aService, aSchedule = "person:", "service:", "schedule:"
)

// target is who is meant by a name: a person, who may have a sign before it, a service or a schedule. Where it names several kinds, the
// first of them is meant, unless the kind stands before it.
func (room *Room) target(said string) (kind, name string, ok bool) {
	said = strings.TrimRight(said, ".,;")
	at, isPerson := strings.CutPrefix(said, "@")
	for _, k := range []struct {
		kind  string
		names []string
	}{{aPerson, room.people()}, {aService, room.services()}, {aSchedule, room.o.Schedules}} {
		if isPerson && k.kind != aPerson {
			continue
		}
		if name = known(k.names, strings.TrimPrefix(at, k.kind)); name != "" {
			return k.kind, name, true
		}
	}
	return "", "", false
}

// nobodyOf says that a name is none of those who can be paged, and which there are.
func (room *Room) nobodyOf(said string) blocks.Message {
	bare := strings.TrimPrefix(text.Clip(text.Line(said), 40), "@")
	l := blocks.Say("I do not know “", bare, "”, so nobody was paged. ")
	if near := nearest.Of(bare, slices.Concat(room.people(), room.services(), room.o.Schedules)); near != "" {
		l = append(l, blocks.Say("Did you mean ", blocks.Code(near), "? ")...)
	}
	l = append(l, blocks.Say("People: ", room.list(room.people()), ".")...)
	if names := room.services(); len(names) > 0 {
		l = append(l, blocks.Say(" Services: ", room.list(names), ".")...)
	}
	if len(room.o.Schedules) > 0 {
		l = append(l, blocks.Say(" Schedules: ", room.list(room.o.Schedules), ".")...)
	}
	return blocks.Message{Body: []blocks.Paragraph{blocks.Para(l)}}
}
