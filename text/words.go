package text

import (
	"strconv"
	"strings"
	"time"
)

// List joins words as a sentence does: "a, b and c" with "and". No words are "".
func List(words []string, and string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " " + and + " " + words[last]
}

// Count puts a number before what it counts: one if it is 1, many otherwise.
func Count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}

// Ago says how long ago something was, as people say it.
func Ago(d time.Duration) string {
	if d < time.Second {
		return "just now"
	}
	return Lasting(d) + " ago"
}

// Written is a duration as people write it in a configuration, without the zeros at its end: 24h, 1h30m, 90s is 1m30s.
func Written(d time.Duration) string {
	s := d.String()
	for _, zero := range []string{"m0s", "h0m"} {
		if n := len(s) - len(zero); n > 0 && s[n:] == zero {
			s = s[:n+1]
		}
	}
	return s
}

// Lasting is a length of time in its largest fitting unit, as people say it: 90 s is "1 min".
func Lasting(d time.Duration) string {
	n, unit := d/time.Second, " s"
	switch {
	case d >= 48*time.Hour:
		n, unit = d/(24*time.Hour), " days"
	case d >= 2*time.Hour:
		n, unit = d/time.Hour, " h"
	case d >= time.Minute:
		n, unit = d/time.Minute, " min"
	}
	return strconv.Itoa(int(n)) + unit
}
