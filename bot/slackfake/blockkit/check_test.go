package blockkit_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/bot/slackfake/blockkit"
)

type obj = map[string]any

func plainObj(n int) obj  { return obj{"type": "plain_text", "text": strings.Repeat("ж", n)} }
func mrkdwnObj(n int) obj { return obj{"type": "mrkdwn", "text": strings.Repeat("ж", n)} }

func x(n int) string { return strings.Repeat("x", n) }

// many makes n things, each with its number.
func many(n int, one func(i int) any) []any {
	all := make([]any, n)
	for i := range all {
		all[i] = one(i)
	}
	return all
}

func button(id string, change obj) obj {
	b := obj{"type": "button", "action_id": id, "text": plainObj(75)}
	maps.Copy(b, change)
	return b
}

func actions(elements ...any) obj { return obj{"type": "actions", "elements": elements} }

func opt(text, value int) obj { return obj{"text": plainObj(text), "value": x(value)} }

func options(n int) []any {
	return many(n, func(i int) any { return obj{"text": plainObj(75), "value": fmt.Sprint(i)} })
}

func inputOf(element obj) obj {
	return obj{"type": "input", "label": plainObj(2000), "element": element}
}

// TestLimits holds each limit of Block Kit: at the limit it is taken, one more is
// refused, and the refusal points at the place.
func TestLimits(t *testing.T) {
	sect := func(text obj) obj { return obj{"type": "section", "text": text} }
	with := func(change obj) func(n int) any {
		return func(n int) any {
			c := obj{}
			for k := range change {
				c[k] = x(n)
			}
			return actions(button("a", c))
		}
	}
	url := func(n int) string { return "https://a.example/" + x(n-18) }
	confirm := func(title, text, yes, no int) obj {
		return obj{"title": plainObj(title), "text": mrkdwnObj(text), "confirm": plainObj(yes), "deny": plainObj(no)}
	}
	sel := func(change obj) obj {
		s := obj{"type": "static_select", "action_id": "s"}
		maps.Copy(s, change)
		return s
	}
	cases := []struct {
		name  string
		limit int
		block func(n int) any
		at    string
	}{
		{"section text", 3000, func(n int) any { return sect(mrkdwnObj(n)) }, "/blocks/0/text/text"},
		{"section fields", 10, func(n int) any {
			return obj{"type": "section", "fields": many(n, func(int) any { return plainObj(1) })}
		}, "/blocks/0/fields"},
		{"field text", 2000, func(n int) any { return obj{"type": "section", "fields": []any{plainObj(n)}} }, "/blocks/0/fields/0/text"},
		{"header", 150, func(n int) any { return obj{"type": "header", "text": plainObj(n)} }, "/blocks/0/text/text"},
		{"context elements", 10, func(n int) any {
			return obj{"type": "context", "elements": many(n, func(int) any { return mrkdwnObj(1) })}
		}, "/blocks/0/elements"},
		{"actions elements", 25, func(n int) any {
			return actions(many(n, func(i int) any { return button(fmt.Sprint(i), nil) })...)
		}, "/blocks/0/elements"},
		{"context actions", 5, func(n int) any {
			icon := func(i int) any {
				return obj{"type": "icon_button", "icon": "trash", "text": plainObj(75), "action_id": fmt.Sprint(i)}
			}
			return obj{"type": "context_actions", "elements": many(n, icon)}
		}, "/blocks/0/elements"},
		{"button text", 75, func(n int) any { return actions(button("a", obj{"text": plainObj(n)})) }, "/blocks/0/elements/0/text/text"},
		{"button value", 2000, with(obj{"value": 1}), "/blocks/0/elements/0/value"},
		{"button label", 75, with(obj{"accessibility_label": 1}), "/blocks/0/elements/0/accessibility_label"},
		{"action_id", 255, with(obj{"action_id": 1}), "/blocks/0/elements/0/action_id"},
		{"button url", 3000, func(n int) any { return actions(button("a", obj{"url": url(n)})) }, "/blocks/0/elements/0/url"},
		{"block_id", 255, func(n int) any { return obj{"type": "divider", "block_id": x(n)} }, "/blocks/0/block_id"},
		{"option text", 75, func(n int) any { return actions(sel(obj{"options": []any{opt(n, 1)}})) }, "/blocks/0/elements/0/options/0/text/text"},
		{"option value", 150, func(n int) any { return actions(sel(obj{"options": []any{opt(1, n)}})) }, "/blocks/0/elements/0/options/0/value"},
		{"option description", 75, func(n int) any {
			o := opt(1, 1)
			o["description"] = plainObj(n)
			return actions(sel(obj{"options": []any{o}}))
		}, "/blocks/0/elements/0/options/0/description/text"},
		{"options", 100, func(n int) any { return actions(sel(obj{"options": options(n)})) }, "/blocks/0/elements/0/options"},
		{"option groups", 100, func(n int) any {
			group := func(int) any { return obj{"label": plainObj(75), "options": options(1)} }
			return actions(sel(obj{"option_groups": many(n, group)}))
		}, "/blocks/0/elements/0/option_groups"},
		{"overflow", 5, func(n int) any {
			return actions(obj{"type": "overflow", "action_id": "o", "options": options(n)})
		}, "/blocks/0/elements/0/options"},
		{"radio buttons", 10, func(n int) any {
			return actions(obj{"type": "radio_buttons", "action_id": "o", "options": options(n)})
		}, "/blocks/0/elements/0/options"},
		{"checkboxes", 10, func(n int) any {
			return actions(obj{"type": "checkboxes", "action_id": "o", "options": options(n)})
		}, "/blocks/0/elements/0/options"},
		{"initial options", 100, func(n int) any {
			return actions(obj{
				"type": "multi_external_select", "action_id": "m", "initial_options": options(n),
			})
		}, "/blocks/0/elements/0/initial_options"},
		{"confirm title", 100, func(n int) any { return actions(button("a", obj{"confirm": confirm(n, 1, 1, 1)})) }, "/blocks/0/elements/0/confirm/title/text"},
		{"confirm text", 300, func(n int) any { return actions(button("a", obj{"confirm": confirm(1, n, 1, 1)})) }, "/blocks/0/elements/0/confirm/text/text"},
		{"confirm yes", 30, func(n int) any { return actions(button("a", obj{"confirm": confirm(1, 1, n, 1)})) }, "/blocks/0/elements/0/confirm/confirm/text"},
		{"confirm no", 30, func(n int) any { return actions(button("a", obj{"confirm": confirm(1, 1, 1, n)})) }, "/blocks/0/elements/0/confirm/deny/text"},
		{"placeholder", 150, func(n int) any {
			return actions(sel(obj{"options": options(1), "placeholder": plainObj(n)}))
		}, "/blocks/0/elements/0/placeholder/text"},
		{"input label", 2000, func(n int) any {
			return obj{"type": "input", "label": plainObj(n), "element": obj{"type": "plain_text_input", "action_id": "i"}}
		}, "/blocks/0/label/text"},
		{"input hint", 2000, func(n int) any {
			in := inputOf(obj{"type": "plain_text_input", "action_id": "i"})
			in["hint"] = plainObj(n)
			return in
		}, "/blocks/0/hint/text"},
		{"input max_length", 3000, func(n int) any {
			return inputOf(obj{"type": "plain_text_input", "action_id": "i", "max_length": n})
		}, "/blocks/0/element/max_length"},
		{"image url", 3000, func(n int) any { return obj{"type": "image", "alt_text": "a", "image_url": url(n)} }, "/blocks/0/image_url"},
		{"image alt", 2000, func(n int) any { return obj{"type": "image", "alt_text": x(n), "image_url": url(30)} }, "/blocks/0/alt_text"},
		{"image title", 2000, func(n int) any {
			return obj{"type": "image", "alt_text": "a", "image_url": url(30), "title": plainObj(n)}
		}, "/blocks/0/title/text"},
		{"markdown", 12_000, func(n int) any { return obj{"type": "markdown", "text": x(n)} }, "/blocks/0/text"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := judge(t, c.block(c.limit)); len(got) != 0 {
				t.Errorf("%d should be taken: %v", c.limit, got)
			}
			got := judge(t, c.block(c.limit+1))
			if len(got) == 0 || !strings.Contains(strings.Join(got, "\n"), "[json-pointer:"+c.at+"]") {
				t.Errorf("%d should be refused at %s: %v", c.limit+1, c.at, got)
			}
		})
	}
}

