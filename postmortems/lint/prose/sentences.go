package prose

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// A Kind is what a word of a sentence is.
type Kind uint8

// The kinds.
const (
	Plain   Kind = iota
	Capital      // begins with a capital letter
	Mark         // a punctuation mark within a sentence
	Mention      // of a person: @name or <@U02ABC>
	Masked       // stands for what is no prose
)

// A Word is one word, in small letters. A contraction is two: "didn't" is "did" and "not", in the same place. From and To
// are where it stands, as it was written, for whoever shows it.
type Word struct {
	Text     string
	Kind     Kind
	From, To int // bytes of the text
}

// A Sentence is a list of words. Sentences are cut after so many words as no person writes in one.
type Sentence []Word

// longest is where a sentence is cut, in words.
const longest = 120

// Read returns the sentences of a text.
func Read(text []byte) []Sentence {
	r := reader{text: text, same: string(text), words: make([]Word, 0, len(text)/5)}
	for _, part := range proseIn(text) {
		r.part(part)
		r.end()
	}
	return r.sentences
}

// A reader makes sentences of the parts of a text. All words are in one list, of which each sentence is a part: a long text
// takes few allocations.
type reader struct {
	text      []byte
	same      string // the text, of which words are parts
	words     []Word // of all sentences
	begun     int    // where the words of this sentence begin
	sentences []Sentence
}

// end ends a sentence, if it has a word.
func (r *reader) end() {
	if len(r.words) > r.begun {
		r.sentences = append(r.sentences, r.words[r.begun:len(r.words):len(r.words)])
	}
	r.begun = len(r.words)
}

// part reads the words of one part.
func (r *reader) part(p span) {
	for at := p.from; at < p.to; {
		rest := r.text[at:p.to]
		c := rest[0]
		if c == '@' || c == '<' {
			if n := mention(rest); n > 0 {
				r.words = append(r.words, Word{string(rest[:n]), Mention, at, at + n})
				at += n
				continue
			}
		}
		if n := masked(rest); n > 0 {
			r.words = append(r.words, Word{"", Masked, at, at + n})
			at += n
			continue
		}
		switch {
		case isLetter(c) || c >= '0' && c <= '9' || c >= utf8.RuneSelf:
			at += r.word(rest, at)
			continue
		case c == '.' || c == '!' || c == '?':
			if ends(rest) {
				r.end()
			}
		case c == ',' || c == ';' || c == ':' || c == '(' || c == ')':
			r.words = append(r.words, Word{string(c), Mark, at, at + 1})
		}
		at++
	}
}

// ends reports whether the mark at the beginning ends a sentence. A dot within a number, a name of a file or an address is
// followed by more of it.
func ends(rest []byte) bool {
	if len(rest) == 1 {
		return true
	}
	c := rest[1]
	return !isLetter(c) && (c < '0' || c > '9') && c < utf8.RuneSelf && c != '_' && c != '/'
}

// word reads a word at the beginning of rest, and returns its length. It begins with letters of ASCII, the usual case,
// without decoding runes.
func (r *reader) word(rest []byte, at int) int {
	n := 0
	for n < len(rest) && isLetter(rest[n]) {
		n++
	}
	for n < len(rest) {
		c, size := utf8.DecodeRune(rest[n:])
		if !inWord(c) && (c != '\'' && c != '’' || !letterAt(rest, n+size)) {
			break
		}
		n += size
	}
	if n == 0 { // a character that is no letter
		_, size := utf8.DecodeRune(rest)
		return size
	}
	kind := Plain
	if first, _ := utf8.DecodeRune(rest); unicode.IsUpper(first) {
		kind = Capital
	}
	lower := strings.ToLower(r.same[at : at+n])
	if strings.Contains(lower, "’") {
		lower = strings.ReplaceAll(lower, "’", "'")
	}
	first, second := contraction(lower)
	r.words = append(r.words, Word{first, kind, at, at + n})
	if second != "" {
		r.words = append(r.words, Word{second, Plain, at, at + n})
	}
	if len(r.words)-r.begun >= longest {
		r.end()
	}
	return n
}

// inWord reports whether a character can stand in a word after its beginning.
func inWord(c rune) bool {
	return unicode.IsLetter(c) || unicode.IsDigit(c) || unicode.IsMark(c) || c == '-' || c == '_'
}

// letterAt reports whether a letter follows, so that an apostrophe is within a word and not behind it.
func letterAt(s []byte, n int) bool {
	c, _ := utf8.DecodeRune(s[n:])
	return unicode.IsLetter(c)
}

// contraction makes two words of one. So that one pattern finds "did not" and "didn't". 's and 'd can mean several things,
// and stay what they are.
func contraction(word string) (first, second string) {
	if !strings.Contains(word, "'") {
		return word, ""
	}
	switch word {
	case "can't":
		return "can", "not"
	case "won't":
		return "will", "not"
	}
	for _, c := range [...]struct{ end, second string }{
		{"n't", "not"}, {"'ve", "have"}, {"'re", "are"}, {"'ll", "will"}, {"'s", "'s"}, {"'d", "'d"}, {"'m", "am"},
	} {
		if base, ok := strings.CutSuffix(word, c.end); ok && base != "" {
			return base, c.second
		}
	}
	return word, ""
}
