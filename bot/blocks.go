package bot

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/slack-go/slack"
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
	verbatim      // in type of fixed width
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

// sentence is a message of one line.
func sentence(parts ...any) message { return message{body: []paragraph{para(say(parts...))}} }

// blocks is the message in Slack's building blocks. It keeps all limits, whatever the texts are.
func (m message) blocks() []slack.Block {
	var all []slack.Block
	if title := clip(oneLine(m.title), maxHeader); title != "" {
		all = append(all, slack.NewHeaderBlock(plainText(title)))
	}
	for _, p := range m.body {
		if e := p.element(); e != nil && len(all) < maxBlocks-len(m.rows) {
			all = append(all, slack.NewRichTextBlock("", e))
		}
	}
	for n, row := range m.rows {
		if b := actions("row"+strconv.Itoa(n), row); b != nil && len(all) < maxBlocks {
			all = append(all, b)
		}
	}
	return all
}

// text is the message as plain text with Slack's markup escaped; times have a fallback in that zone.
func (m message) text(zone *time.Location) string {
	if m.notice != "" {
		return clip(escape(oneLine(m.notice)), maxNotice)
	}
	var rows []string
	if m.title != "" {
		rows = append(rows, escape(oneLine(m.title)))
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

// element is the paragraph in rich text; nil if it says nothing.
func (p paragraph) element() slack.RichTextElement {
	if p.form == bullets {
		return p.list()
	}
	var all []slack.RichTextSectionElement
	room := maxRich
	for n, l := range p.lines {
		if n > 0 && len(all) > 0 {
			all, room = appendText(all, "\n", room), room-1
		}
		all, room = l.rich(all, room)
	}
	if len(all) == 0 {
		return nil
	}
	switch p.form {
	case quoted:
		return &slack.RichTextQuote{Type: slack.RTEQuote, Elements: all}
	case verbatim:
		return &slack.RichTextPreformatted{Type: slack.RTEPreformatted, Elements: all}
	}
	return slack.NewRichTextSection(all...)
}

func (p paragraph) list() slack.RichTextElement {
	var items []slack.RichTextElement
	room := maxRich
	for _, l := range p.lines {
		var one []slack.RichTextSectionElement
		if one, room = l.rich(nil, room); len(one) > 0 {
			items = append(items, slack.NewRichTextSection(one...))
		}
	}
	if len(items) == 0 {
		return nil
	}
	return slack.NewRichTextList(slack.RTEListBullet, 0, items...)
}

// rich appends the line to elements, as far as there is room, counted in characters.
func (l line) rich(all []slack.RichTextSectionElement, room int) ([]slack.RichTextSectionElement, int) {
	for _, s := range l {
		text := clean(s.text)
		if s.kind == timeSpan {
			text = clock(s.at, time.UTC)
		}
		if text == "" || room <= 0 {
			continue
		}
		text = clip(text, room)
		room -= utf8.RuneCountInString(text)
		all = append(all, s.element(text))
	}
	return all, room
}

func (s span) element(text string) slack.RichTextSectionElement {
	switch s.kind {
	case strongSpan:
		return slack.NewRichTextSectionTextElement(text, &slack.RichTextSectionTextStyle{Bold: true})
	case codeSpan:
		return slack.NewRichTextSectionTextElement(text, &slack.RichTextSectionTextStyle{Code: true})
	case timeSpan:
		return slack.NewRichTextSectionDateElement(max(s.at.Unix(), 0), dateFormat, nil, &text)
	case linkSpan:
		return slack.NewRichTextSectionLinkElement(s.url, text, nil)
	}
	return slack.NewRichTextSectionTextElement(text, nil)
}

func appendText(all []slack.RichTextSectionElement, text string, room int) []slack.RichTextSectionElement {
	if room <= 0 {
		return all
	}
	return append(all, slack.NewRichTextSectionTextElement(text, nil))
}

// actions is a row of buttons; nil if there are none. Buttons that lead nowhere are left out.
func actions(id string, row []button) slack.Block {
	var all []slack.BlockElement
	for _, b := range row {
		label := clip(oneLine(b.label), maxLabel)
		if label == "" || len(all) == maxButtons || b.url != "" && !safeURL(b.url) || len(b.value) > maxValue {
			continue
		}
		e := slack.NewButtonBlockElement(b.action, b.value, plainText(label))
		e.URL = b.url
		if b.main {
			e.Style = slack.StylePrimary
		}
		all = append(all, e)
	}
	if len(all) == 0 {
		return nil
	}
	return slack.NewActionBlock(id, all...)
}

func plainText(s string) *slack.TextBlockObject {
	literal := false
	return &slack.TextBlockObject{Type: slack.PlainTextType, Text: s, Emoji: &literal}
}
