package reading

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Single reads a single value, its references replaced.
func (v Value) Single(wanted string) (string, bool) {
	if v.Kind() != Scalar {
		v.Wrong(wanted)
		return "", false
	}
	return v.File.refs.resolve(v)
}

// Filled reads a single value that must not be empty.
func (v Value) Filled(wanted string) (string, bool) {
	s, ok := v.Single(wanted)
	if ok && strings.TrimSpace(s) == "" {
		v.Errorf("expected "+wanted, "%s is empty", v.Key)
		return "", false
	}
	return s, ok
}

// Content reads a file that the value names, without the end of its last line.
func (v Value) Content(path string) (string, bool) { return v.File.refs.file(v, path) }

// OneOf reads one of some words.
func (v Value) OneOf(words ...string) (string, bool) {
	wanted := "one of " + strings.Join(words, ", ")
	s, ok := v.Filled(wanted)
	if ok && !slices.Contains(words, s) {
		v.Errorf("expected "+wanted, "%s cannot be %s", v.Key, Quote(v.Text()))
		return "", false
	}
	return s, ok
}

// Number reads a whole number between two bounds.
func (v Value) Number(least, most int) (int, bool) {
	wanted := fmt.Sprintf("a whole number from %d to %d", least, most)
	s, ok := v.Filled(wanted)
	if !ok {
		return 0, false
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < least || n > most {
		v.Errorf("expected "+wanted, "%s cannot be %s", v.Key, Quote(v.Text()))
		return 0, false
	}
	return n, true
}

// Duration reads a duration that is not negative. It is written as Go writes durations, which have no days: a day is not
// always 24 hours.
func (v Value) Duration() (time.Duration, bool) {
	const wanted = "a duration such as 30s, 5m or 1h30m"
	s, ok := v.Filled(wanted)
	if !ok {
		return 0, false
	}
	d, err := time.ParseDuration(s)
	switch {
	case err != nil:
		v.Errorf("expected "+wanted, "%s is not a duration", Quote(v.Text()))
		return 0, false
	case d < 0:
		v.Errorf("expected "+wanted, "%s is negative", v.Key)
		return 0, false
	}
	return d, true
}

// Days reads a number of days, such as 400d.
func (v Value) Days() (time.Duration, bool) {
	const wanted = "a number of days such as 400d"
	s, ok := v.Filled(wanted)
	if !ok {
		return 0, false
	}
	digits, isDays := strings.CutSuffix(s, "d")
	n, err := strconv.ParseUint(digits, 10, 16)
	if !isDays || err != nil {
		v.Errorf("expected "+wanted, "%s is not a number of days", Quote(v.Text()))
		return 0, false
	}
	return time.Duration(n) * 24 * time.Hour, true
}

// Odd warns of a duration that is too short or too long to be meant. Zero has a meaning of its own.
func (v Value) Odd(d, least, most time.Duration, such string) {
	switch {
	case d == 0:
	case d < least:
		v.Warnf("give it more, "+such, "%s is %s, which is too short for people", v.Key, Quote(v.Text()))
	case d > most:
		v.Warnf("give it less, "+such, "%s is %s, which is too long to be of use", v.Key, Quote(v.Text()))
	}
}

// SetText returns the reader of a text that must not be empty.
func SetText(to *string, wanted string) func(Value) {
	return func(v Value) {
		if s, ok := v.Filled(wanted); ok {
			*to = s
		}
	}
}

// SetBool returns the reader of a yes or no.
func SetBool(to *bool) func(Value) {
	const wanted = "true or false"
	return func(v Value) {
		s, ok := v.Filled(wanted)
		switch {
		case !ok:
		case s == "true" || s == "false":
			*to = s == "true"
		default:
			v.Errorf("expected "+wanted, "%s cannot be %s", v.Key, Quote(v.Text()))
		}
	}
}

// Quote shows text of the file in a problem: on one line, cut to size.
func Quote(s string) string {
	const most = 60
	if utf8.RuneCountInString(s) > most {
		s = string([]rune(s)[:most]) + "…"
	}
	return strconv.Quote(s)
}
