package text

import (
	"html"
	"slices"
	"strings"
	"unicode"
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
	var b strings.Builder
	b.Grow(len(s) + len(s)/8)
	runes := []rune(s)
	for n, r := range runes {
		switch {
		case r == '&':
			b.WriteString("&amp;")
		case r == '<':
			b.WriteString("&lt;")
		case r == '>':
			b.WriteString("&gt;")
		case r < unicode.MaxASCII && special(runes, n):
			b.WriteByte('\\')
			b.WriteRune(r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// special reports whether the character at n needs a backslash in Markdown. Where it would do nothing in its place it is left
// alone, since people read Markdown as it stands, too.
func special(s []rune, n int) bool {
	switch s[n] {
	case '\\', '`', '*', '[', ']', '~', '|', '$', '@', '{':
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

func alphanumeric(s []rune, n int) bool {
	return n >= 0 && n < len(s) && s[n] < unicode.MaxASCII && (unicode.IsLetter(s[n]) || unicode.IsDigit(s[n]))
}

// endsNumber reports whether a text is nothing but digits: with a dot it would begin a list.
func endsNumber(s []rune) bool {
	return len(s) > 0 && !slices.ContainsFunc(s, func(r rune) bool { return r < '0' || r > '9' })
}

// endsWWW reports whether a text ends in www: with a dot it would begin a link.
func endsWWW(s []rune) bool {
	return len(s) >= 3 && strings.EqualFold(string(s[len(s)-3:]), "www")
}
