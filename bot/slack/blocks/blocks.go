package blocks

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/oncalm/oncalm/text"
)

// A Message is what we say in Slack, in one form for all places: direct messages, cards, answers.
type Message struct {
	Title string // stands large above the rest; "" for none
	// Notice is the text for notifications and for clients without blocks. Empty: title and paragraphs.
	Notice string
	Body   []Paragraph
	Rows   [][]Button // of buttons, below the paragraphs
	// Shown says of an answer that the message with the button that was pressed shows it anyway.
	Shown bool
}

// A Paragraph is lines that stand together, each in a row of its own.
type Paragraph struct {
	form  form
	Lines []Line
}

// form is how a paragraph looks.
type form int

const (
	prose form = iota
	quoted
	document
	bullets
)

// Para makes a paragraph of lines.
func Para(lines ...Line) Paragraph { return Paragraph{prose, lines} }

// Bullets makes a list of lines.
func Bullets(lines ...Line) Paragraph { return Paragraph{bullets, lines} }

// Document makes a paragraph of Markdown, which has been escaped by whoever wrote it.
func Document(markdown string) Paragraph { return Paragraph{document, []Line{Say(markdown)}} }

// Quote makes a paragraph of what others said, with a bar at its side.
func Quote(lines ...Line) Paragraph { return Paragraph{quoted, lines} }

// A Button carries out a word, or leads somewhere.
type Button struct {
	Label  string
	Action string // unique in its message
	Value  string
	URL    string
	Main   bool // the one to press
	// Asks is what Slack asks before the button counts as pressed; nil asks nothing.
	Asks *Question
}

// A Question is asked before something counts.
type Question struct{ Title, Text, Yes, No string }

// AsMain is the button as the one to press.
func (b Button) AsMain() Button {
	b.Main = true
	return b
}

// usable reports whether a button may be shown. One that leads nowhere is left out.
func (b *Button) usable() bool {
	return text.Line(b.Label) != "" && (b.URL == "" || safeURL(b.URL)) && len(b.Value) <= MaxValue
}

// Sentence is a message of one line.
func Sentence(parts ...any) Message { return Message{Body: []Paragraph{Para(Say(parts...))}} }

// Text is the message as plain text with Slack's markup escaped; times have a fallback in that zone.
func (m Message) Text(zone *time.Location) string {
	if m.Notice != "" {
		return text.Slack(text.Clip(text.Line(m.Notice), maxNotice))
	}
	var rows []string
	size := 0
	if m.Title != "" {
		rows = append(rows, text.Slack(text.Clip(text.Line(m.Title), maxNotice)))
		size = len(rows[0]) + 1 // escaped, a sign may be five
	}
	for _, p := range m.Body {
		for _, l := range p.Lines {
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
func (p Paragraph) mark() string {
	switch p.form {
	case quoted:
		return "> "
	case bullets:
		return "• "
	}
	return ""
}

// Blocks is the message in Slack's building blocks, as a JSON array. It keeps all limits, whatever the texts are.
//
// It is written here byte by byte, and not with slack-go's types, because a page should cost next to nothing: this is an
// eighth of the time. [Validate] checks the result.
func (m Message) Blocks() []byte { return m.blocks(0) }

// blocks are those with so many rows of buttons before them.
func (m Message) blocks(rows int) []byte {
	j := blockWriter{buf: append(make([]byte, 0, 2048), '[')}
	if title := text.Clip(text.Line(m.Title), maxHeader); title != "" {
		j.open(`{"type":"header","text":`)
		j.plainText(title)
		j.raw("}")
	}
	for _, p := range m.Body {
		if j.blocks < maxBlocks-len(m.Rows) {
			j.paragraph(p)
		}
	}
	for n, row := range m.Rows {
		if j.blocks < maxBlocks {
			j.actions(rows+n, row)
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

// raw writes what is JSON already.
func (j *blockWriter) raw(s string) { j.buf = append(j.buf, s...) }

// string writes a text as a string of JSON.
func (j *blockWriter) string(s string) { j.buf = AppendString(j.buf, s) }

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
func (j *blockWriter) paragraph(p Paragraph) {
	if !slices.ContainsFunc(p.Lines, Line.visible) {
		return
	}
	if p.form == document {
		j.open(`{"type":"markdown","text":`)
		j.string(p.Lines[0].Plain(time.UTC))
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
		for _, l := range p.Lines {
			j.item(l)
		}
		j.raw("]}]}")
		return
	default:
		j.raw(`"rich_text_section","elements":[`)
	}
	begun := false
	for _, l := range p.Lines {
		if begun {
			j.span(Span{Text: "\n"})
		}
		begun = j.line(l) || begun
	}
	j.raw("]}]}")
}

// item writes a line of a list.
func (j *blockWriter) item(l Line) {
	if !l.visible() || j.room <= 0 {
		return
	}
	j.next()
	j.raw(`{"type":"rich_text_section","elements":[`)
	j.line(l)
	j.raw("]}")
}

// line writes the pieces of a line, and reports whether there were any.
func (j *blockWriter) line(l Line) (wrote bool) {
	for _, s := range l {
		wrote = j.span(s) || wrote
	}
	return wrote
}

// span writes one piece of a line, as far as there is room.
func (j *blockWriter) span(s Span) bool {
	shown := text.Clean(s.Text)
	if s.kind == timeSpan {
		shown = clock(s.at, time.UTC)
	}
	if shown == "" || j.room <= 0 {
		return false
	}
	shown = text.Clip(shown, j.room)
	j.room -= text.Units(shown)
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
func (j *blockWriter) actions(n int, row []Button) {
	if !slices.ContainsFunc(row, func(b Button) bool { return b.usable() }) {
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

// button writes a button. Its label is cut, its value is not: a part of it would mean something else.
func (j *blockWriter) button(b Button) {
	j.raw(`{"type":"button","action_id":`)
	j.string(b.Action)
	j.raw(`,"text":`)
	j.plainText(text.Clip(text.Line(b.Label), MaxLabel))
	if b.Value != "" {
		j.raw(`,"value":`)
		j.string(b.Value)
	}
	if b.URL != "" {
		j.raw(`,"url":`)
		j.string(b.URL)
	}
	if b.Main {
		j.raw(`,"style":"primary"`)
	}
	if b.Asks != nil {
		j.question(b.Asks)
	}
	j.raw("}")
}

// question writes what Slack asks before the button counts.
func (j *blockWriter) question(q *Question) {
	for n, part := range []struct {
		name, text string
		limit      int
	}{{"title", q.Title, maxAsked}, {"text", q.Text, maxQuestion}, {"confirm", q.Yes, maxReply}, {"deny", q.No, maxReply}} {
		j.raw([]string{`,"confirm":{"`, `,"`}[min(n, 1)] + part.name + `":`)
		j.plainText(text.Clip(text.Line(part.text), part.limit))
	}
	j.raw("}")
}

// AppendString appends s as a JSON string. Most texts have nothing to escape, and are copied as they are.
func AppendString(buf []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' || c >= utf8.RuneSelf {
			return appendUnusual(buf, s)
		}
	}
	buf = append(buf, '"')
	buf = append(buf, s...)
	return append(buf, '"')
}

// appendUnusual writes a text in which something may have to be escaped.
func appendUnusual(buf []byte, s string) []byte {
	quoted, err := json.Marshal(s)
	if err != nil {
		return append(buf, `""`...) // unreachable: every string can be written
	}
	return append(buf, quoted...)
}
