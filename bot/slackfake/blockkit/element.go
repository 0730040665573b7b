package blockkit

import (
	"encoding/json"
	"strings"
)

// Element is an interactive element where it stands: in an actions or an input block, or beside a section.
type Element struct {
	BlockID string
	Input   bool // stands in an input block
	Block   map[string]any
	Fields  map[string]any
}

// Button is how an element looks to people.
type Button struct {
	BlockID  string
	ActionID string
	Type     string // "button", "static_select", …
	Label    string
	Value    string
	Style    string // "", "primary", "danger"
	URL      string
	Confirm  bool // asks before it acts
}

// Interactives lists the elements of blocks that people can act on, in order. Elements without an action_id are left out:
// nobody could tell what was pressed.
func Interactives(raw json.RawMessage) []Element {
	var blocks []map[string]any
	if json.Unmarshal(raw, &blocks) != nil {
		return nil
	}
	var all []Element
	for _, b := range blocks {
		id, _ := b["block_id"].(string)
		add := func(v any, input bool) {
			if f, ok := v.(map[string]any); ok && Text(f["action_id"]) != "" {
				all = append(all, Element{BlockID: id, Input: input, Block: b, Fields: f})
			}
		}
		switch b["type"] {
		case "section":
			add(b["accessory"], false)
		case "input":
			add(b["element"], true)
		case "actions", "context_actions":
			list, _ := b["elements"].([]any)
			for _, v := range list {
				add(v, false)
			}
		}
	}
	return all
}

// Kind is the type of the element.
func (e Element) Kind() string { return Text(e.Fields["type"]) }

// ActionID names the element.
func (e Element) ActionID() string { return Text(e.Fields["action_id"]) }

// Button is the element as people see it.
func (e Element) Button() Button {
	label := e.Fields["text"]
	if label == nil {
		label = e.Fields["placeholder"]
	}
	return Button{
		BlockID: e.BlockID, ActionID: e.ActionID(), Type: e.Kind(),
		Label: TextOf(label), Value: Text(e.Fields["value"]), Style: Text(e.Fields["style"]),
		URL: Text(e.Fields["url"]), Confirm: e.Fields["confirm"] != nil,
	}
}

// Text is v if it is a string.
func Text(v any) string {
	t, _ := v.(string)
	return t
}

// TextOf is the text of a text object.
func TextOf(v any) string {
	o, _ := v.(map[string]any)
	return Text(o["text"])
}

// Option finds an option by its value. What an external select holds is not known here: any value is taken.
func (e Element) Option(value string) (map[string]any, bool) {
	options, _ := e.Fields["options"].([]any)
	groups, _ := e.Fields["option_groups"].([]any)
	for _, g := range groups {
		g, _ := g.(map[string]any)
		more, _ := g["options"].([]any)
		options = append(options, more...)
	}
	for _, o := range options {
		if o, ok := o.(map[string]any); ok && o["value"] == value {
			return o, true
		}
	}
	if strings.HasSuffix(e.Kind(), "external_select") {
		label := map[string]any{"type": "plain_text", "text": value, "emoji": true}
		return map[string]any{"text": label, "value": value}, true
	}
	return nil, false
}
