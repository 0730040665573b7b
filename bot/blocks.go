package bot

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/oncalm/oncalm/text"
)

// A message is what we say in Slack, in one form for all places: direct messages, cards, answers.
type message struct {
	title string // stands large above the rest; "" for none
	// notice is the text for notifications and for clients without blocks. Empty: title and paragraphs.
	notice string
	body   []paragraph
	rows   [][]button // of buttons, below the paragraphs
	// shown says of an answer that the message with the button that was pressed shows it anyway.
	shown bool
}

// A paragraph is lines that stand together, each in a row of its own.
type paragraph struct {
	form  form
	lines []line
}

type form int

const (
	prose    form = iota
	quoted        // with a bar at its side: what others said
	document      // Markdown in one span, escaped by whoever wrote it
	bullets
)

func para(lines ...line) paragraph  { return paragraph{prose, lines} }
func quote(lines ...line) paragraph { return paragraph{quoted, lines} }

// A button carries out a word, or leads somewhere.
type button struct {
	label  string
	action string // unique in its message
	value  string
	url    string
	main   bool // the one to press
}

// usable reports whether a button may be shown. One that leads nowhere is left out.
func (b *button) usable() bool {
	return text.Line(b.label) != "" && (b.url == "" || safeURL(b.url)) && len(b.value) <= maxValue
}

// sentence is a message of one line.
func sentence(parts ...any) message { return message{body: []paragraph{para(say(parts...))}} }

// text is the message as plain text with Slack's markup escaped; times have a fallback in that zone.
func (m message) text(zone *time.Location) string {
	if m.notice != "" {
		return text.Slack(text.Clip(text.Line(m.notice), maxNotice))
	}
	var rows []string
	if m.title != "" {
		rows = append(rows, text.Slack(text.Clip(text.Line(m.title), maxNotice)))
	}
	size := 0
	for _, p := range m.body {
		for _, l := range p.lines {
			row := p.mark() + l.markup(zone)
			if size += len(row) + 1; size > maxTextBytes {
				return strings.Join(append(rows, "…"), "\n")
			}
			rows = append(rows, row)
		}
	}
	return strings.Join(rows, "\n")
}

// mark is what stands before each line in plain text.
func (p paragraph) mark() string {
	switch p.form {
	case quoted:
		return "> "
	case bullets:
		return "• "
	}
	return ""
}

// blocks is the message in Slack's building blocks, as a JSON array. It keeps all limits, whatever the texts are.
//
// It is written here byte by byte, and not with slack-go's types, because a page should cost next to nothing: this is an
// eighth of the time. [Validate] checks the result.
func (m message) blocks() []byte {
	j := blockWriter{buf: append(make([]byte, 0, 2048), '[')}
	if title := text.Clip(text.Line(m.title), maxHeader); title != "" {
		j.open(`{"type":"header","text":`)
		j.plainText(title)
		j.raw("}")
	}
	for _, p := range m.body {
		if j.blocks < maxBlocks-len(m.rows) {
			j.paragraph(p)
		}
	}
	for n, row := range m.rows {
		if j.blocks < maxBlocks {
			j.actions(n, row)
		}
	}
	return append(j.buf, ']')
}

// blockWriter writes blocks. What is written is cut to what Slack takes.
type blockWriter struct {
	buf    []byte
	blocks int
	room   int // characters that are left in the paragraph
}

func (j *blockWriter) raw(s string) { j.buf = append(j.buf, s...) }

func (j *blockWriter) string(s string) { j.buf = appendString(j.buf, s) }

// open begins a block.
func (j *blockWriter) open(s string) {
	j.next()
	j.blocks++
	j.raw(s)
}

// next separates what follows from what stands before it.
func (j *blockWriter) next() {
	if last := j.buf[len(j.buf)-1]; last != '[' {
		j.buf = append(j.buf, ',')
	}
}

// plainText is text that Slack does not interpret at all.
func (j *blockWriter) plainText(s string) {
	j.raw(`{"type":"plain_text","text":`)
	j.string(s)
	j.raw(`,"emoji":false}`)
}

