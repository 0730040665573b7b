package chat

import (
	"strconv"
	"strings"
)

// A Target is what a button is about. It is all that its value holds, besides a text to carry along; what may be done with
// it is decided when it is pressed.
type Target struct {
	ID  string
	Run int // the run of the incident for which the button was drawn
}

// Value is the target as a button carries it.
func (t Target) Value() string { return t.ID + "." + strconv.Itoa(t.Run) }

// ParseTarget reads the value of a button: a target, and the text after it.
func ParseTarget(value string) (t Target, text string, ok bool) {
	at, text, _ := strings.Cut(value, " ")
	id, run, found := strings.Cut(at, ".")
	n, err := strconv.Atoi(run)
	if !found || err != nil || n < 0 || !IsID(id) {
		return Target{}, "", false
	}
	return Target{ID: id, Run: n}, text, true
}

// aim takes the target off what a button carries, and reports whether there is one.
func (c *Call) aim() bool {
	at, rest, ok := ParseTarget(c.Rest)
	if ok {
		c.Target, c.Rest = &at, rest
	}
	return ok
}

// IsID tells whether something has the form of an incident's id.
func IsID(s string) bool { return IsNumber(s) && len(s) <= 9 && s[0] != '0' }

// IsNumber tells whether something is all digits.
func IsNumber(s string) bool {
	for _, c := range s {
		if c < '0' || c > '9' {
			return false
		}
	}
	return s != ""
}
