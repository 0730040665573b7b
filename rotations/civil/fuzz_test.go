package civil

import "testing"

// FuzzParse checks that nothing makes the readers panic, and that what they take is written so that they read the same.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"2026-01-05T09:00", "mon-fri,sun", "24:00", "09:00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if c, err := Parse(s); err == nil && at(c.String()) != c {
			t.Errorf("civil %q became %q", s, c)
		}
		if d, err := ParseDays(s); err == nil {
			if back, err := ParseDays(d.String()); back != d || err != nil || d == 0 {
				t.Errorf("days %q became %q", s, d)
			}
		}
		if c, err := ParseClock(s); err == nil && c.String() != s {
			t.Errorf("clock %q became %q", s, c)
		}
	})
}