// paragraph writes a block of rich text, unless it would say nothing.
func (j *blockWriter) paragraph(p paragraph) {
	if !slices.ContainsFunc(p.lines, line.visible) {
		return
	}
	if p.form == document {
		j.open(`{"type":"markdown","text":`)
		j.string(p.lines[0].plain(time.UTC))
		j.raw("}")
		return
	}
	j.room = maxRich
	j.open(`{"type":"rich_text","elements":[{"type":`)
	switch p.form {
	case quoted:
		j.raw(`"rich_text_quote","elements":[`)
	case bullets:
		j.raw(`"rich_text_list","style":"bullet","elements":[`)
		for _, l := range p.lines {
			j.item(l)
		}
		j.raw("]}]}")
		return
	default:
		j.raw(`"rich_text_section","elements":[`)
	}
	begun := false
	for _, l := range p.lines {
		if begun {
			j.span(span{text: "\n"})
		}
		begun = j.line(l) || begun
	}
	j.raw("]}]}")
}

// item writes a line of a list.
func (j *blockWriter) item(l line) {
	if !l.visible() || j.room <= 0 {
		return
	}
	j.next()
	j.raw(`{"type":"rich_text_section","elements":[`)
	j.line(l)
	j.raw("]}")
}

// line writes the pieces of a line, and reports whether there were any.
func (j *blockWriter) line(l line) (wrote bool) {
	for _, s := range l {
		wrote = j.span(s) || wrote
	}
	return wrote
}

// span writes one piece of a line, as far as there is room.
func (j *blockWriter) span(s span) bool {
	shown := text.Clean(s.text)
	if s.kind == timeSpan {
		shown = clock(s.at, time.UTC)
	}
	if shown == "" || j.room <= 0 {
		return false
	}
	shown = text.Clip(shown, j.room)
	j.room -= utf8.RuneCountInString(shown)
	j.next()
	switch s.kind {
	case timeSpan:
		j.raw(`{"type":"date","timestamp":`)
		j.buf = strconv.AppendInt(j.buf, max(s.at.Unix(), 0), 10)
		// Slack writes the first letter of a date large, as if it began a sentence; a space without width before it
		// keeps "since today" as it should be.
		j.raw(`,"format":"\u200b` + dateFormat + `","fallback":`)
	case linkSpan:
		j.raw(`{"type":"link","url":`)
		j.string(s.url)
		j.raw(`,"text":`)
	default:
		j.raw(`{"type":"text","text":`)
	}
	j.string(shown)
	switch s.kind {
	case strongSpan:
		j.raw(`,"style":{"bold":true}`)
	case codeSpan:
		j.raw(`,"style":{"code":true}`)
	}
	j.raw("}")
	return true
}

// actions writes a row of buttons, unless there are none.
func (j *blockWriter) actions(n int, row []button) {
	if !slices.ContainsFunc(row, func(b button) bool { return b.usable() }) {
		return
	}
	j.open(`{"type":"actions","block_id":"row`)
	j.buf = strconv.AppendInt(j.buf, int64(n), 10)
	j.raw(`","elements":[`)
	shown := 0
	for _, b := range row {
		if !b.usable() || shown == maxButtons {
			continue
		}
		shown++
		j.next()
		j.button(b)
	}
	j.raw("]}")
}

func (j *blockWriter) button(b button) {
	j.raw(`{"type":"button","action_id":`)
	j.string(b.action)
	j.raw(`,"text":`)
	j.plainText(text.Clip(text.Line(b.label), maxLabel))
	if b.value != "" {
		j.raw(`,"value":`)
		j.string(b.value)
	}
	if b.url != "" {
		j.raw(`,"url":`)
		j.string(b.url)
	}
	if b.main {
		j.raw(`,"style":"primary"`)
	}
	j.raw("}")
}

// appendString appends s as a JSON string.
func appendString(buf []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' || c >= utf8.RuneSelf {
			return appendUnusual(buf, s)
		}
	}
	buf = append(buf, '"')
	buf = append(buf, s...)
	return append(buf, '"')
}

func appendUnusual(buf []byte, s string) []byte {
	quoted, err := json.Marshal(s)
	if err != nil {
		return append(buf, `""`...) // unreachable: every string can be written
	}
	return append(buf, quoted...)
}
