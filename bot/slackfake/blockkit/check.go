package blockkit

import (
	"fmt"
	"net/url"
	"slices"
	"sort"
	"strconv"
	"unicode/utf16"
)

// The limits of Block Kit. Lengths are those of [Length].
const (
	maxBlocks     = 50
	maxViewBlocks = 100
	maxText       = 40_000 // of one text in rich text, as of a whole message
	maxMarkdown   = 12_000 // of all markdown blocks of a message together
	maxSection    = 3000
	maxFieldText  = 2000
	maxFields     = 10
	maxHeader     = 150
	maxContext    = 10
	maxActions    = 25
	maxID         = 255
	maxURL        = 3000
	maxAlt        = 2000
	maxViewTitle  = 24
	maxPrivate    = 3000
)

// rule judges one value found at a JSON pointer. It says what is wrong through c, and never stops: all problems of a
// message are found at once.
type rule func(c *checker, at string, v any)

// field is what a shape says about one property.
type field struct {
	must bool
	rule rule
}

// shape lists the properties that an object may have.
type shape map[string]field

// need is a property that must be there.
func need(r rule) field { return field{must: true, rule: r} }

// may is a property that need not.
func may(r rule) field { return field{rule: r} }

// checker collects what is wrong, in Slack's words. It also keeps what concerns more than one block: ids must differ in the
// whole message, markdown and tables have limits for all together.
type checker struct {
	problems  []string
	blockIDs  map[string]bool
	actionIDs map[string]bool
	markdown  int // characters in markdown blocks so far
	tables    int
	inputs    int
}

func newChecker() *checker {
	return &checker{blockIDs: map[string]bool{}, actionIDs: map[string]bool{}}
}

// say notes a problem, with its place behind it as Slack writes it.
func (c *checker) say(at, format string, a ...any) {
	c.problems = append(c.problems, fmt.Sprintf(format, a...)+" [json-pointer:"+at+"]")
}

// validateMessage judges the blocks of a message; the result is empty if Slack
// would take them.
func validateMessage(blocks []any) []string {
	c := newChecker()
	c.blocks("/blocks", blocks, maxBlocks)
	return c.problems
}

func (c *checker) blocks(at string, blocks []any, limit int) {
	if len(blocks) > limit {
		c.say(at, "no more than %d items allowed", limit)
	}
	for i, b := range blocks {
		c.block(at+"/"+strconv.Itoa(i), b)
	}
	if c.markdown > maxMarkdown {
		c.say(at, "markdown blocks must be less than %d characters in total", maxMarkdown+1)
	}
	if c.tables > 1 {
		c.say(at, "only_one_table_allowed")
	}
}

func (c *checker) block(at string, v any) {
	o, _ := v.(map[string]any)
	sh, known := blockShape(Text(o["type"]))
	if !known {
		c.say(at, "unsupported type: %v", o["type"])
		return
	}
	sh["block_id"] = may(unique(func(c *checker) map[string]bool { return c.blockIDs }, "block_id"))
	c.object(at, v, sh)
	switch o["type"] {
	case "section":
		if o["text"] == nil && o["fields"] == nil {
			c.say(at, "must define either `fields` or `text`")
		}
	case "image":
		c.picture(at, o)
	case "markdown":
		c.markdown += Length(Text(o["text"]))
	case "table":
		c.tables++
	case "input":
		c.inputs++
	}
}

