package declare

import (
	"maps"
	"slices"
	"strings"

	"github.com/oncalm/oncalm/alarms"
	"github.com/oncalm/oncalm/bot/argument"
	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/incidents"
)

// severityOf is the severity of a service's incidents, unless something else is said.
func severityOf(s *alarms.Service) string {
	if s.Severity == "" {
		return incidents.Sev2
	}
	return s.Severity
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
	setOff := strings.Contains(word, ":")
	_, service, known := room.names().Find(word, argument.Service)
	switch {
	case room.names().Misnamed(word, argument.Service):
		return word, after, true
	case !known, !setOff && strings.ContainsAny(word[len(word)-1:], ".,;!?"):
		return "", said, false
	case !setOff && spokenOf(after):
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

// names are those that can stand in a word.
func (room *Room) names() argument.Names {
	return argument.Names{
		argument.Person: room.people(), argument.Service: room.services(), argument.Schedule: room.o.Schedules}
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
