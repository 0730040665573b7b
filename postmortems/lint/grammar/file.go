package grammar

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// A Rule is what is looked for, and what is suggested instead.
type Rule struct {
	ID, Level, Say string
	find, not      []pattern
}

// A Language is a file of words that was read. It is safe for concurrent use.
type Language struct {
	Rules    []Rule
	names    map[string]bool
	anchored map[string][]int // patterns by a word that stands in whatever they match
	patterns []indexed
	lists    int // how many there are
}

// indexed is a pattern with its rule.
type indexed struct {
	pattern
	rule   int
	anchor int // the part that is the word by which it is found
}

// Names of lists that mean more than their entries.
const namesList = "names"

var (
	listLine = regexp.MustCompile(`^\[([a-z-]+)\]$`)
	ruleLine = regexp.MustCompile(`^\(([A-Z]\d\d) (error|warn|info)\)$`)
)

// Parse reads a file of words. The error says which line is wrong.
func Parse(text string) (*Language, error) {
	f := &file{lists: map[string]*list{}, language: &Language{names: map[string]bool{}, anchored: map[string][]int{}}}
	var errs []error
	n := 0
	for line := range strings.Lines(text) {
		n++
		line, _, _ = strings.Cut(line, "#")
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		if err := f.line(line); err != nil {
			errs = append(errs, fmt.Errorf("line %d: %w", n, err))
		}
	}
	errs = append(errs, f.index())
	return f.language, errors.Join(errs...)
}

// A file is being read.
type file struct {
	language *Language
	lists    map[string]*list
	inside   string // the list that lines belong to; empty in a rule
}

// line reads the next line: what it belongs to, a list or a rule, the lines before have said.
func (f *file) line(line string) error {
	if m := listLine.FindStringSubmatch(line); m != nil {
		if f.inside = m[1]; f.lists[f.inside] == nil {
			f.lists[f.inside] = &list{number: len(f.lists), words: map[string]bool{}, byFirst: map[string][]pattern{}}
		}
		return nil
	}
	if m := ruleLine.FindStringSubmatch(line); m != nil {
		f.inside = ""
		f.language.Rules = append(f.language.Rules, Rule{ID: m[1], Level: m[2]})
		return nil
	}
	if f.inside != "" {
		return f.entries(line)
	}
	if len(f.language.Rules) == 0 {
		return errors.New("it belongs to no list and no rule")
	}
	rule := &f.language.Rules[len(f.language.Rules)-1]
	what, rest, _ := strings.Cut(line, " ")
	if what == "say" {
		rule.Say = strings.TrimSpace(rest)
		return nil
	}
	p, err := parsePattern(rest, f.lists)
	switch {
	case err != nil:
		return err
	case what == "find":
		rule.find = append(rule.find, p)
	case what == "not":
		rule.not = append(rule.not, p)
	default:
		return fmt.Errorf("%q is none of find, not and say", what)
	}
	return nil
}

// entries adds a line to a list.
func (f *file) entries(line string) error {
	l := f.lists[f.inside]
	for entry := range strings.SplitSeq(line, ";") {
		if entry = strings.TrimSpace(entry); entry == "" {
			continue
		}
		if f.inside == namesList {
			f.language.names[entry] = true
			continue
		}
		p, err := parsePattern(entry, f.lists)
		if err != nil {
			return err
		}
		l.add(p)
	}
	return nil
}

// add sorts an entry by how it can be found: entries of one word in a map, others by their first word.
func (l *list) add(p pattern) {
	first := p[0]
	switch {
	case first.sort != word || first.maybe || first.starred && len(p) > 1:
		l.others = append(l.others, p)
	case len(p) > 1:
		for _, w := range first.words {
			l.byFirst[w] = append(l.byFirst[w], p)
		}
	default:
		for _, w := range first.words {
			if strings.Contains(w, "*") {
				l.stars = append(l.stars, w)
			} else {
				l.words[w] = true
			}
		}
	}
}

// index finds for each pattern a part of which one word must be there, and the words that it can be.
func (f *file) index() error {
	var errs []error
	for n, rule := range f.language.Rules {
		if rule.Say == "" || len(rule.find) == 0 {
			errs = append(errs, fmt.Errorf("rule %s finds nothing or says nothing", rule.ID))
		}
		for _, p := range rule.find {
			at, best := -1, 0
			for k, one := range p {
				if weight := one.weight(); weight > 0 && (at < 0 || weight < best) {
					at, best = k, weight
				}
			}
			if at < 0 {
				errs = append(errs, fmt.Errorf("rule %s: a pattern has no part that is a word, or a list of words", rule.ID))
				continue
			}
			for _, w := range p[at].anchors() {
				f.language.anchored[w] = append(f.language.anchored[w], len(f.language.patterns))
			}
			f.language.patterns = append(f.language.patterns, indexed{p, n, at})
		}
	}
	f.language.lists = len(f.lists)
	return errors.Join(errs...)
}

// anchors are the words of which one must be at the beginning of the part; nil if there may be none, or any.
func (p part) anchors() []string {
	switch {
	case p.maybe || p.starred:
		return nil
	case p.sort == word:
		return p.words
	case p.sort != listed || len(p.list.stars)+len(p.list.others) > 0:
		return nil
	}
	return slices.Sorted(maps.Keys(p.list.first()))
}

// first are the words that entries begin with.
func (l *list) first() map[string]bool {
	all := maps.Clone(l.words)
	for w := range l.byFirst {
		all[w] = true
	}
	return all
}

// weight is how often the anchors of a part are to be expected; 0 if it has none.
func (p part) weight() int {
	sum := 0
	for _, w := range p.anchors() {
		if sum++; slices.Contains(frequent[:], w) {
			sum += 100
		}
	}
	return sum
}

// frequent words are in every text, and are no good to find a pattern by.
var frequent = [...]string{
	"the", "a", "an", "to", "of", "and", "in", "on", "by", "for", "was", "were", "is", "are", "be", "been", "not", "did", "do", "does", "had",
	"has", "have", "it", "this", "that", "with", "from", "at", "all", "no", "one", "who", "which", "we", "i", "he", "she", "you", "they", ",",
}