// object judges an object against a shape. Every object has a type, judged by who
// calls. A property that the shape does not list is a problem: a misspelled one is refused by Slack, and must not pass
// here.
func (c *checker) object(at string, v any, sh shape) {
	o, ok := v.(map[string]any)
	if !ok {
		c.say(at, "must provide an object")
		return
	}
	names := make([]string, 0, len(sh)+len(o))
	for name := range sh {
		names = append(names, name)
	}
	for name := range o {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range slices.Compact(names) {
		f, known := sh[name]
		switch val := o[name]; {
		case !known && name == "type":
		case !known:
			c.say(at, "invalid additional property: %s", name)
		case val == nil && f.must:
			c.say(at, "missing required field: %s", name)
		case val != nil:
			f.rule(c, at+"/"+name, val)
		}
	}
}

// Length is how long a text is in units of UTF-16, of which there are as many as characters, or more. Slack does not say which it counts:
// whoever keeps to this keeps to both.
func Length(s string) int { return len(utf16.Encode([]rune(s))) }

// str takes strings of so many characters.
func str(atLeast, atMost int) rule {
	return func(c *checker, at string, v any) {
		t, ok := v.(string)
		n := Length(t)
		switch {
		case !ok:
			c.say(at, "must provide a string")
		case n < atLeast:
			c.say(at, "must be more than %d characters", atLeast-1)
		case n > atMost:
			c.say(at, "must be less than %d characters", atMost+1)
		}
	}
}

// link takes absolute URLs. An address of mail has no host.
func link(c *checker, at string, v any) {
	str(1, maxURL)(c, at, v)
	u, err := url.Parse(Text(v))
	if err != nil || u.Scheme == "" || u.Host == "" && u.Scheme != "mailto" {
		c.say(at, "invalid url")
	}
}

func boolean(c *checker, at string, v any) {
	if _, ok := v.(bool); !ok {
		c.say(at, "must provide a boolean")
	}
}

// number takes whole numbers between two bounds.
func number(low, high float64) rule {
	return func(c *checker, at string, v any) {
		n, ok := v.(float64)
		if !ok || n != float64(int64(n)) {
			c.say(at, "must provide an integer")
		} else if n < low || n > high {
			c.say(at, "must be between %v and %v", low, high)
		}
	}
}

// word takes one of some strings.
func word(allowed ...string) rule {
	return func(c *checker, at string, v any) {
		if !slices.Contains(allowed, Text(v)) {
			c.say(at, "must be one of %v", allowed)
		}
	}
}

// list takes arrays of so many things.
func list(atLeast, atMost int, each rule) rule {
	return func(c *checker, at string, v any) {
		items, ok := v.([]any)
		switch {
		case !ok:
			c.say(at, "must provide an array")
		case len(items) < atLeast:
			c.say(at, "no less than %d items allowed", atLeast)
		case len(items) > atMost:
			c.say(at, "no more than %d items allowed", atMost)
		}
		for i, item := range items {
			each(c, at+"/"+strconv.Itoa(i), item)
		}
	}
}

// unique takes ids that were not seen before.
func unique(seen func(*checker) map[string]bool, name string) rule {
	return func(c *checker, at string, v any) {
		str(1, maxID)(c, at, v)
		id := Text(v)
		if seen(c)[id] {
			c.say(at, "`%s` must be unique: %q", name, id)
		}
		seen(c)[id] = true
	}
}

// actionID takes an id that no other element of the message has: answers are told apart by it.
func actionID(c *checker, at string, v any) {
	unique(func(c *checker) map[string]bool { return c.actionIDs }, "action_id")(c, at, v)
}

// plain takes plain_text objects.
func plain(atMost int) rule { return textObject(atMost, false) }

// anyText takes plain_text and mrkdwn objects.
func anyText(atMost int) rule { return textObject(atMost, true) }

// textObject takes a text of one character at least: Slack refuses empty ones.
func textObject(atMost int, mrkdwn bool) rule {
	return func(c *checker, at string, v any) {
		o, _ := v.(map[string]any)
		sh := shape{"text": need(str(1, atMost))}
		switch {
		case o["type"] == "plain_text":
			sh["emoji"] = may(boolean)
		case o["type"] == "mrkdwn" && mrkdwn:
			sh["verbatim"] = may(boolean)
		default:
			c.say(at, "failed to match all allowed schemas")
			return
		}
		c.object(at, v, sh)
	}
}

// picture wants exactly one source of an image.
func (c *checker) picture(at string, o map[string]any) {
	if (o["image_url"] == nil) == (o["slack_file"] == nil) {
		c.say(at, "must define either `image_url` or `slack_file`")
	}
}

// validateView judges a view. A modal has a title and may have buttons; a home tab has neither. Whoever has inputs must
// have a button to send them with.
func validateView(view map[string]any, kind string) []string {
	c := newChecker()
	sh := shape{
		"blocks":           need(func(*checker, string, any) {}),
		"private_metadata": may(str(0, maxPrivate)),
		"callback_id":      may(str(0, maxID)),
		"external_id":      may(str(0, maxID)),
	}
	if kind == "modal" {
		sh["title"] = need(plain(maxViewTitle))
		sh["submit"], sh["close"] = may(plain(maxViewTitle)), may(plain(maxViewTitle))
		for _, flag := range []string{"clear_on_close", "notify_on_close", "submit_disabled"} {
			sh[flag] = may(boolean)
		}
	}
	if view["type"] != kind {
		c.say("/view/type", "must be one of [%s]", kind)
	}
	c.object("/view", view, sh)
	blocks, ok := view["blocks"].([]any)
	if !ok && view["blocks"] != nil {
		c.say("/view/blocks", "must provide an array")
	}
	c.blocks("/view/blocks", blocks, maxViewBlocks)
	if kind == "modal" && c.inputs > 0 && view["submit"] == nil {
		c.say("/view", "missing required field: submit")
	}
	return c.problems
}
