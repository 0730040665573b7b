package bot

import (
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// A span is a piece of a line. Its text is literal, wherever it comes from.
type span struct {
	kind spanKind
	text string
	url  string
	at   time.Time
}

type spanKind int

const (
	plainSpan spanKind = iota
	strongSpan
	codeSpan
	timeSpan
	linkSpan
)

// A line is what stands in one row.
type line []span

// say makes a line of words (string), [strong], [code], times, links and other lines.
func say(parts ...any) line {
	var l line
	for _, p := range parts {
		switch p := p.(type) {
		case string:
			l = l.with(span{text: p})
		case int:
			l = l.with(span{text: strconv.Itoa(p)})
		case span:
			l = l.with(p)
		case line:
			for _, s := range p {
				l = l.with(s)
			}
		case time.Time:
			l = append(l, span{kind: timeSpan, at: p})
		}
	}
	return l
}

// with appends a span, to the span before it if both are plain.
func (l line) with(s span) line {
	if last := len(l) - 1; last >= 0 && s.kind == plainSpan && l[last].kind == plainSpan {
		l[last].text += s.text
		return l
	}
	return append(l, s)
}

func strong(s string) span { return span{kind: strongSpan, text: s} }
func code(s string) span   { return span{kind: codeSpan, text: s} }

// link makes a link, if the address may be one; otherwise only its text.
func link(url, text string) span {
	if !safeURL(url) {
		return span{text: text}
	}
	return span{kind: linkSpan, text: text, url: url}
}

// plain is the line without any markup, times in that zone.
func (l line) plain(zone *time.Location) string {
	var b strings.Builder
	for _, s := range l {
		if s.kind == timeSpan {
			b.WriteString(clock(s.at, zone))
			continue
		}
		b.WriteString(clean(s.text))
	}
	return b.String()
}

// markup is the line as text that Slack reads as markup: escaped, with times that each reader sees in their own zone.
func (l line) markup(zone *time.Location) string {
	var b strings.Builder
	for _, s := range l {
		switch s.kind {
		case timeSpan:
			b.WriteString("<!date^" + strconv.FormatInt(s.at.Unix(), 10) + "^" + dateFormat + "|" + escape(clock(s.at, zone)) + ">")
		case codeSpan:
			b.WriteString("`" + strings.ReplaceAll(escape(clean(s.text)), "`", "'") + "`")
		case linkSpan:
			b.WriteString(escape(clean(s.text)))
		default:
			b.WriteString(escape(clean(s.text)))
		}
	}
	return b.String()
}

// dateFormat is how Slack shows a time to each reader, in their own zone.
const dateFormat = "{date_short_pretty} {time}"

// clock is a time for where Slack's own form is not available.
func clock(t time.Time, zone *time.Location) string {
	if zone == nil {
		zone = time.UTC
	}
	return t.In(zone).Format("2006-01-02 15:04 MST")
}

// escape makes text harmless where Slack reads markup: in this order, and only these three.
func escape(s string) string {
	if !strings.ContainsAny(s, "&<>") {
		return s
	}
	s = strings.ReplaceAll(s, "&", "&amp;")
	s = strings.ReplaceAll(s, "<", "&lt;")
	return strings.ReplaceAll(s, ">", "&gt;")
}

// clean takes out what could deceive a reader or break a message: invalid bytes, control characters, marks that turn the
// direction of writing, characters without width. Line breaks and tabs stay.
func clean(s string) string {
	if tidy(s) {
		return s
	}
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case r == '\r':
			return '\n'
		case hidden(r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
}

// tidy is true for printable ASCII, which most texts are.
func tidy(s string) bool {
	for i := range len(s) {
		if c := s[i]; c >= utf8.RuneSelf || c == 0x7f || c < ' ' && c != '\n' && c != '\t' {
			return false
		}
	}
	return true
}

func hidden(r rune) bool {
	switch {
	case unicode.IsControl(r):
		return true
	case r >= 0x202A && r <= 0x202E, r >= 0x2066 && r <= 0x2069, r == 0x200E, r == 0x200F, r == 0x061C:
		return true // direction
	case r == 0x200B, r == 0x2060, r == 0xFEFF, r == 0x00AD:
		return true // no width
	case r >= 0xE0000 && r <= 0xE007F:
		return true // tags
	}
	return false
}

// oneLine is clean text without line breaks.
func oneLine(s string) string {
	if single(s) {
		return s
	}
	return strings.Join(strings.Fields(clean(s)), " ")
}

// single is true for printable ASCII with single spaces between words: what oneLine would leave as it is.
func single(s string) bool {
	space := true
	for i := range len(s) {
		c := s[i]
		if c >= utf8.RuneSelf || c == 0x7f || c < ' ' || c == ' ' && space {
			return false
		}
		space = c == ' '
	}
	return !space || s == ""
}

// visible reports whether a line has anything to read in it.
func (l line) visible() bool {
	for _, s := range l {
		if s.kind == timeSpan || clean(s.text) != "" {
			return true
		}
	}
	return false
}

// clip cuts text to n characters, the last of which is then an ellipsis.
func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	count := 0
	var cut int // where the last character that may stay ends, if one has to make room
	for i := range s {
		if count == n-1 {
			cut = i
		}
		if count == n {
			return s[:cut] + "…"
		}
		count++
	}
	return s
}

// safeURL reports whether an address may be linked to: https, and nothing in it that could end a link early.
func safeURL(s string) bool {
	rest, ok := strings.CutPrefix(s, "https://")
	if !ok || rest == "" || len(s) > maxURL {
		return false
	}
	for _, r := range s {
		if r <= ' ' || r == utf8.RuneError || hidden(r) || strings.ContainsRune(`<>|"\^`+"`{}", r) {
			return false
		}
	}
	return true
}

// ago is a span of time as people say it.
func ago(d time.Duration) string {
	switch {
	case d < time.Second:
		return "just now"
	case d < time.Minute:
		return strconv.Itoa(int(d/time.Second)) + " s ago"
	}
	return lasting(d) + " ago"
}

// lasting is a length of time as people say it.
func lasting(d time.Duration) string {
	switch {
	case d < time.Minute:
		return strconv.Itoa(int(d/time.Second)) + " s"
	case d < 2*time.Hour:
		return strconv.Itoa(int(d/time.Minute)) + " min"
	case d < 48*time.Hour:
		return strconv.Itoa(int(d/time.Hour)) + " h"
	}
	return strconv.Itoa(int(d/(24*time.Hour))) + " days"
}

// list joins words as a sentence does: a, b and c.
func list(words []string, and string) string {
	switch len(words) {
	case 0:
		return ""
	case 1:
		return words[0]
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " " + and + " " + words[last]
}
