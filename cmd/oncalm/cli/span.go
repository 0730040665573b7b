package cli

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Span is a length of time given as a flag. Unlike a duration of Go it may be in days.
type Span struct{ time.Duration }

// UnmarshalText reads 90m, 24h, 7d.
func (s *Span) UnmarshalText(text []byte) (err error) {
	if days, ok := strings.CutSuffix(string(text), "d"); ok {
		n, bad := strconv.Atoi(days)
		s.Duration, err = time.Duration(n)*24*time.Hour, bad
	} else {
		s.Duration, err = time.ParseDuration(string(text))
	}
	if err != nil || s.Duration <= 0 || s.Duration > 366*24*time.Hour {
		return fmt.Errorf("%q is not a span of time such as 90m, 24h or 7d", text)
	}
	return nil
}

// Or returns the span, or another if none was given.
func (s Span) Or(other time.Duration) time.Duration {
	if s.Duration == 0 {
		return other
	}
	return s.Duration
}
