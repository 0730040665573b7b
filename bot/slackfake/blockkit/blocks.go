package blockkit

// blockShape is what a block of this type may have, besides type and block_id. Numbers without a name are limits of this
// block alone.
func blockShape(kind string) (shape, bool) {
	switch kind {
	case "section":
		return shape{
			"text":      may(anyText(maxSection)),
			"fields":    may(list(1, maxFields, anyText(maxFieldText))),
			"accessory": may(accessory),
			"expand":    may(boolean),
		}, true
	case "header":
		return shape{"text": need(plain(maxHeader))}, true
	case "context":
		return shape{"elements": need(list(1, maxContext, contextElement))}, true
	case "context_actions":
		return shape{"elements": need(list(1, 5, elementOf("feedback_buttons", "icon_button")))}, true
	case "actions":
		return shape{"elements": need(list(1, maxActions, elementOf(
			"button", "static_select", "external_select", "users_select", "conversations_select", "channels_select",
			"overflow", "datepicker", "timepicker", "datetimepicker", "checkboxes", "radio_buttons",
			"rich_text_input", "multi_static_select", "multi_external_select", "multi_users_select",
			"multi_conversations_select", "multi_channels_select",
		)))}, true
	case "divider":
		return shape{}, true
	case "image":
		return shape{
			"alt_text": need(str(1, maxAlt)), "image_url": may(link), "slack_file": may(slackFile),
			"title": may(plain(maxAlt)),
		}, true
	case "input":
		return inputShape(), true
	case "markdown":
		return shape{"text": need(str(1, maxMarkdown))}, true
	case "rich_text":
		return shape{"elements": need(list(0, 1000, richElement))}, true
	case "table":
		return shape{
			"rows":            need(list(1, 100, list(1, 20, cell))),
			"column_settings": may(list(0, 20, columnSetting)),
		}, true
	}
	return nil, false
}

// inputShape is what an input block may have. Buttons and overflow menus are not among its elements.
func inputShape() shape {
	return shape{
		"label": need(plain(2000)), "hint": may(plain(2000)),
		"optional": may(boolean), "dispatch_action": may(boolean),
		"element": need(elementOf(
			"plain_text_input", "email_text_input", "url_text_input", "number_input", "rich_text_input", "file_input",
			"checkboxes", "radio_buttons", "datepicker", "timepicker", "datetimepicker",
			"static_select", "external_select", "users_select", "conversations_select", "channels_select",
			"multi_static_select", "multi_external_select", "multi_users_select",
			"multi_conversations_select", "multi_channels_select",
		)),
	}
}

// accessory takes what may stand beside a section: an image, or one element.
func accessory(c *checker, at string, v any) {
	o, _ := v.(map[string]any)
	if o["type"] == "image" {
		imageElement(c, at, v)
		return
	}
	elementOf(
		"button", "overflow", "static_select", "external_select", "users_select", "conversations_select",
		"channels_select", "multi_static_select", "multi_external_select", "multi_users_select",
		"multi_conversations_select", "multi_channels_select", "datepicker", "timepicker", "datetimepicker",
		"checkboxes", "radio_buttons",
	)(c, at, v)
}

// contextElement takes images and texts, and nothing that acts.
func contextElement(c *checker, at string, v any) {
	o, _ := v.(map[string]any)
	if o["type"] == "image" {
		imageElement(c, at, v)
		return
	}
	anyText(maxSection)(c, at, v)
}

// imageElement is an image in a line, which has no title; the block of that name may have one.
func imageElement(c *checker, at string, v any) {
	c.object(at, v, shape{"alt_text": need(str(1, maxAlt)), "image_url": may(link), "slack_file": may(slackFile)})
	if o, ok := v.(map[string]any); ok {
		c.picture(at, o)
	}
}

// slackFile is a picture that was uploaded before, by its id or its address.
func slackFile(c *checker, at string, v any) {
	c.object(at, v, shape{"id": may(str(1, maxID)), "url": may(link)})
}

// cell judges one of a table. A cell has no type of text object: a text is raw, or rich.
func cell(c *checker, at string, v any) {
	o, _ := v.(map[string]any)
	switch o["type"] {
	case "raw_text":
		c.object(at, v, shape{"text": need(str(1, maxSection))})
	case "raw_number":
		c.object(at, v, shape{"value": need(func(*checker, string, any) {}), "text": may(str(1, maxSection))})
	case "rich_text":
		c.object(at, v, shape{"elements": need(list(1, 100, richElement)), "block_id": may(str(0, maxID))})
	default:
		c.say(at, "unsupported type: %v", o["type"])
	}
}

func columnSetting(c *checker, at string, v any) {
	c.object(at, v, shape{"align": may(word("left", "center", "right")), "is_wrapped": may(boolean)})
}

// richElement judges what stands directly in a rich_text block.
func richElement(c *checker, at string, v any) {
	o, _ := v.(map[string]any)
	inlines := need(list(0, 1000, inline))
	border := may(number(0, 1))
	switch o["type"] {
	case "rich_text_section":
		c.object(at, v, shape{"elements": inlines})
	case "rich_text_quote":
		c.object(at, v, shape{"elements": inlines, "border": border})
	case "rich_text_preformatted":
		c.object(at, v, shape{"elements": inlines, "border": border, "language": may(str(0, maxID))})
	case "rich_text_list":
		c.object(at, v, shape{
			"style": need(word("bullet", "ordered")), "elements": need(list(1, 1000, richSection)),
			"indent": may(number(0, 8)), "offset": may(number(0, 1e6)), "border": border,
		})
	default:
		c.say(at, "unsupported type: %v", o["type"])
	}
}

// richSection takes an item of a list: lists do not hold lists, those further in are written as lists with an indent.
func richSection(c *checker, at string, v any) {
	o, _ := v.(map[string]any)
	if o["type"] != "rich_text_section" {
		c.say(at, "unsupported type: %v", o["type"])
		return
	}
	richElement(c, at, v)
}

// inline judges what stands in a line of rich text. In rich text nothing is read as a mark-up: a person is an element of
// its own, and a text that looks like one is a text.
func inline(c *checker, at string, v any) {
	o, _ := v.(map[string]any)
	style := may(textStyle)
	id := need(str(1, maxID))
	var sh shape
	switch o["type"] {
	case "text":
		sh = shape{"text": need(str(1, maxText))}
	case "link":
		sh = shape{"url": need(link), "text": may(str(0, maxSection)), "unsafe": may(boolean)}
	case "emoji":
		sh = shape{"name": id, "unicode": may(str(1, maxID)), "skin_tone": may(number(1, 6))}
	case "user":
		sh = shape{"user_id": id}
	case "usergroup":
		sh = shape{"usergroup_id": id}
	case "channel":
		sh = shape{"channel_id": id}
	case "team":
		sh = shape{"team_id": id}
	case "color":
		sh = shape{"value": id}
	case "broadcast":
		sh = shape{"range": need(word("here", "channel", "everyone"))}
	case "date":
		sh = shape{
			"timestamp": need(number(0, 1e12)), "format": need(str(1, maxID)),
			"url": may(link), "fallback": may(str(1, maxID)),
		}
	default:
		c.say(at, "unsupported type: %v", o["type"])
		return
	}
	sh["style"] = style
	c.object(at, v, sh)
}

func textStyle(c *checker, at string, v any) {
	sh := shape{}
	for _, name := range []string{
		"bold", "italic", "strike", "code", "underline", "highlight", "client_highlight", "unlink",
	} {
		sh[name] = may(boolean)
	}
	c.object(at, v, sh)
}
