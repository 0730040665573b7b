package chat

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/oncalm/oncalm/text"
)

// bare is what was typed behind a command without what came along when it was copied: marks around all of it or around a
// word of the command, the command's own name, and a full stop. The text of a note stays as it is.
func bare(typed, root string) string {
	s := strings.TrimFunc(typed, blank)
	for strings.HasPrefix(s, quoted) {
		s = strings.TrimLeftFunc(s[len(quoted):], blank)
	}
	s = unwrapped(s)
	for range 2 {
		first, rest := firstWord(s)
		if plain(first) != root {
			break
		}
		s = unwrapped(rest)
	}
	first, rest := firstWord(s)
	if first == "" || strings.ContainsAny(first, "<>") {
		return s
	}
	if second, more := firstWord(rest); IsNumber(strings.TrimPrefix(plain(second), "#")) {
		rest = plain(second) + " " + more
	}
	return strings.TrimFunc(plain(first)+" "+rest, blank)
}

// bareAll is bare where no word is part of a text.
func bareAll(typed, root string) string {
	words := strings.FieldsFunc(bare(typed, root), blank)
	for n, w := range words {
		if p := plain(w); p != "" && !strings.ContainsAny(w, "<>\"“”„«»'‘’") {
			words[n] = p
		}
	}
	return strings.Join(words, " ")
}

func blank(r rune) bool { return unicode.IsSpace(r) || text.Hidden(r) }

func firstWord(s string) (word, rest string) {
	s = strings.TrimLeftFunc(s, blank)
	end := strings.IndexFunc(s, blank)
	if end < 0 {
		return s, ""
	}
	return s[:end], strings.TrimLeftFunc(s[end:], blank)
}

// quoted begins a quotation, as Slack delivers it.
const quoted = "&gt;"

// marks are those of Slack's formatting, and quotes of all kinds.
const marks = "`*_~\"'“”„‟″«»‹›‘’‚‛"

// Plain is a word without marks of formatting around it, and without what ends a sentence.
func Plain(word string) string { return plain(word) }

// plain is a word without marks around it, and without what ends a sentence.
func plain(word string) string {
	word = strings.Trim(word, marks)
	bare := strings.TrimRight(word, ".,;!?"+marks)
	if strings.HasPrefix(word[len(bare):], ";") && entityAt(bare+";") {
		return bare + ";"
	}
	return bare
}

// entityAt reports whether a word ends with a sign as Slack writes it.
func entityAt(word string) bool {
	return strings.HasSuffix(word, "&gt;") || strings.HasSuffix(word, "&lt;") || strings.HasSuffix(word, "&amp;")
}

// unwrapped takes marks off that stand around the whole of a text and nowhere else in it.
func unwrapped(s string) string {
	for {
		s = strings.TrimFunc(s, blank)
		first, size := utf8.DecodeRuneInString(s)
		last, tail := utf8.DecodeLastRuneInString(s)
		if len(s) < size+tail || !strings.ContainsRune(marks, first) || !strings.ContainsRune(marks, last) {
			return s
		}
		inside := s[size : len(s)-tail]
		if strings.ContainsRune(inside, first) && first == last ||
			strings.Contains("`*_~", string(first)) != (first == last && strings.Contains("`*_~", string(last))) {
			if !strings.HasPrefix(inside, string(first)) { // three of a kind make a block
				return s
			}
		}
		s = inside
	}
}
