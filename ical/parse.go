package ical

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/oncalm/oncalm/text"
)

// Bounds of a file. Calendars of a team over years stay far below.
const (
	maxDepth      = 5
	maxLine       = 256 << 10 // without folding
	maxParameters = 8 << 10   // of the part before the value
	maxComponents = 20_000
)

// ErrForm says that a file is no calendar, or is beyond the bounds.
var ErrForm = errors.New("it is no calendar")

// Component is a part of a calendar: the calendar itself, an event, a time zone.
type Component struct {
	Name       string // in capital letters
	Properties []Property
	Inner      []*Component
}

// Property is a line of a component.
type Property struct {
	Name   string // in capital letters
	Params map[string]string
	Value  string // as it is written
}

// Param returns a parameter, without quotes; nothing if it is not there.
func (p Property) Param(name string) string { return p.Params[name] }

// Text returns the value as a text, with its escapes replaced.
func (p Property) Text() string { return Unescape(p.Value) }

// Unescape replaces the escapes of a text. \n may be written large, too (RFC 5545, 3.3.11).
func Unescape(s string) string {
	return strings.NewReplacer(`\\`, `\`, `\;`, `;`, `\,`, `,`, `\n`, "\n", `\N`, "\n").Replace(s)
}

// Get returns the first property of a name; an empty one if there is none.
func (c *Component) Get(name string) Property {
	for _, p := range c.Properties {
		if p.Name == name {
			return p
		}
	}
	return Property{}
}

// All returns the properties of a name, in order.
func (c *Component) All(name string) []Property {
	var all []Property
	for _, p := range c.Properties {
		if p.Name == name {
			all = append(all, p)
		}
	}
	return all
}

// Components returns the inner components of a name, in order.
func (c *Component) Components(name string) []*Component {
	var all []*Component
	for _, i := range c.Inner {
		if i.Name == name {
			all = append(all, i)
		}
	}
	return all
}

// Parse reads the calendar of a file. Errors wrap [ErrForm], and name the line. Lines are counted as the file has them,
// before they are unfolded, so that an editor finds them.
func Parse(data []byte) (*Component, error) {
	data = bytes.TrimPrefix(data, []byte("\uFEFF"))
	top := &Component{}
	open := []*Component{top}
	count := 0
	for n := 1; len(data) > 0; {
		line, rest, lines, err := unfold(data)
		if err != nil {
			return nil, fmt.Errorf("%w: line %d %w", ErrForm, n, err)
		}
		data = rest
		p, err := property(line)
		in := open[len(open)-1]
		switch {
		case strings.TrimSpace(line) == "":
		case err != nil:
			return nil, fmt.Errorf("%w: line %d %w", ErrForm, n, err)
		case p.Name == "BEGIN":
			if count++; count > maxComponents {
				return nil, fmt.Errorf("%w: line %d begins one of more than %d components", ErrForm, n, maxComponents)
			}
			// a calendar has events, events have alarms: three are usual
			if len(open) > maxDepth {
				return nil, fmt.Errorf("%w: line %d is nested more than %d deep", ErrForm, n, maxDepth)
			}
			c := &Component{Name: strings.ToUpper(p.Value)}
			in.Inner = append(in.Inner, c)
			open = append(open, c)
		case p.Name == "END":
			if len(open) == 1 || in.Name != strings.ToUpper(p.Value) {
				return nil, fmt.Errorf("%w: line %d ends what has not begun: %s", ErrForm, n, clip(p.Value))
			}
			open = open[:len(open)-1]
		default:
			in.Properties = append(in.Properties, p)
		}
		n += lines
	}
	switch {
	case len(open) > 1:
		return nil, fmt.Errorf("%w: %s has no end", ErrForm, clip(open[len(open)-1].Name))
	case len(top.Components("VCALENDAR")) == 0:
		return nil, fmt.Errorf("%w: it has no VCALENDAR", ErrForm)
	}
	cal := top.Components("VCALENDAR")[0]
	for _, other := range top.Components("VCALENDAR")[1:] { // some programs put one after the other
		cal.Properties, cal.Inner = append(cal.Properties, other.Properties...), append(cal.Inner, other.Inner...)
	}
	return cal, nil
}

// unfold takes a line off data: a line that begins with a blank goes on with the one before. Folded lines are those of RFC
// 5545, 3.1. A line may end with a bare line feed: some programs write so.
func unfold(data []byte) (line string, rest []byte, lines int, err error) {
	var b strings.Builder
	for {
		one, after, _ := bytes.Cut(data, []byte("\n"))
		lines++
		if lines > 1 {
			one = one[1:]
		}
		b.Write(bytes.TrimSuffix(one, []byte("\r")))
		data = after
		if b.Len() > maxLine {
			return "", nil, 0, fmt.Errorf("is longer than %d KiB", maxLine>>10)
		}
		if len(data) == 0 || data[0] != ' ' && data[0] != '\t' {
			return b.String(), data, lines, nil
		}
	}
}

// property reads NAME;PARAMETER=VALUE;…:VALUE. A value of a parameter may be in quotes.
func property(line string) (Property, error) {
	p := Property{}
	quoted, from := false, 0
	var key string
	take := func(to int) {
		part := line[from:to]
		if p.Name == "" {
			p.Name = strings.ToUpper(strings.TrimSpace(part))
			return
		}
		if p.Params == nil {
			p.Params = map[string]string{}
		}
		p.Params[key] = strings.ReplaceAll(part, `"`, "")
	}
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case i > maxParameters:
			return p, fmt.Errorf("has more than %d KiB of parameters", maxParameters>>10)
		// a colon or a semicolon within quotes is part of the value
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '=' && p.Name != "" && key == "":
			key, from = strings.ToUpper(line[from:i]), i+1
		case c == ';' || c == ':':
			take(i)
			key, from = "", i+1
			if c == ':' {
				p.Value = line[from:]
				return p, nil
			}
		}
	}
	return p, fmt.Errorf("has no colon: %s", clip(line))
}

// clip is the beginning of a text, in quotes, for an error.
func clip(s string) string { return fmt.Sprintf("%q", text.Clip(s, 40)) }
