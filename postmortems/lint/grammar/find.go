package grammar

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"github.com/oncalm/oncalm/postmortems/lint/prose"
)

// A Match is what a rule found.
type Match struct {
	Rule     *Rule
	From, To int    // bytes of the text
	Suggest  string // what the rule says, with the words of this text
}

// Find returns what the rules find in sentences, in the order of the text. Of one rule, matches do not overlap. Names are those of
// people who may be in the text, besides those that the file of words lists; text is where the sentences are from.
func (l *Language) Find(text []byte, sentences []prose.Sentence, names []string) []Match {
	known := map[string]bool{}
	for _, n := range names {
		for part := range strings.FieldsSeq(strings.ToLower(n)) {
			known[part] = true
		}
	}
	s := &search{
		names: func(w string) bool { return l.names[w] || known[w] },
		known: make([]remembered, l.lists*(longest+1)),
	}
	tried := make([]int, len(l.patterns)) // the sentence in which a pattern was found last, counted from 1
	var all []Match
	for n, in := range sentences {
		s.in, s.turn = in[:min(len(in), longest)], n+1
		begun := len(all)
		for at, w := range s.in {
			for _, p := range l.anchored[w.Text] {
				if tried[p] != s.turn && s.rest(l.patterns[p].pattern, l.patterns[p].anchor, at) != 0 {
					tried[p] = s.turn
					all = l.collect(text, s, p, all)
				}
			}
		}
		all = append(all[:begun], apart(all[begun:])...)
	}
	return all
}

// longest is how many words of a sentence are looked at: more than package prose puts into one.
const longest = 128

// collect adds what a pattern finds in a sentence.
func (l *Language) collect(text []byte, s *search, n int, all []Match) []Match {
	p := l.patterns[n]
	rule := &l.Rules[p.rule]
	for at := 0; at < len(s.in); at++ {
		begun, ok := s.at(p.pattern, at)
		if !ok {
			continue
		}
		end := begun[len(begun)-1]
		if end == at || s.leftAlone(rule.not, at, end) {
			continue
		}
		all = append(all, Match{rule, s.in[at].From, s.in[end-1].To, suggest(text, s.in, rule.Say, p.pattern, begun)})
		at = end - 1
	}
	return all
}

// leftAlone reports whether one of the patterns matches what overlaps the words from one place to another.
func (s *search) leftAlone(not []pattern, from, to int) bool {
	for _, p := range not {
		for at := range to {
			if s.rest(p, 0, at)>>max(from-at+1, 0) != 0 {
				return true
			}
		}
	}
	return false
}

// unfilled is a place of what a rule says for which the text has no words.
var unfilled = regexp.MustCompile(`\{[a-z-]+(?:\|([^{}]*))?\}`)

// suggest puts the words of a text into what a rule says.
func suggest(text []byte, in prose.Sentence, say string, p pattern, begun ways) string {
	for n := range p {
		if p[n].label == "" || begun[n+1] == begun[n] {
			continue
		}
		words := strings.Fields(string(text[in[begun[n]].From:in[begun[n+1]-1].To]))
		say = regexp.MustCompile(`\{`+p[n].label+`(\|[^{}]*)?\}`).ReplaceAllLiteralString(say, strings.Join(words, " "))
	}
	return unfilled.ReplaceAllString(say, "$1")
}

// apart sorts the matches of a sentence, and leaves those out that overlap a longer one of the same rule.
func apart(found []Match) []Match {
	slices.SortStableFunc(found, func(a, b Match) int {
		return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(b.To, a.To), strings.Compare(a.Rule.ID, b.Rule.ID))
	})
	kept := found[:0]
	for _, m := range found {
		if !slices.ContainsFunc(kept, func(k Match) bool { return k.Rule == m.Rule && k.To > m.From }) {
			kept = append(kept, m)
		}
	}
	return kept
}
