package prose

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// masked finds what is no prose at the beginning of a text within one part: how long it is, or 0. The first byte decides,
// as this is asked at nearly each character.
func masked(s []byte) int {
	switch s[0] {
	case '`':
		return codeSpan(s)
	case '"':
		return between(s, `"`, `"`)
	case '<':
		return tag(s)
	case ']':
		if len(s) > 1 && s[1] == '(' {
			return between(s, "](", ")")
		}
	case 'h':
		if bytes.HasPrefix(s, []byte("https://")) || bytes.HasPrefix(s, []byte("http://")) {
			return address(s)
		}
	case 0xC2: // the first byte of «
		return between(s, "«", "»")
	case 0xE2: // the first byte of “ and „
		return max(between(s, "“", "”"), between(s, "„", "“"))
	}
	return 0
}

// between is the length of what begins and ends with these marks. Without an end it is 0: a quotation mark alone, as in 5",
// masks nothing.
func between(s []byte, begin, end string) int {
	if !bytes.HasPrefix(s, []byte(begin)) {
		return 0
	}
	n := bytes.Index(s[len(begin):], []byte(end))
	if n < 0 {
		return 0
	}
	return len(begin) + n + len(end)
}

// codeSpan is code between as many backticks as it begins with.
func codeSpan(s []byte) int {
	ticks := 0
	for ticks < len(s) && s[ticks] == '`' {
		ticks++
	}
	for at := ticks; at < len(s); {
		if s[at] != '`' {
			at++
			continue
		}
		run := 0
		for at+run < len(s) && s[at+run] == '`' {
			run++
		}
		if at += run; run == ticks {
			return at
		}
	}
	return 0
}

// tag is a comment, a tag of HTML, or an address between angle brackets. A mention of Slack's is none.
func tag(s []byte) int {
	switch {
	case bytes.HasPrefix(s, []byte("<!--")):
		return between(s, "<!--", "-->")
	case len(s) > 1 && (s[1] == '/' || s[1] == '!' || s[1] == '#' || isLetter(s[1])):
		return between(s, "<", ">")
	}
	return 0
}

// isLetter reports whether a byte is a letter of ASCII. Others are found by their runes.
func isLetter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

// address is as long as no character comes that ends one. A closing bracket ends it, which Markdown puts behind.
func address(s []byte) int {
	n := bytes.IndexFunc(s, func(r rune) bool { return r <= ' ' || strings.ContainsRune("<>|)]\"`”", r) })
	if n < 0 {
		return len(s)
	}
	return n
}

// mention is the length of <@U02ABC>, <@U02ABC|name> or @name at the beginning of a text; 0 if there is none.
func mention(s []byte) int {
	if bytes.HasPrefix(s, []byte("<@")) {
		return between(s, "<@", ">")
	}
	if s[0] != '@' {
		return 0
	}
	n := 1
	for n < len(s) {
		r, size := utf8.DecodeRune(s[n:])
		if !inWord(r) && r != '.' || r == '.' && (n+1 >= len(s) || !isLetter(s[n+1])) {
			break
		}
		n += size
	}
	if n == 1 {
		return 0
	}
	return n
}
