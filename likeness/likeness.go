// Package likeness compares texts by their words: how alike two incidents are as people told of them.
//
// It is plain TF-IDF: a text is a vector of its words, each of which weighs the more the rarer it is among all texts, and two texts
// are as alike as the angle between them is small. A word that is in half of all texts, such as the name of a service, weighs next to
// nothing; one that two alone have in common, such as the name of a queue, decides. Decision 0068 has the figures, and those of a
// library of full-text search.
package likeness

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strings"
	"unicode"
)

// Words are the words of a text as they are compared: in small letters, without endings, those of names such as HTTPCode_5XX or
// checkout-p99 one by one. Numbers alone say nothing.
func Words(text string) (all []string) {
	between := func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }
	for _, field := range strings.FieldsFunc(text, between) {
		for _, word := range apart(field) {
			word = stem(strings.ToLower(word))
			if len(word) > 1 && !strings.ContainsFunc(word, unicode.IsLetter) || len(word) < 2 || common[word] {
				continue
			}
			all = append(all, word)
		}
	}
	return all
}

// apart divides a name where a small letter is followed by a capital: TargetResponseTime is three words. OOMKilled stays two.
func apart(name string) (parts []string) {
	runes, from := []rune(name), 0
	for n := 1; n < len(runes); n++ {
		begins := unicode.IsUpper(runes[n]) && (unicode.IsLower(runes[n-1]) ||
			n+1 < len(runes) && unicode.IsLower(runes[n+1]) && unicode.IsUpper(runes[n-1]))
		if begins {
			parts, from = append(parts, string(runes[from:n])), n
		}
	}
	return append(parts, string(runes[from:]))
}

// stem takes the endings of English off a word, as far as that can be told from its letters. What is left need not be a word: it only
// has to be the same for all forms.
func stem(word string) string {
	if len(word) < 5 {
		return strings.TrimSuffix(word, "s")
	}
	for _, ending := range []string{"ations", "ation", "ings", "ing", "ers", "ies", "ied", "ed", "er", "es", "s", "ly", "y", "e"} {
		if short, ok := strings.CutSuffix(word, ending); ok && len(short) >= 3 {
			if n := len(short); n > 3 && short[n-1] == short[n-2] && !strings.ContainsRune("lsz", rune(short[n-1])) {
				short = short[:n-1] // dropped, dropping
			}
			return short
		}
	}
	return word
}

// common are words that say nothing of what an incident is about, in the form that [stem] leaves.
var common = func() map[string]bool {
	all := map[string]bool{}
	for word := range strings.FieldsSeq(`a an and are as at be been but by can did do does for from had has have he her his if in
into is it its no not of off on one or our out over she so than that the their them then there these they this to too up us was we
were what when where which who will with you your after again all also any before because only more most now some still until while
about below above down under same just`) {
		all[stem(word)] = true
	}
	return all
}()

// A Corpus is texts that can be compared.
type Corpus struct {
	vectors []map[string]float64
}

// New makes a corpus of texts.
func New(texts []string) *Corpus {
	c := &Corpus{}
	in := map[string]int{} // how many texts have a word
	for _, t := range texts {
		v := map[string]float64{}
		for _, word := range Words(t) {
			v[word]++
		}
		for word := range v {
			in[word]++
		}
		c.vectors = append(c.vectors, v)
	}
	for _, v := range c.vectors {
		sum := 0.0
		for _, word := range slices.Sorted(maps.Keys(v)) { // in an order, so that sums are the same each time
			w := (1 + math.Log(v[word])) * math.Log(1+float64(len(texts))/float64(in[word]))
			v[word], sum = w, sum+w*w
		}
		for word := range v {
			v[word] /= math.Sqrt(sum)
		}
	}
	return c
}

// A Match is a text that is like another.
type Match struct {
	Text  int      // its number
	Score float64  // from 0 to 1
	Words []string // that they have in common, those that weigh most first
}

// mostWords is how many words of a match are named.
const mostWords = 5

// Like are the texts that are like one of them, the likest first; those that have nothing in common are left out.
func (c *Corpus) Like(text int) (found []Match) {
	own := c.vectors[text]
	for n, v := range c.vectors {
		if n == text {
			continue
		}
		m := Match{Text: n}
		weight := map[string]float64{}
		for _, word := range slices.Sorted(maps.Keys(own)) {
			if w := own[word] * v[word]; w > 0 {
				m.Score, weight[word] = m.Score+w, w
			}
		}
		if len(weight) == 0 {
			continue
		}
		m.Words = slices.SortedFunc(maps.Keys(weight), func(a, b string) int {
			return cmp.Or(cmp.Compare(weight[b], weight[a]), cmp.Compare(a, b))
		})
		m.Words = m.Words[:min(len(m.Words), mostWords)]
		found = append(found, m)
	}
	slices.SortStableFunc(found, func(a, b Match) int { return cmp.Compare(b.Score, a.Score) })
	return found
}
