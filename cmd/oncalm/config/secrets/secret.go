// Package secrets reads the secrets of the configuration, and keeps them from being shown. It knows how those of Slack
// look, so that one in the place of another, a placeholder of an example, or a file that others can read is found out
// before anything is tried with it.
package secrets

import (
	"fmt"
	"io"
	"log/slog"
)

const redacted = "[redacted]"

// Secret is a value that nothing prints: not fmt, not slog, not JSON or YAML. Only
// [Secret.Reveal] gives it out.
type Secret struct{ value string }

// New hides value.
func New(value string) Secret { return Secret{value} }

// Reveal returns the value, for the one place that must send or compare it.
func (s Secret) Reveal() string { return s.value }

// Empty reports whether there is no value.
func (s Secret) Empty() bool { return s.value == "" }

// String hides the value, but tells whether there is one.
func (s Secret) String() string {
	if s.value == "" {
		return ""
	}
	return redacted
}

// Format hides the value from every verb, %x and %#v included.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.String()) }

// GoString hides the value.
func (s Secret) GoString() string { return s.String() }

// MarshalText hides the value.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// MarshalJSON hides the value.
func (s Secret) MarshalJSON() ([]byte, error) { return []byte(`"` + s.String() + `"`), nil }

// LogValue hides the value.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }
