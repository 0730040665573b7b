package blockkit

import (
	"fmt"
	"maps"
	"slices"
	"time"
)

// Limits of elements: characters of a hint in the field and of what is typed, and options of a menu.
const (
	maxPlaceholder = 150
	maxInput       = 3000
	maxOptions     = 100
)

// elementOf takes interactive elements of these types.
func elementOf(kinds ...string) rule {
	return func(c *checker, at string, v any) {
		o, _ := v.(map[string]any)
		kind := Text(o["type"])
		sh, known := elementShape(kind)
		if !known || !slices.Contains(kinds, kind) {
			c.say(at, "unsupported type: %v", o["type"])
			return
		}
		sh["action_id"] = may(actionID)
		c.object(at, v, sh)
		c.options(at, kind, o)
	}
}

// elementShape is what an element of this type may have, besides type and
// action_id.
func elementShape(kind string) (shape, bool) {
	switch kind {
	case "button":
		return shape{
			"text": need(plain(75)), "value": may(str(0, 2000)), "url": may(link),
			"style": may(word("primary", "danger")), "confirm": may(confirm), "accessibility_label": may(str(1, 75)),
			"visible_to_user_ids": may(list(1, maxOptions, str(1, maxID))),
		}, true
	case "overflow":
		return shape{"options": need(list(1, 5, option("overflow"))), "confirm": may(confirm)}, true
	case "checkboxes", "radio_buttons":
		return choiceShape(kind), true
	case "icon_button":
		return shape{
			"icon": need(str(1, 75)), "text": need(plain(75)), "value": may(str(0, 2000)), "confirm": may(confirm),
			"accessibility_label": may(str(1, 75)), "visible_to_user_ids": may(list(1, maxOptions, str(1, maxID))),
		}, true
	case "feedback_buttons":
		return shape{"positive_button": need(feedback), "negative_button": need(feedback)}, true
	}
	if sh, ok := inputElementShape(kind); ok {
		return sh, true
	}
	return selectShape(kind)
}

// choiceShape is of boxes and radio buttons, which show all options at once, so there are at most ten.
func choiceShape(kind string) shape {
	sh := shape{
		"options": need(list(1, 10, option(kind))), "confirm": may(confirm), "focus_on_load": may(boolean),
	}
	if kind == "checkboxes" {
		sh["initial_options"] = may(list(1, 10, option(kind)))
		sh["visible_to_user_ids"] = may(list(1, maxOptions, str(1, maxID)))
	} else {
		sh["initial_option"] = may(option(kind))
	}
	return sh
}

// inputElementShape is what an element for typing or picking may have.
func inputElementShape(kind string) (shape, bool) {
	sh := shape{"placeholder": may(plain(maxPlaceholder)), "focus_on_load": may(boolean)}
	dispatch := may(dispatchConfig)
	switch kind {
	case "plain_text_input":
		sh["initial_value"], sh["multiline"] = may(str(0, maxInput)), may(boolean)
		sh["min_length"], sh["max_length"] = may(number(0, maxInput)), may(number(1, maxInput))
		sh["dispatch_action_config"] = dispatch
	case "email_text_input":
		sh["initial_value"], sh["dispatch_action_config"] = may(str(0, maxInput)), dispatch
	case "url_text_input":
		sh["initial_value"], sh["dispatch_action_config"] = may(link), dispatch
	case "rich_text_input":
		sh["initial_value"], sh["dispatch_action_config"] = may(func(*checker, string, any) {}), dispatch
		sh["min_lines"], sh["max_lines"] = may(number(1, 100)), may(number(1, 100))
	case "number_input":
		sh["is_decimal_allowed"], sh["dispatch_action_config"] = need(boolean), dispatch
		for _, name := range []string{"initial_value", "min_value", "max_value"} {
			sh[name] = may(str(1, maxID))
		}
	case "file_input":
		return shape{"filetypes": may(list(1, maxOptions, str(1, maxID))), "max_files": may(number(1, 10))}, true
	case "datepicker":
		sh["initial_date"], sh["confirm"] = may(civil("2006-01-02")), may(confirm)
	case "timepicker":
		sh["initial_time"], sh["confirm"], sh["timezone"] = may(civil("15:04")), may(confirm), may(str(1, maxID))
	case "datetimepicker":
		return shape{
			"initial_date_time": may(number(1e9, 1e10-1)), "confirm": may(confirm), "focus_on_load": may(boolean),
		}, true
	default:
		return nil, false
	}
	return sh, true
}