// judge validates blocks.
func judge(t *testing.T, blocks ...any) []string {
	t.Helper()
	raw, err := json.Marshal(blocks)
	if err != nil {
		t.Fatal(err)
	}
	return blockkit.ValidateBlocks(raw)
}

func TestWrongBlocks(t *testing.T) {
	text := obj{"type": "plain_text", "text": "hi"}
	divider := obj{"type": "divider", "block_id": "same"}
	cases := []struct {
		name   string
		blocks []any
		want   []string
	}{
		{"too many", many(51, func(int) any { return obj{"type": "divider"} }), []string{"no more than 50 items allowed [json-pointer:/blocks]"}},
		{"unknown type", []any{obj{"type": "marquee"}}, []string{"unsupported type: marquee [json-pointer:/blocks/0]"}},
		{"no object", []any{"hi"}, []string{"unsupported type: <nil> [json-pointer:/blocks/0]"}},
		{"empty section", []any{obj{"type": "section"}}, []string{"must define either `fields` or `text` [json-pointer:/blocks/0]"}},
		{"empty text", []any{obj{"type": "header", "text": plainObj(0)}}, []string{"must be more than 0 characters [json-pointer:/blocks/0/text/text]"}},
		{"mrkdwn header", []any{obj{"type": "header", "text": mrkdwnObj(1)}}, []string{"failed to match all allowed schemas [json-pointer:/blocks/0/text]"}},
		{"header without text", []any{obj{"type": "header"}}, []string{"missing required field: text [json-pointer:/blocks/0]"}},
		{"emoji in mrkdwn", []any{obj{"type": "section", "text": obj{"type": "mrkdwn", "text": "x", "emoji": true}}}, []string{"invalid additional property: emoji [json-pointer:/blocks/0/text]"}},
		{"unknown property", []any{obj{"type": "divider", "colour": "red"}}, []string{"invalid additional property: colour [json-pointer:/blocks/0]"}},
		{"block_id twice", []any{divider, divider}, []string{"`block_id` must be unique: \"same\" [json-pointer:/blocks/1/block_id]"}},
		{"action_id twice", []any{actions(button("a", nil)), actions(button("a", nil))}, []string{"`action_id` must be unique: \"a\" [json-pointer:/blocks/1/elements/0/action_id]"}},
		{"style", []any{actions(button("a", obj{"style": "warning"}))}, []string{"must be one of [primary danger] [json-pointer:/blocks/0/elements/0/style]"}},
		{"relative url", []any{actions(button("a", obj{"url": "/runbook"}))}, []string{"invalid url [json-pointer:/blocks/0/elements/0/url]"}},
		{"two sources", []any{obj{"type": "image", "alt_text": "a"}}, []string{"must define either `image_url` or `slack_file` [json-pointer:/blocks/0]"}},
		{"button in input", []any{inputOf(button("a", nil))}, []string{"unsupported type: button [json-pointer:/blocks/0/element]"}},
		{"no options", []any{actions(obj{"type": "static_select", "action_id": "s"})}, []string{"must define either `options` or `option_groups` [json-pointer:/blocks/0/elements/0]"}},
		{"foreign initial option", []any{actions(obj{"type": "static_select", "action_id": "s", "options": options(1), "initial_option": opt(1, 9)})}, []string{"initial options must be among the options [json-pointer:/blocks/0/elements/0]"}},
		{"markdown in total", []any{obj{"type": "markdown", "text": x(6000)}, obj{"type": "markdown", "text": x(6001)}}, []string{"markdown blocks must be less than 12001 characters in total [json-pointer:/blocks]"}},
		{"rich text", []any{obj{"type": "rich_text", "elements": []any{obj{"type": "rich_text_section", "elements": []any{obj{"type": "text", "text": ""}}}}}}, []string{"must be more than 0 characters [json-pointer:/blocks/0/elements/0/elements/0/text]"}},
		{"list without style", []any{obj{"type": "rich_text", "elements": []any{obj{"type": "rich_text_list", "elements": []any{obj{"type": "rich_text_section", "elements": []any{}}}}}}}, []string{"missing required field: style [json-pointer:/blocks/0/elements/0]"}},
		{"boolean", []any{obj{"type": "section", "text": obj{"type": "plain_text", "text": "x", "emoji": "yes"}}}, []string{"must provide a boolean [json-pointer:/blocks/0/text/emoji]"}},
		{"fine", []any{obj{"type": "section", "text": text, "accessory": button("a", nil)}}, nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, judge(t, c.blocks...)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestViewLimits(t *testing.T) {
	base := func(change obj) obj {
		v := obj{"type": "modal", "title": plainObj(24), "blocks": []any{obj{"type": "divider"}}}
		maps.Copy(v, change)
		return v
	}
	cases := []struct {
		name string
		view obj
		want string // "" means taken
	}{
		{"fine", base(nil), ""},
		{"title", base(obj{"title": plainObj(25)}), "/view/title/text"},
		{"no title", obj{"type": "modal", "blocks": []any{}}, "missing required field: title [json-pointer:/view]"},
		{"submit", base(obj{"submit": plainObj(25)}), "/view/submit/text"},
		{"close", base(obj{"close": plainObj(25)}), "/view/close/text"},
		{"private_metadata at the limit", base(obj{"private_metadata": x(3000)}), ""},
		{"private_metadata", base(obj{"private_metadata": x(3001)}), "/view/private_metadata"},
		{"callback_id", base(obj{"callback_id": x(256)}), "/view/callback_id"},
		{"100 blocks", base(obj{"blocks": many(100, func(int) any { return obj{"type": "divider"} })}), ""},
		{"101 blocks", base(obj{"blocks": many(101, func(int) any { return obj{"type": "divider"} })}), "no more than 100 items allowed"},
		{"inputs without submit", base(obj{"blocks": []any{inputOf(obj{"type": "plain_text_input", "action_id": "i"})}}), "missing required field: submit"},
		{"home as modal", obj{"type": "home", "blocks": []any{}}, "/view/type"},
		{"too big", base(obj{"blocks": many(90, func(int) any { return obj{"type": "section", "text": obj{"type": "mrkdwn", "text": x(3000)}} })}), "view_too_large"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			raw, err := json.Marshal(c.view)
			if err != nil {
				t.Fatal(err)
			}
			got := strings.Join(blockkit.ValidateView(raw, "modal"), "\n")
			if c.want == "" && got != "" || !strings.Contains(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// FuzzBlocks holds that the judge takes any input without breaking.
func FuzzBlocks(f *testing.F) {
	f.Add([]byte(`[{"type":"section","text":{"type":"mrkdwn","text":"x"}}]`))
	f.Add([]byte(`[{"type":"actions","elements":[{"type":"static_select","options":[{"text":null}]}]}]`))
	f.Add([]byte(`[null,1,{"type":"table","rows":[[{}]]},{"type":"input","element":{"type":"checkboxes"}}]`))
	f.Fuzz(func(_ *testing.T, raw []byte) {
		blockkit.ValidateBlocks(raw)
		blockkit.ValidateView(raw, "modal")
	})
}
