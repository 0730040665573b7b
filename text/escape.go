package text

import (
	"crypto/sha256"
	"encoding/base64"
	"html"
	"strings"
)

var forSlack = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// Slack escapes a text for where Slack reads markup. Exactly these three characters: Slack shows every other entity as it
// stands (docs.slack.dev, "Formatting message text").
func Slack(s string) string { return forSlack.Replace(s) }

// HTML escapes a text for the body and the quoted attributes of HTML, SVG and XML.
func HTML(s string) string { return html.EscapeString(s) }

// Markdown escapes a text of one line so that Markdown shows it letter by letter, wherever in a line it stands: in a
// paragraph, a heading, a list, a cell of a table. Angle brackets and ampersands become references to characters, which Slack
// understands as well: what looks like a mention stays a text there too.
func Markdown(s string) string {
	at := 0
	for at < len(s) && !special(s, at) {
		at++
	}
	if at == len(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s) + len(s)/8)
	b.WriteString(s[:at])
	for ; at < len(s); at++ {
		switch c := s[at]; {
		case c == '&':
			b.WriteString("&amp;")
		case c == '<':
			b.WriteString("&lt;")
		case c == '>':
			b.WriteString("&gt;")
		case special(s, at):
			b.WriteByte('\\')
			b.WriteByte(c)
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// special reports whether the character at n cannot stand as it is in Markdown. Where escaping would do nothing in its place it is
// left alone, since people read Markdown as it stands, too. All such characters are of one byte, and no byte of another is one.
func special(s string, n int) bool {
	switch s[n] {
	case '&', '<', '>', '\\', '`', '*', '[', ']', '~', '|', '$', '@', '{':
		return true
	case '_':
		return !alphanumeric(s, n-1) || !alphanumeric(s, n+1) // within a word it is a letter
	case '#':
		return !alphanumeric(s, n-1)
	case ':':
		return n == 0 || n+1 < len(s) && s[n+1] == '/' // https://
	case '.', ')':
		return endsNumber(s[:n]) || s[n] == '.' && endsWWW(s[:n])
	case '-', '+', '=':
		return n == 0
	}
	return false
}

func alphanumeric(s string, n int) bool {
	if n < 0 || n >= len(s) {
		return false
	}
	c := s[n]
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}

// endsNumber reports whether a text is nothing but digits: with a dot it would begin a list.
func endsNumber(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// endsWWW reports whether a text ends in www: with a dot it would begin a link.
func endsWWW(s string) bool {
	return len(s) >= 3 && strings.EqualFold(s[len(s)-3:], "www")
}

// OwnStyle begins the Content-Security-Policy of a page that may have nothing but its own style sheet, which it has inline: "default-src
// 'none'; style-src …", by the hash of the sheet (https://www.w3.org/TR/CSP3/#grammardef-hash-source). What else it may follows.
func OwnStyle(sheet string) string {
	sum := sha256.Sum256([]byte(sheet))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}
