package blocks

import (
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/oncalm/oncalm/text"
)

// Slack's limits, in units of UTF-16 (see [text.Units]) where nothing else is said: Slack does not say whether it counts these or
// characters, of which there are never more. And our own limits, which are tighter, where it pays.
const (
	maxBlocks   = 50
	maxHeader   = 150
	maxRich     = 3000   // of one paragraph: Slack publishes no limit for rich text, more than 4,000 is known to fail
	MaxMarkdown = 12_000 // of all documents in a message together
	maxButtons  = 25
	MaxLabel    = 75
	MaxValue    = 2000 // bytes, which are never fewer than characters
	maxURL      = 3000
	maxID       = 255
	maxAsked    = 100 // the title of a question, the question itself, and what one answers
	maxQuestion = 300
	maxReply    = 30
	maxNotice   = 300 // a notification shows less than that
	// maxTextBytes bounds the plain text of a message: Slack recommends no more than 4,000 characters.
	maxTextBytes = 3800
)

// ErrInvalid says that a message would be refused by Slack, or would be more than literal text and buttons.
var ErrInvalid = errors.New("not a message of ours")

// block is what a block, or an element of one, may have in it.
type block struct {
	Type     string          `json:"type"`
	BlockID  string          `json:"block_id"`
	ActionID string          `json:"action_id"`
	Text     json.RawMessage `json:"text"`
	Elements []block         `json:"elements"`
	Value    string          `json:"value"`
	URL      string          `json:"url"`
	Style    json.RawMessage `json:"style"`
	Confirm  *asked          `json:"confirm"`
	Time     int64           `json:"timestamp"`
}

// asked is a question before a button counts.
type asked struct {
	Title   json.RawMessage `json:"title"`
	Text    json.RawMessage `json:"text"`
	Confirm json.RawMessage `json:"confirm"`
	Deny    json.RawMessage `json:"deny"`
}

// Validate checks blocks, given as a JSON array, against Slack's limits and our own: only those kinds of blocks that this
// package makes, nothing that Slack would interpret, no mentions, https links only. The error joins all problems; each wraps
// [ErrInvalid].
func Validate(blocks []byte) error {
	var all []block
	if err := json.Unmarshal(blocks, &all); err != nil {
		return fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	v := validation{seen: map[string]bool{}}
	if !utf8.Valid(blocks) {
		v.complain("bytes that are not UTF-8")
	}
	if len(all) > maxBlocks {
		v.complain("%d blocks, more than %d", len(all), maxBlocks)
	}
	for _, b := range all {
		v.block(b)
	}
	return errors.Join(v.problems...)
}

// validation is on its way through the blocks of one message.
type validation struct {
	problems []error
	seen     map[string]bool // ids of blocks and actions
	markdown int             // characters of documents so far
}

func (v *validation) complain(format string, args ...any) {
	v.problems = append(v.problems, fmt.Errorf("%w: %s", ErrInvalid, fmt.Sprintf(format, args...)))
}

func (v *validation) block(b block) {
	v.id("block_id", b.BlockID)
	switch b.Type {
	case "header":
		v.plain("header", b.Text, maxHeader)
	case "actions":
		v.count("buttons", b.Elements, maxButtons)
		for _, e := range b.Elements {
			v.button(e)
		}
	case "rich_text":
		v.count("paragraphs", b.Elements, 1)
		for _, e := range b.Elements {
			v.paragraph(e)
		}
	case "markdown":
		v.document(b)
	default:
		v.complain("a block of type %q", b.Type)
	}
}

// document checks Markdown, for its length only: whoever wrote it answers for what it says.
func (v *validation) document(b block) {
	var said string
	if json.Unmarshal(b.Text, &said) != nil {
		v.complain("a document with text %s", b.Text)
	}
	v.length("document", said, MaxMarkdown)
	if v.markdown += text.Units(said); v.markdown > MaxMarkdown {
		v.complain("documents of %d characters", v.markdown)
	}
}

func (v *validation) count(what string, all []block, limit int) {
	if len(all) == 0 || len(all) > limit {
		v.complain("%d %s, not 1 to %d", len(all), what, limit)
	}
}

// id checks a block_id or action_id: not too long, and only once in a message.
func (v *validation) id(what, id string) {
	if id == "" {
		return
	}
	v.length(what, id, maxID)
	if v.seen[what+id] {
		v.complain("%s %q twice", what, id)
	}
	v.seen[what+id] = true
}

func (v *validation) button(b block) {
	if b.Type != "button" || b.ActionID == "" {
		v.complain("an element of type %q with action_id %q among buttons", b.Type, b.ActionID)
	}
	v.id("action_id", b.ActionID)
	v.plain("button", b.Text, MaxLabel)
	if len(b.Value) > MaxValue {
		v.complain("value of %d bytes", len(b.Value))
	}
	v.url(b.URL)
	if q := b.Confirm; q != nil {
		v.plain("title of a question", q.Title, maxAsked)
		v.plain("question", q.Text, maxQuestion)
		v.plain("yes", q.Confirm, maxReply)
		v.plain("no", q.Deny, maxReply)
	}
}

func (v *validation) url(u string) {
	if u != "" && !safeURL(u) {
		v.complain("link to %q", u)
	}
}

// plain checks text that Slack does not interpret.
func (v *validation) plain(where string, literal json.RawMessage, limit int) {
	var t struct {
		Type, Text string
		Emoji      *bool
	}
	if json.Unmarshal(literal, &t) != nil || t.Type != "plain_text" || t.Emoji == nil || *t.Emoji {
		v.complain("%s that is not literal: %s", where, literal)
	}
	v.length(where, t.Text, limit)
}

func (v *validation) length(where, s string, limit int) {
	if n := text.Units(s); n == 0 || n > limit {
		v.complain("%s has %d characters, not 1 to %d", where, n, limit)
	}
}

func (v *validation) paragraph(p block) {
	size := 0
	switch p.Type {
	case "rich_text_section", "rich_text_quote":
		size = v.line(p)
	case "rich_text_list":
		v.count("items", p.Elements, maxRich)
		for _, item := range p.Elements {
			if item.Type != "rich_text_section" {
				v.complain("%q in a list", item.Type)
			}
			size += v.line(item)
		}
	default:
		v.complain("rich text of type %q", p.Type)
	}
	if size > maxRich {
		v.complain("%d characters in one paragraph", size)
	}
}

// line checks the pieces of a line, and counts their characters. Mentions and broadcasts are not among what may be there.
func (v *validation) line(l block) (size int) {
	v.count("pieces", l.Elements, maxRich)
	for _, e := range l.Elements {
		var said string
		switch e.Type {
		case "text", "link":
			if json.Unmarshal(e.Text, &said) != nil {
				v.complain("%s with text %s", e.Type, e.Text)
			}
			v.length(e.Type, said, maxRich)
			v.url(e.URL)
		case "date":
			if e.Time < 0 {
				v.complain("a time before 1970")
			}
		default:
			v.complain("%q in a line", e.Type)
		}
		size += text.Units(said)
	}
	return size
}
