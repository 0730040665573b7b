// Package roles takes the people out of a timeline: what somebody was in the incident stands in the place of who they are. So a
// document can be shown to those who need not know.
//
// Whoever did something is Responder A, B and so on, in the order in which they come up; who only approved is an Approver, and who
// is in Slack but not in the configuration a Participant. Their names go out of what was written, too, as far as they stand there as
// a word, and so do addresses of e-mail, numbers of phones and mentions.
package roles

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/postmortems/evidence"
)

// What stands in the place of what would tell who somebody is.
const (
	noAddress = "(address)"
	noNumber  = "(phone number)"
	somebody  = "somebody"
)

// Mask returns an incident and its timeline without people, and what does the same to a text about it. If something cannot be
// written without them, the event is left out of what is known: it becomes one of an unknown kind. It works on what is
// stored of an event, and so also on fields that it does not know.
func Mask(i incidents.Incident, timeline []incidents.Event) (masked incidents.Incident, events []incidents.Event,
	clean func(string) string) {
	return MaskStored(i, timeline, evidence.Stored(timeline))
}

// MaskStored is [Mask] for who has what is stored of each event.
func MaskStored(i incidents.Incident, timeline []incidents.Event, stored [][]byte) (masked incidents.Incident,
	events []incidents.Event, clean func(string) string) {
	cast := &cast{roles: map[string]string{}}
	for n, e := range timeline {
		cast.meet(e, stored[n])
	}
	cast.name()
	scrub := &scrub{cast: cast}
	events = make([]incidents.Event, len(timeline))
	for n, e := range timeline {
		events[n] = cast.mask(scrub, e, stored[n])
	}
	masked, err := incidents.Fold(i.ID, events)
	if err != nil { // the timeline was no sound one before
		masked = i
		for _, p := range []*incidents.Actor{&masked.OpenedBy, &masked.AcknowledgedBy, &masked.ResolvedBy} {
			*p = cast.actor(*p)
		}
		masked.Response.Lead, masked.Title = cast.text(masked.Response.Lead), cast.text(masked.Title)
	}
	return masked, events, cast.text
}

// A cast is the people of an incident.
type cast struct {
	order []person          // as they came up
	roles map[string]string // by name
	longs []string          // names, the longest first
	// needles are what of a text is changed where it stands as a word: names and their parts, in lower case.
	needles [][]byte
}

type person struct {
	name      string
	other     bool // not in the configuration
	responded bool // did more than approve
}

// approving is the kind of event by which somebody is an approver.
const approving = "rollback-approved"

// add takes note of somebody. Who was once seen with more (in the configuration, doing more than to approve) counts as
// that.
func (c *cast) add(name string, other, responded bool) {
	if strings.TrimSpace(name) == "" || name == "oncalm" {
		return
	}
	for n := range c.order {
		if p := &c.order[n]; p.name == name {
			p.responded = p.responded || responded
			p.other = p.other && other
			return
		}
	}
	c.order = append(c.order, person{name, other, responded})
}

// meet finds the people of an event. Most events name nobody in their body; a search for the keys that would is cheaper
// than to parse all.
func (c *cast) meet(e incidents.Event, line []byte) {
	responded := e.Kind() != approving
	if e.By.Kind == incidents.KindPerson || e.By.Kind == incidents.KindOther {
		c.add(e.By.Name, e.By.Kind == incidents.KindOther, responded)
	}
	if !bytes.Contains(line, []byte(`"person"`)) && !bytes.Contains(line, []byte(`"captured"`)) &&
		!bytes.Contains(line, []byte(`"kind":"other"`)) && !bytes.Contains(line, []byte(`"lead"`)) {
		return
	}
	var v struct{ Body any }
	if json.Unmarshal(line, &v) == nil {
		c.look(v.Body, responded)
	}
}

// look finds people in what is stored of an event. The keys of objects are walked in order, so that the same timeline gives
// everybody the same letter.
func (c *cast) look(v any, responded bool) {
	switch v := v.(type) {
	case []any:
		for _, one := range v {
			c.look(one, responded)
		}
	case map[string]any:
		kind, name := word(v["kind"]), word(v["name"])
		if kind == incidents.KindPerson || kind == incidents.KindOther {
			c.add(name, kind == incidents.KindOther, responded)
		}
		for _, key := range [...]string{"person", "captured", "lead", "comms", "scribe"} {
			c.add(word(v[key]), false, responded)
		}
		keys := make([]string, 0, len(v))
		for key := range v {
			keys = append(keys, key)
		}
		slices.Sort(keys)
		for _, key := range keys {
			c.look(v[key], responded)
		}
	}
}

// word is a string; empty for anything else.
func word(v any) string {
	s, _ := v.(string)
	return s
}

// name gives everybody a role. Letters count through all, whatever their role, so that no two have the same. Long names go
// first, so that Ann is not replaced in Ann-Marie.
func (c *cast) name() {
	for n, p := range c.order {
		role := "Responder "
		switch {
		case p.other:
			role = "Participant "
		case !p.responded:
			role = "Approver "
		}
		c.roles[p.name] = role + letters(n)
		c.longs = append(c.longs, p.name)
	}
	slices.SortStableFunc(c.longs, func(a, b string) int { return len(b) - len(a) })
	for _, name := range c.longs {
		c.needles = append(c.needles, []byte(lowered(name)))
		for part := range strings.FieldsSeq(name) {
			c.needles = append(c.needles, []byte(lowered(part)))
		}
	}
}

