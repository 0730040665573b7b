package bot

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/oncalm/oncalm/text"
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
		b.WriteString(text.Clean(s.text))
	}
	return b.String()
}

// markup is the line as text that Slack reads as markup: escaped, with times that each reader sees in their own zone.
func (l line) markup(zone *time.Location) string {
	var b strings.Builder
	for _, s := range l {
		switch s.kind {
		case timeSpan:
			b.WriteString("<!date^" + strconv.FormatInt(s.at.Unix(), 10) + "^" + dateFormat + "|" + text.Slack(clock(s.at, zone)) + ">")
		case codeSpan:
			b.WriteString("`" + strings.ReplaceAll(text.Slack(text.Clean(s.text)), "`", "'") + "`")
		case linkSpan:
			b.WriteString(text.Slack(text.Clean(s.text)))
		default:
			b.WriteString(text.Slack(text.Clean(s.text)))
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
func (l line) visible() bool {
	for _, s := range l {
		if s.kind == timeSpan || text.Clean(s.text) != "" {
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
