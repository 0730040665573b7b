package blocks

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/oncalm/oncalm/text"
)

// A Span is a piece of a line. Its text is literal, wherever it comes from.
type Span struct {
	kind spanKind
	Text string
	url  string
	at   time.Time
}

// spanKind is what a piece is, besides text.
type spanKind int

const (
	plainSpan spanKind = iota
	strongSpan
	codeSpan
	timeSpan
	linkSpan
)

// A Line is what stands in one row.
type Line []Span

// Say makes a line of words (string), [Strong], [Code], times, links and other lines.
func Say(parts ...any) Line {
	var l Line
	for _, p := range parts {
		switch p := p.(type) {
		case string:
			l = l.With(Span{Text: p})
		case int:
			l = l.With(Span{Text: strconv.Itoa(p)})
		case Span:
			l = l.With(p)
		case Line:
			for _, s := range p {
				l = l.With(s)
			}
		case time.Time:
			l = append(l, Span{kind: timeSpan, at: p})
		}
	}
	return l
}

// With appends a span, to the span before it if both are plain.
func (l Line) With(s Span) Line {
	if last := len(l) - 1; last >= 0 && s.kind == plainSpan && l[last].kind == plainSpan {
		l[last].Text += s.Text
		return l
	}
	return append(l, s)
}

// Strong is a piece that stands out.
func Strong(s string) Span { return Span{kind: strongSpan, Text: s} }

// Code is a piece to be typed, or that was.
func Code(s string) Span { return Span{kind: codeSpan, Text: s} }

// Link makes a link, if the address may be one; otherwise only its text.
func Link(url, text string) Span {
	if !safeURL(url) {
		return Span{Text: text}
	}
	return Span{kind: linkSpan, Text: text, url: url}
}

// Plain is the line without any markup, times in that zone.
func (l Line) Plain(zone *time.Location) string {
	var b strings.Builder
	for _, s := range l {
		if s.kind == timeSpan {
			b.WriteString(clock(s.at, zone))
			continue
		}
		b.WriteString(text.Clean(s.Text))
	}
	return b.String()
}

// markup is the line as text that Slack reads as markup: escaped, with times that each reader sees in their own zone.
func (l Line) markup(zone *time.Location) string {
	var b strings.Builder
	for _, s := range l {
		switch s.kind {
		case timeSpan:
			b.WriteString("<!date^" + strconv.FormatInt(s.at.Unix(), 10) + "^" + dateFormat + "|" + text.Slack(clock(s.at, zone)) + ">")
		case codeSpan:
			b.WriteString("`" + strings.ReplaceAll(text.Slack(text.Clean(s.Text)), "`", "'") + "`")
		case linkSpan:
			b.WriteString(text.Slack(text.Clean(s.Text)))
		default:
			b.WriteString(text.Slack(text.Clean(s.Text)))
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

// visible reports whether a line has anything to read in it.
func (l Line) visible() bool {
	for _, s := range l {
		if s.kind == timeSpan || text.Clean(s.Text) != "" {
			return true
		}
	}
	return false
}

// safeURL reports whether an address may be linked to: https, and nothing in it that could end a link early.
func safeURL(s string) bool {
	rest, ok := strings.CutPrefix(s, "https://")
	if !ok || rest == "" || len(s) > maxURL {
		return false
	}
	for _, r := range s {
		if r <= ' ' || r == utf8.RuneError || text.Hidden(r) || strings.ContainsRune(`<>|"\^`+"`{}", r) {
			return false
		}
	}
	return true
}