// letters counts as columns of a sheet do: A to Z, then AA.
func letters(n int) string {
	s := string(rune('A' + n%26))
	if n >= 26 {
		s = letters(n/26-1) + s
	}
	return s
}

// actor is who did something, by their role. Alarms and the program keep their names.
func (c *cast) actor(a incidents.Actor) incidents.Actor {
	if role, ok := c.roles[a.Name]; ok && (a.Kind == incidents.KindPerson || a.Kind == incidents.KindOther) {
		a.Name = role
	}
	return a
}

// mask takes the people out of an event. One that tells of nobody stays as it is.
func (c *cast) mask(s *scrub, e incidents.Event, line []byte) incidents.Event {
	e.By = c.actor(e.By)
	masked := e
	masked.Body = incidents.Unknown{Kind: e.Kind()}
	if !json.Valid(line) {
		return masked
	}
	line, changed := s.body(line)
	if !changed {
		return e
	}
	var read incidents.Event
	if json.Unmarshal(line, &read) != nil {
		return masked
	}
	masked.Body = read.Body
	return masked
}

// plain are the names of fields that hold no text: links, and names of things.
var plain = [...]string{"link", "arn", "series", "account", "region", "message_id", "state", "via", "namespace", "section", "role"}

// value masks a text that stands under a key. A service or an alarm may have the name of a person, so those keys are masked
// as text, and not as people.
func (c *cast) value(key, v string) string {
	if role, ok := c.roles[v]; ok && key != "service" && key != "name" {
		return role
	}
	if slices.Contains(plain[:], key) {
		return v
	}
	return c.text(v)
}

var (
	address = regexp.MustCompile(`[\p{L}\d._%+-]+@[\p{L}\d-]+(?:\.[\p{L}\d-]+)+`)
	number  = regexp.MustCompile(`\+\d[\d ()./-]{6,}\d`)
	mention = regexp.MustCompile(`<@[A-Z0-9]+(?:\|[^>]*)?>`)
)

// text takes the people out of what was written. A name of several words is looked for as a whole and in its parts, but not
// in parts of two letters, which are words.
func (c *cast) text(s string) string {
	if strings.ContainsAny(s, "@+") {
		s = address.ReplaceAllString(s, noAddress)
		s = number.ReplaceAllString(s, noNumber)
		s = mention.ReplaceAllString(s, somebody)
	}
	for _, name := range c.longs {
		s = replaced(s, name, c.roles[name])
		for part := range strings.FieldsSeq(name) {
			if part != name && utf8.RuneCountInString(part) > 2 {
				s = replaced(s, part, c.roles[name])
			}
		}
	}
	return s
}

// common are names that are words, too: they are names only with a capital letter.
var common = [...]string{"will", "mark", "may", "art", "bill", "rob", "sue", "pat", "grant", "chase", "hope", "drew", "dash", "jack",
	"max", "ray", "rich", "sandy", "summer", "faith", "grace", "rose", "dawn", "eve", "hunter", "mason", "chance", "guy", "june",
	"april", "august", "don", "frank", "miles", "page", "penny", "sunny", "van", "wade", "web"}

// lowered is a text in lower case with each place where it was: a letter that has another length there stays as it is.
func lowered(s string) string {
	return strings.Map(func(r rune) rune {
		if l := unicode.ToLower(r); utf8.RuneLen(l) == utf8.RuneLen(r) {
			return l
		}
		return r
	}, strings.ToValidUTF8(s, "?"))
}

// replaced puts a role in the place of a name, where it stands as a word.
func replaced(s, name, role string) string {
	lower, small := lowered(s), lowered(name)
	if len(lower) != len(s) || !strings.Contains(lower, small) { // what is no text has no names
		return s
	}
	onlyCapital := slices.Contains(common[:], small)
	var b strings.Builder
	at := 0
	for {
		n := strings.Index(lower[at:], small)
		if n < 0 {
			break
		}
		from, to := at+n, at+n+len(small)
		first, _ := utf8.DecodeRuneInString(s[from:])
		if !wordEnds(s, from, to) || onlyCapital && !unicode.IsUpper(first) {
			b.WriteString(s[at:to])
		} else {
			b.WriteString(strings.TrimSuffix(s[at:from], "@") + role)
		}
		at = to
	}
	return b.String() + s[at:]
}

// wordEnds reports whether a word begins at one place of a text and ends at another. A hyphen or a full stop joins words,
// unless it ends one: ana-db is not Ana, and “ask ana.” is.
func wordEnds(s string, from, to int) bool {
	before, _ := utf8.DecodeLastRuneInString(s[:from])
	after, size := utf8.DecodeRuneInString(s[to:])
	next, _ := utf8.DecodeRuneInString(s[min(to+size, len(s)):])
	switch {
	case from > 0 && (inWord(before) || before == '-' || before == '.'):
		return false
	case to < len(s) && (inWord(after) || (after == '-' || after == '.') && inWord(next)):
		return false
	}
	return true
}

func inWord(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || r == '_'
}
