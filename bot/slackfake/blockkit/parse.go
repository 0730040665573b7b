package blockkit

import (
	"encoding/json"
	"errors"

	"github.com/oncalm/oncalm/bot/slackfake/wire"
)

// maxViewBytes is the limit of a view as JSON.
const maxViewBytes = 250_000

// ParseBlocks reads and judges the blocks of a message: nil if there are none, a refusal if Slack would not take them. An
// empty list is the same as none.
func ParseBlocks(text string) (json.RawMessage, error) {
	if text == "" {
		return nil, nil
	}
	var blocks []any
	if json.Unmarshal([]byte(text), &blocks) != nil {
		return nil, wire.Refuse("invalid_blocks_format")
	}
	if problems := validateMessage(blocks); len(problems) > 0 {
		return nil, wire.Invalid("invalid_blocks", problems)
	}
	if len(blocks) == 0 {
		return nil, nil
	}
	return json.RawMessage(text), nil
}

// ParseView reads and judges a view; kind is "modal" or "home".
func ParseView(text, kind string) (map[string]any, error) {
	if len(text) > maxViewBytes {
		return nil, wire.Refuse("view_too_large")
	}
	var view map[string]any
	if json.Unmarshal([]byte(text), &view) != nil {
		return nil, wire.Invalid("invalid_arguments", []string{"must provide an object [json-pointer:/view]"})
	}
	if problems := validateView(view, kind); len(problems) > 0 {
		return nil, wire.Invalid("invalid_arguments", problems)
	}
	return view, nil
}

// ValidateBlocks judges the blocks of a message, given as a JSON array. It returns what Slack would object to; nothing if Slack
// would take them.
func ValidateBlocks(raw []byte) []string {
	_, err := ParseBlocks(string(raw))
	return problemsOf(err)
}

// ValidateView judges a view, given as JSON; kind is "modal" or "home".
func ValidateView(raw []byte, kind string) []string {
	_, err := ParseView(string(raw), kind)
	return problemsOf(err)
}

// problemsOf is what a refusal says in detail, or its code.
func problemsOf(err error) []string {
	r, ok := errors.AsType[*wire.Refusal](err)
	if !ok {
		return nil
	}
	if list, ok := r.Fields["errors"].([]string); ok {
		return list
	}
	return []string{r.Code}
}
