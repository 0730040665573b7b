package slackfake

import (
	"encoding/json"
	"strconv"
	"strings"
)

// element is an interactive element where it stands: in an actions or an input
// block, or beside a section.
type element struct {
	blockID string
	input   bool // stands in an input block
	block   map[string]any
	fields  map[string]any
}

// interactives lists the elements of blocks that people can act on, in order.
func interactives(raw json.RawMessage) []element {
	var blocks []map[string]any
	if json.Unmarshal(raw, &blocks) != nil {
		return nil
	}
	var all []element
	for _, b := range blocks {
		id, _ := b["block_id"].(string)
		add := func(v any, input bool) {
			if f, ok := v.(map[string]any); ok && text(f["action_id"]) != "" {
				all = append(all, element{blockID: id, input: input, block: b, fields: f})
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

func (e element) kind() string     { return text(e.fields["type"]) }
func (e element) actionID() string { return text(e.fields["action_id"]) }

func (e element) button() Button {
	label := e.fields["text"]
	if label == nil {
		label = e.fields["placeholder"]
	}
	return Button{
		BlockID: e.blockID, ActionID: e.actionID(), Type: e.kind(),
		Label: textOf(label), Value: text(e.fields["value"]), Style: text(e.fields["style"]),
		URL: text(e.fields["url"]), Confirm: e.fields["confirm"] != nil,
	}
}

// text is v if it is a string.
func text(v any) string {
	t, _ := v.(string)
	return t
}

// textOf is the text of a text object.
func textOf(v any) string {
	o, _ := v.(map[string]any)
	return text(o["text"])
}

// state is what the element holds, as state.values shows it, for what a person
// put in. Several values are separated by commas.
func (e element) state(given string) (map[string]any, error) {
	st := map[string]any{"type": e.kind()}
	switch kind := e.kind(); kind {
	case "plain_text_input", "email_text_input", "url_text_input", "number_input":
		st["value"] = nullable(given)
	case "static_select", "external_select", "radio_buttons", "overflow":
		st["selected_option"] = nil
		if given != "" {
			o, err := e.option(given)
			st["selected_option"] = o
			return st, err
		}
	case "multi_static_select", "multi_external_select", "checkboxes":
		chosen := []any{}
		for _, v := range splitList(given) {
			o, err := e.option(v)
			if err != nil {
				return nil, err
			}
			chosen = append(chosen, o)
		}
		st["selected_options"] = chosen
	case "datetimepicker":
		st["selected_date_time"] = nil
		if given != "" {
			st["selected_date_time"] = json.Number(given)
		}
	case "rich_text_input":
		st["rich_text_value"] = richValue(given)
	default:
		e.pick(st, given)
	}
	return st, nil
}

// pick fills the state of selects of people, channels and dates.
func (e element) pick(st map[string]any, given string) {
	single := map[string]string{
		"users_select": "selected_user", "conversations_select": "selected_conversation",
		"channels_select": "selected_channel", "datepicker": "selected_date", "timepicker": "selected_time",
	}
	multi := map[string]string{
		"multi_users_select": "selected_users", "multi_conversations_select": "selected_conversations",
		"multi_channels_select": "selected_channels",
	}
	if key := single[e.kind()]; key != "" {
		st[key] = nullable(given)
	}
	if key := multi[e.kind()]; key != "" {
		st[key] = splitList(given)
	}
}

func nullable(v string) any {
	if v == "" {
		return nil
	}
	return v
}

func splitList(v string) []string {
	parts := []string{}
	for p := range strings.SplitSeq(v, ",") {
		if p = strings.TrimSpace(p); p != "" {
			parts = append(parts, p)
		}
	}
	return parts
}

func richValue(v string) any {
	if v == "" {
		return nil
	}
	words := []any{map[string]any{"type": "text", "text": v}}
	section := map[string]any{"type": "rich_text_section", "elements": words}
	return map[string]any{"type": "rich_text", "elements": []any{section}}
}

// option finds an option by its value. What an external select holds is not known
// here: any value is taken.
func (e element) option(value string) (map[string]any, error) {
	options, _ := e.fields["options"].([]any)
	groups, _ := e.fields["option_groups"].([]any)
	for _, g := range groups {
		g, _ := g.(map[string]any)
		more, _ := g["options"].([]any)
		options = append(options, more...)
	}
	for _, o := range options {
		if o, ok := o.(map[string]any); ok && o["value"] == value {
			return o, nil
		}
	}
	if strings.HasSuffix(e.kind(), "external_select") {
		label := map[string]any{"type": "plain_text", "text": value, "emoji": true}
		return map[string]any{"text": label, "value": value}, nil
	}
	return nil, &noSuch{what: "option", name: value}
}

// initial is what the element holds before anybody touches it.
func (e element) initial() string {
	for _, key := range []string{
		"initial_value", "initial_user", "initial_conversation", "initial_channel", "initial_date", "initial_time",
	} {
		if v := text(e.fields[key]); v != "" {
			return v
		}
	}
	if at, ok := e.fields["initial_date_time"].(float64); ok {
		return strconv.FormatInt(int64(at), 10)
	}
	if o, ok := e.fields["initial_option"].(map[string]any); ok {
		return text(o["value"])
	}
	var values []string
	for _, key := range []string{"initial_options", "initial_users", "initial_conversations", "initial_channels"} {
		list, _ := e.fields[key].([]any)
		for _, v := range list {
			if o, ok := v.(map[string]any); ok {
				v = o["value"]
			}
			values = append(values, text(v))
		}
	}
	return strings.Join(values, ",")
}
