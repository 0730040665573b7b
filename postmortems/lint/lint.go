package lint

import (
	"bytes"
	"cmp"
	_ "embed" // the files of words
	"fmt"
	"slices"
	"unicode/utf8"

	"github.com/oncalm/oncalm/postmortems/lint/grammar"
	"github.com/oncalm/oncalm/postmortems/lint/prose"
)

// How much a finding weighs.
const (
	Error = "error"
	Warn  = "warn"
	Info  = "info"
)

// A Finding is a place of a text that is better said in another way, and how.
type Finding struct {
	Rule    string `json:"rule"`
	Level   string `json:"level"`
	Line    int    `json:"line"`   // from 1
	Column  int    `json:"column"` // in characters, from 1
	Text    string `json:"text"`   // what was found
	Suggest string `json:"suggest"`

	// From and To are the bytes of the text that were found.
	From int `json:"-"`
	To   int `json:"-"`
}

//go:embed words/en.txt
var english string

//go:embed words/vi.txt
var vietnamese string

// A Linter looks through texts. It is safe for concurrent use.
type Linter struct{ languages []*grammar.Language }

// New makes a linter of the files of words that come with the program, and of others, in the same form.
func New(more ...string) (*Linter, error) {
	l := &Linter{}
	for n, words := range append([]string{english, vietnamese}, more...) {
		language, err := grammar.Parse(words)
		if err != nil {
			return nil, fmt.Errorf("file %d of words: %w", n+1, err)
		}
		l.languages = append(l.languages, language)
	}
	return l, nil
}

// A Rule is what the linter looks for, for those who list its rules.
type Rule struct{ ID, Level, Say string }

// Rules are those of the first language, and those of action items.
func (l *Linter) Rules() []Rule {
	var all []Rule
	for _, r := range l.languages[0].Rules {
		all = append(all, Rule{r.ID, r.Level, r.Say})
	}
	return append(all, actionRules()...)
}

// Text looks for blame in a text in Markdown, and at its action items. Names are those of people who may be in it. The findings are
// in the order of the text; what its lines silence is left out.
func (l *Linter) Text(text []byte, names []string) []Finding {
	sentences := prose.Read(text)
	var found []Finding
	for _, language := range l.languages {
		for _, m := range language.Find(text, sentences, names) {
			found = append(found, Finding{Rule: m.Rule.ID, Level: m.Rule.Level, Suggest: m.Suggest, From: m.From, To: m.To})
		}
	}
	found = append(found, actionFindings(text)...)
	slices.SortStableFunc(found, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.From, b.From), weigh(a.Level)-weigh(b.Level), cmp.Compare(b.To, a.To),
			cmp.Compare(a.Rule, b.Rule))
	})
	// Of what begins in one place, one rule is enough; an action item can lack several things.
	found = slices.CompactFunc(found, func(a, b Finding) bool {
		return a.From == b.From && (a.Rule == b.Rule || a.Rule[0] == 'B' && b.Rule[0] == 'B')
	})
	place(text, found)
	return silenced(text, found)
}

// weigh orders levels: the heaviest first.
func weigh(level string) int { return slices.Index([]string{Error, Warn, Info}, level) }

// place fills in where findings are, for people. They are in the order of the text.
func place(text []byte, found []Finding) {
	line, begin := 1, 0
	for n := range found {
		f := &found[n]
		for {
			next := bytes.IndexByte(text[begin:f.From], '\n')
			if next < 0 {
				break
			}
			line, begin = line+1, begin+next+1
		}
		f.Line, f.Column = line, utf8.RuneCount(text[begin:f.From])+1
		f.Text = string(bytes.Join(bytes.Fields(text[f.From:f.To]), []byte(" ")))
	}
}
