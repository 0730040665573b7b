package grammar

import (
	"math/bits"

	"github.com/oncalm/oncalm/postmortems/lint/prose"
)

// A reach is where something can end that begins at a word: bit n is set if it can have n words. What is longer than 63 words is
// nothing that a pattern is about.
type reach uint64

// A search looks for patterns in one sentence.
type search struct {
	in    prose.Sentence
	names func(string) bool // which words are names of people
	known []remembered      // how far lists reach, by number of the list and place
	turn  int               // which sentence it is, from 1
}

// remembered is how far a list reaches, in the sentence of that turn.
type remembered struct {
	turn int
	to   reach
}

// reach is how far a part reaches from a place.
func (s *search) reach(p *part, at int) reach {
	var to reach
	if p.maybe {
		to = 1
	}
	switch p.sort {
	case begin:
		if at == 0 {
			to = 1
		}
	case gap:
		for n := 0; ; n++ {
			to |= 1 << n
			if n == p.most || at+n == len(s.in) || s.in[at+n].Kind == prose.Mark {
				break
			}
		}
	case listed:
		to |= s.listed(p.list, at)
	default:
		if at < len(s.in) && s.fits(p, &s.in[at]) {
			to |= 2
		}
	}
	return to
}

// fits reports whether a word is what a part of one word asks for. What is masked fits no word that a pattern names.
func (s *search) fits(p *part, w *prose.Word) bool {
	switch p.sort {
	case name:
		return w.Kind == prose.Capital && s.names(w.Text)
	case mention:
		return w.Kind == prose.Mention
	case other:
		return w.Kind != prose.Mark && !p.list.has(w.Text)
	}
	if w.Kind == prose.Masked || w.Kind == prose.Mention {
		return false
	}
	for _, one := range p.words {
		if one == w.Text || p.starred && w.Kind != prose.Mark && like(one, w.Text) {
			return true
		}
	}
	return false
}

// listed is how far the entries of a list reach. It is asked for often, and so remembered.
func (s *search) listed(l *list, at int) reach {
	if at >= len(s.in) {
		return 0
	}
	m := &s.known[l.number*(longest+1)+at]
	if m.turn == s.turn {
		return m.to
	}
	var to reach
	if s.in[at].Kind < prose.Mention {
		w := s.in[at].Text
		if l.has(w) {
			to |= 2
		}
		for _, p := range l.byFirst[w] {
			to |= s.rest(p, 1, at+1) << 1
		}
	}
	for _, p := range l.others {
		to |= s.rest(p, 0, at)
	}
	*m = remembered{s.turn, to}
	return to
}

// has reports whether a word is an entry of the list.
func (l *list) has(w string) bool {
	if l.words[w] {
		return true
	}
	for _, star := range l.stars {
		if like(star, w) {
			return true
		}
	}
	return false
}

// rest is how far the parts of a pattern reach from the part n on.
func (s *search) rest(p pattern, n, at int) reach {
	if n == len(p) {
		return 1
	}
	var to reach
	for ends := s.reach(&p[n], at); ends != 0; ends &= ends - 1 {
		k := bits.TrailingZeros64(uint64(ends))
		to |= s.rest(p, n+1, at+k) << k
	}
	return to
}

// ways is for each part of a pattern where it began; the place after the last is where it ended.
type ways []int

// at looks whether a pattern begins at a place, in the longest way, and says where its parts began. A gap is as short as it can be.
func (s *search) at(p pattern, at int) (ways, bool) {
	all := s.rest(p, 0, at)
	if all == 0 {
		return nil, false
	}
	end := at + 63 - bits.LeadingZeros64(uint64(all))
	begun := ways{at}
	for n := range p {
		at = s.next(p, n, at, end)
		begun = append(begun, at)
	}
	return begun, true
}

// next is where the part after n begins, if the whole is to end at a place.
func (s *search) next(p pattern, n, at, end int) int {
	best := -1
	for ends := s.reach(&p[n], at); ends != 0; ends &= ends - 1 {
		k := bits.TrailingZeros64(uint64(ends))
		if left := end - at - k; left >= 0 && s.rest(p, n+1, at+k)>>left&1 == 1 {
			if best = at + k; p[n].sort == gap {
				break
			}
		}
	}
	return best
}
