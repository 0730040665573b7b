package lists

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/history"
	"github.com/oncalm/oncalm/nearest"
	"github.com/oncalm/oncalm/text"
)

// What is listed.
const (
	setOpen = "open" // what is not resolved
	setAll  = "all"  // what is, too
	setMine = "mine" // what is open, and whoever asks has acknowledged or was paged for
)

// A filter says which incidents are listed. What is empty lists all. Severities are one of these, services one of those;
// both together narrow.
type filter struct {
	set        string
	severities map[string]bool
	services   map[string]bool
	days       int // since when they were opened; 0: whenever
	page       int // from 1
}

const (
	// usualDays is how far back all goes without a number of days.
	usualDays = 30
	// mostDays is ten years.
	mostDays  = 3650
	mostPages = 1000
)

func severities() []string {
	return []string{incidents.Sev1, incidents.Sev2, incidents.Sev3, incidents.Sev4}
}

// parse reads what was typed. What it does not understand it returns. A number alone is days only with "day" behind it: "7"
// may be an incident.
func (l Lists) parse(args []chat.Token) (f filter, wrong string) {
	f = filter{set: setOpen, severities: map[string]bool{}, services: map[string]bool{}, page: 1}
	var words []string
	for _, arg := range args {
		words = append(words, strings.FieldsFunc(arg.Text, func(r rune) bool { return r == ',' })...)
	}
	for n := 0; n < len(words); n++ {
		word := strings.ToLower(words[n])
		service, known := l.service(word)
		switch next := at(words, n+1); {
		case word == setOpen || word == setAll || word == setMine:
			f.set = word
		case slices.Contains(severities(), word):
			f.severities[word] = true
		case known:
			f.services[service] = true
		case word == "page" && within(next, mostPages):
			f.page, _ = strconv.Atoi(next)
			n++
		case within(strings.TrimSuffix(word, "d"), mostDays) && strings.HasSuffix(word, "d"):
			f.days, _ = strconv.Atoi(strings.TrimSuffix(word, "d"))
		case within(word, mostDays) && strings.HasPrefix(next, "day"):
			f.days, _ = strconv.Atoi(word)
			n++
		default:
			return f, words[n]
		}
	}
	if f.set == setAll && f.days == 0 {
		f.days = usualDays
	}
	return f, ""
}

// at is a word, in small letters, or nothing behind the last one.
func at(words []string, n int) string {
	if n < len(words) {
		return strings.ToLower(words[n])
	}
	return ""
}

// within reports whether a text is a number from 1 to most.
func within(word string, most int) bool {
	n, err := strconv.Atoi(word)
	return err == nil && n > 0 && n <= most
}

// service is the name of a service as it is written, which may differ in capitals. A word that means something else here,
// such as "open", is not a service of that name.
func (l Lists) service(word string) (string, bool) {
	for _, name := range l.Services {
		if strings.EqualFold(name, word) {
			return name, true
		}
	}
	return "", false
}

// says is the filter as it is typed, with another page. Buttons carry it, so a page is asked for as if it were typed.
func (f filter) says(page int) string {
	words := []string{f.set}
	words = append(words, slices.Sorted(maps.Keys(f.severities))...)
	words = append(words, slices.Sorted(maps.Keys(f.services))...)
	if f.days > 0 {
		words = append(words, strconv.Itoa(f.days)+"d")
	}
	if page > 1 {
		words = append(words, "page", strconv.Itoa(page))
	}
	return strings.Join(words, " ")
}

// query is what is read, before what is not wanted of it is left out. The index of history knows times and what is open;
// severities and services are looked at row by row.
func (f filter) query(now time.Time) history.Query {
	q := history.Query{Open: f.set != setAll}
	if f.days > 0 {
		q.From = now.AddDate(0, 0, -f.days)
	}
	return q
}

// wants reports whether a row is of the severities and services that were named, if any were.
func (f filter) wants(r *history.Row) bool {
	return (len(f.severities) == 0 || f.severities[r.Severity]) && (len(f.services) == 0 || f.services[r.Service])
}

// unknown says which filters there are.
func (l Lists) unknown(c *chat.Call, wrong string) blocks.Message {
	const shown = 20
	wrong = text.Clip(text.Line(wrong), 40)
	known := slices.Concat([]string{setOpen, setAll, setMine}, severities(), l.Services)
	say := blocks.Say("I do not know “", wrong, "” as something to list by. ")
	if near := nearest.Of(wrong, known); near != "" {
		say = blocks.Say(say, "Did you mean ", blocks.Code(c.Root+" list "+near), "? ")
	}
	say = blocks.Say(say, "There are ", blocks.Code("open"), ", ", blocks.Code("all"), " and ", blocks.Code("mine"), ", ",
		blocks.Code("sev1"), " to ", blocks.Code("sev4"), ", a number of days such as ", blocks.Code("7d"))
	if n := len(l.Services); n > 0 {
		names := text.List(l.Services[:min(n, shown)], "and")
		if n > shown {
			names = strings.Join(l.Services[:shown], ", ") + ", …"
		}
		say = blocks.Say(say, ", and services: ", names)
	}
	return blocks.Message{Body: []blocks.Paragraph{blocks.Para(blocks.Say(say, "."))}}
}
