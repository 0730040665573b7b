package hands

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/oncalm/oncalm/bot/slackfake/blockkit"
)

// input is an element that people put something into.
type input struct{ e blockkit.Element }

// option is the option with that value. Slack sends the whole option back, with its text.
func (i input) option(value string) (map[string]any, error) {
	o, ok := i.e.Option(value)
	if !ok {
		return nil, &NoSuch{What: "option", Name: value}
	}
	return o, nil
}

// state is what the element holds, as state.values shows it, for what a person
// put in. Several values are separated by commas.
func (i input) state(given string) (map[string]any, error) {
	st := map[string]any{"type": i.e.Kind()}
	switch kind := i.e.Kind(); kind {
	case "plain_text_input", "email_text_input", "url_text_input", "number_input":
		st["value"] = nullable(given)
	case "static_select", "external_select", "radio_buttons", "overflow":
		st["selected_option"] = nil
		if given != "" {
			o, err := i.option(given)
			st["selected_option"] = o
			return st, err
		}
	case "multi_static_select", "multi_external_select", "checkboxes":
		chosen := []any{}
		for _, v := range splitList(given) {
			o, err := i.option(v)
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
		i.pick(st, given)
	}
	return st, nil
}

// pick fills the state of selects of people, channels and dates.
func (i input) pick(st map[string]any, given string) {
	single := map[string]string{
		"users_select": "selected_user", "conversations_select": "selected_conversation",
		"channels_select": "selected_channel", "datepicker": "selected_date", "timepicker": "selected_time",
	}
	multi := map[string]string{
		"multi_users_select": "selected_users", "multi_conversations_select": "selected_conversations",
		"multi_channels_select": "selected_channels",
	}
	if key := single[i.e.Kind()]; key != "" {
		st[key] = nullable(given)
	}
	if key := multi[i.e.Kind()]; key != "" {
		st[key] = splitList(given)
	}
}

// nullable is what an element without a value holds: null, not an empty string.
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

// richValue is a text as rich text: one section with one run.
func richValue(v string) any {
	if v == "" {
		return nil
	}
	words := []any{map[string]any{"type": "text", "text": v}}
	section := map[string]any{"type": "rich_text_section", "elements": words}
	return map[string]any{"type": "rich_text", "elements": []any{section}}
}

// initial is what the element holds before anybody touches it. It is written as state reads what is given, so that an input
// nobody touches is filled by it.
func (i input) initial() string {
	for _, key := range []string{
		"initial_value", "initial_user", "initial_conversation", "initial_channel", "initial_date", "initial_time",
	} {
		if v := blockkit.Text(i.e.Fields[key]); v != "" {
			return v
		}
	}
	if at, ok := i.e.Fields["initial_date_time"].(float64); ok {
		return strconv.FormatInt(int64(at), 10)
	}
	if o, ok := i.e.Fields["initial_option"].(map[string]any); ok {
		return blockkit.Text(o["value"])
	}
	var values []string
	for _, key := range []string{"initial_options", "initial_users", "initial_conversations", "initial_channels"} {
		list, _ := i.e.Fields[key].([]any)
		for _, v := range list {
			if o, ok := v.(map[string]any); ok {
				v = o["value"]
			}
			values = append(values, blockkit.Text(v))
		}
	}
	return strings.Join(values, ",")
}

// accepts tells whether Slack lets an input hold this.
func (i input) accepts(given string) error {
	if optional, _ := i.e.Block["optional"].(bool); i.e.Input && !optional && given == "" {
		return fmt.Errorf("%w: %q is required", ErrInput, i.e.BlockID)
	}
	n := float64(utf8.RuneCountInString(given))
	if limit, ok := i.e.Fields["max_length"].(float64); ok && n > limit {
		return fmt.Errorf("%w: %q is longer than %v", ErrInput, i.e.BlockID, limit)
	}
	if limit, ok := i.e.Fields["min_length"].(float64); ok && given != "" && n < limit {
		return fmt.Errorf("%w: %q is shorter than %v", ErrInput, i.e.BlockID, limit)
	}
	return nil
}
