package bot

import (
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/slack-go/slack"
)

// Slack's limits, in characters where nothing else is said; and our own, which are tighter, where it pays.
const (
	maxBlocks  = 50
	maxHeader  = 150
	maxRich    = 3000 // of one paragraph: Slack publishes no limit for rich text, more than 4,000 is known to fail
	maxButtons = 25
	maxLabel   = 75
	maxValue   = 2000 // bytes, which are never fewer than characters
	maxURL     = 3000
	maxID      = 255
	maxText    = 40_000
	maxNotice  = 300 // a notification shows less than that
	// maxTextBytes bounds the plain text of a message: Slack recommends no more than 4,000 characters.
	maxTextBytes = 3800
)

// ErrInvalid says that a message would be refused by Slack.
var ErrInvalid = errors.New("not a message that Slack takes")

// Validate checks blocks against Slack's limits: those kinds of blocks that this package makes. Any other kind is an error.
func Validate(blocks []slack.Block) error {
	v := validation{seen: map[string]bool{}}
	if len(blocks) > maxBlocks {
		v.complain("%d blocks, more than %d", len(blocks), maxBlocks)
	}
	for _, b := range blocks {
		v.block(b)
	}
	return errors.Join(v.problems...)
}

type validation struct {
	problems []error
	seen     map[string]bool // ids of blocks and actions
}

func (v *validation) complain(format string, args ...any) {
	v.problems = append(v.problems, fmt.Errorf("%w: %s", ErrInvalid, fmt.Sprintf(format, args...)))
}

func (v *validation) block(b slack.Block) {
	v.id("block_id", b.ID())
	switch b := b.(type) {
	case *slack.HeaderBlock:
		v.plain("header", b.Text, maxHeader)
	case *slack.ActionBlock:
		if n := len(b.Elements.ElementSet); n == 0 || n > maxButtons {
			v.complain("%d elements in a row of buttons", n)
		}
		for _, e := range b.Elements.ElementSet {
			v.button(e)
		}
	case *slack.RichTextBlock:
		for _, e := range b.Elements {
			v.rich(e)
		}
	default:
		v.complain("a block of type %s", b.BlockType())
	}
}

// id checks a block_id or action_id: not too long, and only once in a message.
func (v *validation) id(what, id string) {
	if id == "" {
		return
	}
	v.text(what, id, maxID)
	if v.seen[what+id] {
		v.complain("%s %q twice", what, id)
	}
	v.seen[what+id] = true
}

func (v *validation) button(e slack.BlockElement) {
	b, ok := e.(*slack.ButtonBlockElement)
	if !ok {
		v.complain("an element of type %s among buttons", e.ElementType())
		return
	}
	v.id("action_id", b.ActionID)
	v.plain("button", b.Text, maxLabel)
	if len(b.Value) > maxValue {
		v.complain("value of %d bytes", len(b.Value))
	}
	if b.URL != "" && !safeURL(b.URL) {
		v.complain("link %q", b.URL)
	}
}

func (v *validation) plain(where string, t *slack.TextBlockObject, limit int) {
	switch {
	case t == nil:
		v.complain("%s without text", where)
	case t.Type != slack.PlainTextType || t.Emoji == nil || *t.Emoji:
		v.complain("%s that is not literal", where)
	default:
		v.text(where, t.Text, limit)
	}
}

func (v *validation) text(where, s string, limit int) {
	if s == "" {
		v.complain("%s is empty", where)
	}
	if !utf8.ValidString(s) {
		v.complain("%s is not UTF-8", where)
	}
	if n := utf8.RuneCountInString(s); n > limit {
		v.complain("%s has %d characters, more than %d", where, n, limit)
	}
}

func (v *validation) rich(e slack.RichTextElement) {
	switch e := e.(type) {
	case *slack.RichTextSection:
		v.line(e.Elements)
	case *slack.RichTextQuote:
		v.line(e.Elements)
	case *slack.RichTextPreformatted:
		v.line(e.Elements)
	case *slack.RichTextList:
		for _, item := range e.Elements {
			v.rich(item)
		}
	default:
		v.complain("rich text of type %s", e.RichTextElementType())
	}
}

// line checks what stands in one paragraph. Mentions and broadcasts are not among what may.
func (v *validation) line(all []slack.RichTextSectionElement) {
	size := 0
	for _, e := range all {
		switch e := e.(type) {
		case *slack.RichTextSectionTextElement:
			v.text("rich text", e.Text, maxRich)
			size += utf8.RuneCountInString(e.Text)
		case *slack.RichTextSectionLinkElement:
			v.text("link", e.Text, maxRich)
			if !safeURL(e.URL) {
				v.complain("link %q", e.URL)
			}
			size += utf8.RuneCountInString(e.Text)
		case *slack.RichTextSectionDateElement:
			if e.Timestamp < 0 {
				v.complain("a time before 1970")
			}
		default:
			v.complain("rich text with %s in it", e.RichTextSectionElementType())
		}
	}
	if size > maxRich+len(all) {
		v.complain("%d characters in one paragraph", size)
	}
}
