package reading

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Level says how bad a problem is.
type Level int

// With an error the configuration cannot be used; a warning is about what works, but
// probably not as meant.
const (
	Error Level = iota
	Warning
)

// String returns the word for the level.
func (l Level) String() string {
	if l == Warning {
		return "warning"
	}
	return "error"
}

// MarshalText writes the word for the level.
func (l Level) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// Problem is one thing that is wrong with a configuration.
type Problem struct {
	File   string `json:"file"`
	Line   int    `json:"line,omitempty"` // from 1; 0 if the file could not be read at all
	Column int    `json:"column,omitempty"`
	Level  Level  `json:"level"`
	// Key is the path of the key that it is about: services.checkout.policy.
	Key string `json:"key,omitempty"`
	// Text says what is wrong, Remedy what to do.
	Text   string `json:"problem"`
	Remedy string `json:"remedy,omitempty"`
	// Outside says that it matters only to what reaches somebody outside, such as the bot itself.
	Outside bool `json:"-"`
}

// String returns FILE:LINE:COL: problem; remedy.
func (p Problem) String() string {
	var b strings.Builder
	b.WriteString(p.File)
	if p.Line > 0 {
		fmt.Fprintf(&b, ":%d:%d", p.Line, p.Column)
	}
	b.WriteString(": ")
	if p.Level == Warning {
		b.WriteString("warning: ")
	}
	b.WriteString(p.Text)
	if p.Remedy != "" {
		b.WriteString("; " + p.Remedy)
	}
	return b.String()
}

// Error makes a Problem usable where one error is wanted.
func (p Problem) Error() string { return p.String() }

// Problems is everything that is wrong, in the order of the file.
type Problems []Problem

// String returns one line for each problem.
func (ps Problems) String() string {
	lines := make([]string, len(ps))
	for n, p := range ps {
		lines[n] = p.String()
	}
	return strings.Join(lines, "\n")
}

// MarshalJSON writes a list, also of no problems.
func (ps Problems) MarshalJSON() ([]byte, error) {
	return json.Marshal(append([]Problem{}, ps...))
}

// Errors returns the problems that are not warnings.
func (ps Problems) Errors() Problems {
	return ps.only(func(p Problem) bool { return p.Level == Error })
}

// Warnings returns the problems that are warnings.
func (ps Problems) Warnings() Problems {
	return ps.only(func(p Problem) bool { return p.Level == Warning })
}

// In returns the problems that concern a command that needs those sections only, of all
// ("people", "schedules"): what is wrong in them, and with the file as a whole.
func (ps Problems) In(all []string, sections ...string) Problems {
	return ps.only(func(p Problem) bool {
		section, _, _ := strings.Cut(p.Key, ".")
		return !p.Outside && (!slices.Contains(all, section) || slices.Contains(sections, section))
	})
}

// only is a part of them; the order stays.
func (ps Problems) only(keep func(Problem) bool) Problems {
	return slices.DeleteFunc(slices.Clone(ps), func(p Problem) bool { return !keep(p) })
}

// Sort brings them into the order of the file.
func (ps Problems) Sort() {
	slices.SortStableFunc(ps, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column), cmp.Compare(a.Text, b.Text))
	})
}