// selectShape is what a menu may have: of one choice or of several, with options of its own or those of the workspace.
func selectShape(kind string) (shape, bool) {
	options := may(list(1, maxOptions, option("select")))
	groups := may(list(1, maxOptions, optionGroup))
	strings := may(list(1, maxOptions, str(1, maxID)))
	own := map[string]shape{
		"static_select":              {"options": options, "option_groups": groups, "initial_option": may(option("select"))},
		"external_select":            {"min_query_length": may(number(0, 100)), "initial_option": may(option("select"))},
		"users_select":               {"initial_user": may(str(1, maxID))},
		"channels_select":            {"initial_channel": may(str(1, maxID)), "response_url_enabled": may(boolean)},
		"conversations_select":       conversationsShape("initial_conversation", may(str(1, maxID))),
		"multi_static_select":        {"options": options, "option_groups": groups, "initial_options": options},
		"multi_external_select":      {"min_query_length": may(number(0, 100)), "initial_options": options},
		"multi_users_select":         {"initial_users": strings},
		"multi_channels_select":      {"initial_channels": strings},
		"multi_conversations_select": conversationsShape("initial_conversations", strings),
	}
	sh, ok := own[kind]
	if !ok {
		return nil, false
	}
	maps.Copy(sh, shape{
		"placeholder": may(plain(maxPlaceholder)), "confirm": may(confirm), "focus_on_load": may(boolean),
	})
	if kind[:5] == "multi" {
		sh["max_selected_items"] = may(number(1, maxOptions))
	}
	return sh, true
}

func conversationsShape(initial string, f field) shape {
	return shape{
		initial: f, "default_to_current_conversation": may(boolean), "response_url_enabled": may(boolean),
		"filter": may(func(*checker, string, any) {}),
	}
}

// options judges what the properties of one element have to do with each other. What is chosen at first must be among the
// options with the same text, unless they come from the app later.
func (c *checker) options(at, kind string, o map[string]any) {
	if kind == "static_select" || kind == "multi_static_select" {
		if (o["options"] == nil) == (o["option_groups"] == nil) {
			c.say(at, "must define either `options` or `option_groups`")
		}
	}
	e := Element{Fields: o}
	initial, _ := o["initial_options"].([]any)
	if one := o["initial_option"]; one != nil {
		initial = append(initial, one)
	}
	for _, i := range initial {
		first, _ := i.(map[string]any)
		if found, ok := e.Option(Text(first["value"])); !ok || TextOf(found["text"]) != TextOf(first["text"]) {
			if kind != "external_select" && kind != "multi_external_select" {
				c.say(at, "initial options must be among the options")
			}
		}
	}
	low, _ := o["min_length"].(float64)
	if high, ok := o["max_length"].(float64); ok && low > high {
		c.say(at, "`min_length` must not exceed `max_length`")
	}
}

// option takes the options of selects, of overflow menus (they may have a url) and
// of checkboxes and radio buttons (their text may be mrkdwn).
func option(of string) rule {
	return func(c *checker, at string, v any) {
		label := plain(75)
		if of == "checkboxes" || of == "radio_buttons" {
			label = anyText(75)
		}
		sh := shape{"text": need(label), "value": need(str(1, 150)), "description": may(label)}
		if of == "overflow" {
			sh["url"] = may(link)
		}
		c.object(at, v, sh)
	}
}

func optionGroup(c *checker, at string, v any) {
	c.object(at, v, shape{"label": need(plain(75)), "options": need(list(1, maxOptions, option("select")))})
}

func confirm(c *checker, at string, v any) {
	c.object(at, v, shape{
		"title": need(plain(100)), "text": need(anyText(300)), "confirm": need(plain(30)), "deny": need(plain(30)),
		"style": may(word("primary", "danger")),
	})
}

func feedback(c *checker, at string, v any) {
	c.object(at, v, shape{"text": need(plain(75)), "value": need(str(1, 2000)), "accessibility_label": may(str(1, 75))})
}

func dispatchConfig(c *checker, at string, v any) {
	c.object(at, v, shape{
		"trigger_actions_on": may(list(1, 2, word("on_enter_pressed", "on_character_entered"))),
	})
}

// civil takes dates and times of day in a layout.
func civil(layout string) rule {
	return func(c *checker, at string, v any) {
		if _, err := time.Parse(layout, fmt.Sprint(v)); err != nil {
			c.say(at, "must be formatted as %s", layout)
		}
	}
}
