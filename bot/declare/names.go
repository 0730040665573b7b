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

// about is the service that a title begins with, if it does, and the title. Of a service that is set off from it ("search: …" or
// "service:search …") the title is what follows; so it is of one that only stands first, unless it is what the title speaks of. unknown
// says that there is no such service although one was meant.
func (room *Room) about(said string) (service, title string, unknown bool) {
	word, after := firstWord(said)
	bare, setOff := strings.CutPrefix(word, aService)
	bare, colon := strings.CutSuffix(bare, ":")
	service = known(room.services(), bare)
	switch {
	case setOff && service == "":
		return bare, after, true
	case service == "":
		return "", said, false
	case !setOff && !colon && spokenOf(after):
		return service, said, false
	}
	return service, after, false
}

// spokenOf reports whether what follows a name says something of it, as in "search is down" or "search slow", and is no title by
// itself. That is told by its first word; a verb that is not here would be taken for a noun, since "cards fail" is a title.
func spokenOf(after string) bool {
	word, more := firstWord(after)
	word = strings.ToLower(strings.ReplaceAll(word, "’", "'"))
	return word != "" && more == "" || slices.Contains([]string{
		"is", "isn't", "are", "aren't", "was", "wasn't", "were", "has", "hasn't", "have", "had", "does", "doesn't", "did", "didn't",
		"can", "can't", "cannot", "could", "couldn't", "will", "won't", "would", "should", "may", "might", "must", "seems", "looks",
		"keeps", "goes", "went", "gets", "got", "stops", "stopped", "starts", "started", "fails", "failed", "returns", "returned",
		"shows", "loses", "lost", "lets", "times", "timed", "takes", "took", "throws", "threw", "drops", "dropped", "answers",
		"crashes", "crashed", "hangs", "breaks", "broke", "runs", "ran", "needs", "not", "and", "or", "in", "on", "at", "for",
		"from", "with", "without", "after", "since", "again", "down", "slow"}, word)
}

// noService says that there is no service of a name, and which there are.
func (room *Room) noService(name string) blocks.Message {
	l := blocks.Say("Nothing was opened: there is no service “", text.Clip(text.Line(name), 40), "”. ")
	if near := nearest.Of(name, room.services()); near != "" {
		l = append(l, blocks.Say("Did you mean ", blocks.Code(near), "? ")...)
	}
	l = append(l, blocks.Say("Services: ", room.list(room.services()), ".")...)
	return blocks.Message{Body: []blocks.Paragraph{blocks.Para(l)}}
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
