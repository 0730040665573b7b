package lint

import (
	_ "embed" // the file of words
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/oncalm/oncalm/postmortems/lint/grammar"
	"github.com/oncalm/oncalm/postmortems/lint/prose"
)

// An Action is an action item: texts as people wrote them, empty if they wrote none.
type Action struct {
	Text, Owner, Due, Type, VerifyBy, Link string

	// From and To are where it stands in a text, in bytes.
	From, To int
}

// An Incident is what the rules of action items need to know about one.
type Incident struct {
	Severity string
	ByPerson bool      // no alarm reported it
	Ended    time.Time // zero if that is not known
	// Open are action items of earlier incidents that are not done.
	Open []Action
}

// Limits of a list of action items.
const (
	latest = 90 * 24 * time.Hour // after a sev1
	many   = 10
)

// ownRules are the rules of action items that are no matter of words.
var ownRules = [...]Rule{
	{"A01", Error, "name the one person or team that answers for it"},
	{"A02", Error, "give a date, such as 2026-04-30"},
	{"A06", Info, "a person reported this incident: which alarm would have, and who adds it? (type detect)"},
	{"A07", Warn, "after a sev1, choose a first step that is done within 90 days"},
	{"A08", Info, "rank them: of more than ten action items the last are rarely done"},
	{"A09", Warn, "link the ticket in which it is followed up"},
	{"A10", Warn, "it is open already: link that one"},
}

//go:embed words/actions.txt
var actionWords string

// actionRules are all rules of action items, in order.
func actionRules() []Rule {
	all := slices.Clone(ownRules[:])
	for _, r := range actionLanguage().Rules {
		all = append(all, Rule{r.ID, r.Level, r.Say})
	}
	slices.SortFunc(all, func(a, b Rule) int { return strings.Compare(a.ID, b.ID) })
	return all
}

// actionLanguage reads the words that come with the program. They are few, and that they can be read is tested.
func actionLanguage() *grammar.Language {
	l, err := grammar.Parse(actionWords)
	if err != nil {
		panic(err)
	}
	return l
}

// Actions looks at the action items of an incident. The findings are in the order of the items; their place is where the item
// stands, if it is a part of a text.
func Actions(items []Action, about Incident) []Finding {
	if len(items) == 0 {
		return nil
	}
	c := &checker{words: actionLanguage(), about: about}
	people := 0
	for n, item := range items {
		c.item = item
		c.owner()
		c.due()
		if m := c.says("A04", item.Text); m != nil && item.VerifyBy == "" && !measurable.MatchString(item.Text) {
			c.add("A04", m.Rule.Level, m.Suggest)
		}
		if c.says("A05", item.Text) != nil {
			people++
		}
		if item.Link == "" && !ticket.MatchString(item.Text) {
			c.own("A09")
		}
		if slices.ContainsFunc(about.Open, item.same) || slices.ContainsFunc(items[:n], item.same) {
			c.own("A10")
		}
		if n == many {
			c.own("A08")
		}
	}
	if c.item = items[0]; people == len(items) {
		m := c.says("A05", items[0].Text)
		c.add("A05", m.Rule.Level, m.Suggest)
	}
	if about.ByPerson && !slices.ContainsFunc(items, func(a Action) bool { return strings.EqualFold(a.Type, "detect") }) {
		c.own("A06")
	}
	return c.found
}

// measurable is a text that says by itself what can be seen in the end.
var measurable = regexp.MustCompile(`\d|(?i)\bso that\b|\buntil\b|\bsuch that\b|\bfrom .+ to \b`)

// ticket is a link, or the key of a ticket.
var ticket = regexp.MustCompile(`https?://|\b[A-Z][A-Z0-9]+-\d+\b|(?:^|\s)#\d+\b`)

// A checker looks at one action item after the other.
type checker struct {
	words *grammar.Language
	about Incident
	item  Action
	found []Finding
}

func (c *checker) add(rule, level, suggest string) {
	c.found = append(c.found, Finding{Rule: rule, Level: level, Text: c.item.Text, Suggest: suggest,
		From: c.item.From, To: c.item.To})
}

// own adds a finding of one of our own rules.
func (c *checker) own(id string) {
	for _, r := range ownRules {
		if r.ID == id {
			c.add(id, r.Level, r.Say)
		}
	}
}

// says is what a rule of words finds in a text.
func (c *checker) says(rule, text string) *grammar.Match {
	for _, m := range c.words.Find([]byte(text), prose.Read([]byte(text)), nil) {
		if m.Rule.ID == rule {
			return &grammar.Match{Rule: m.Rule, Suggest: m.Suggest}
		}
	}
	return nil
}

func (c *checker) owner() {
	switch m := c.says("A03", c.item.Owner); {
	case blank(c.item.Owner):
		c.own("A01")
	case m != nil:
		c.add("A03", m.Rule.Level, m.Suggest)
	}
}

func (c *checker) due() {
	day, err := time.Parse(time.DateOnly, date.FindString(c.item.Due))
	switch {
	case blank(c.item.Due):
		c.own("A02")
	case err == nil && c.about.Severity == "sev1" && !c.about.Ended.IsZero() && day.Sub(c.about.Ended) > latest:
		c.own("A07")
	}
}

var date = regexp.MustCompile(`\d{4}-\d{2}-\d{2}`)

// blank reports whether a cell has nothing to say.
func blank(s string) bool { return strings.Trim(s, " -–—?._*") == "" }

// same reports whether two items are one: they have most of their words in common.
func (a Action) same(b Action) bool {
	words := func(s string) map[string]bool {
		all := map[string]bool{}
		between := func(r rune) bool { return strings.ContainsRune(" .,;:!?()", r) }
		for _, w := range strings.FieldsFunc(strings.ToLower(s), between) {
			if len(w) > 3 {
				all[w] = true
			}
		}
		return all
	}
	x, y := words(a.Text), words(b.Text)
	common := 0
	for w := range x {
		if y[w] {
			common++
		}
	}
	return common > 0 && common*5 >= (len(x)+len(y)-common)*4
}
