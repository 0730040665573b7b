package civil

import (
	"testing"
	"time"
)

func TestParseDays(t *testing.T) {
	const wanted = ": expected days such as mon-fri or sat,sun"
	tests := []struct{ in, want, err string }{
		{"mon-fri", "mon-fri", ""},
		{"sat,sun", "sat-sun", ""},
		{"Sat, Sun", "sat-sun", ""},
		{"monday", "mon", ""},
		{"mon,wed-fri", "mon,wed-fri", ""},
		{"sun,mon,sat", "mon,sat-sun", ""},
		{"fri-mon", "mon,fri-sun", ""},
		{"mon-sun", "mon-sun", ""},
		{"sun-sat", "mon-sun", ""},
		{"tue-mon", "mon-sun", ""},
		{"wed-wed", "wed", ""},
		{"", "", `"" is not a day of the week` + wanted},
		{"mo-fr", "", `"mo" is not a day of the week` + wanted},
		{"mon-", "", `"" is not a day of the week` + wanted},
		{"mon-wed-fri", "", `"wed-fri" is not a day of the week` + wanted},
		{"mon;tue", "", `"mon;tue" is not a day of the week` + wanted},
	}
	for _, tt := range tests {
		got, err := ParseDays(tt.in)
		if message(err) != tt.err || got.String() != tt.want {
			t.Errorf("ParseDays(%q) = %s, %v", tt.in, got, err)
		}
	}
	for d := Days(1); d <= EveryDay; d++ {
		if back, err := ParseDays(d.String()); back != d {
			t.Errorf("%b is written %q, which reads as %b, %v", d, d, back, err)
		}
	}
}

func TestParseClock(t *testing.T) {
	for _, s := range []string{"00:00", "09:00", "23:59", "24:00"} {
		if c, err := ParseClock(s); err != nil || c.String() != s {
			t.Errorf("ParseClock(%q) = %s, %v", s, c, err)
		}
	}
	for _, s := range []string{"", "9:00", "24:01", "12:60", "25:00", "09:00:00", "0900", "+9:00", "09.00", "-1:00"} {
		want := `"` + s + `" is not a time of day: expected one from 00:00 to 24:00, such as 09:00`
		if c, err := ParseClock(s); message(err) != want {
			t.Errorf("ParseClock(%q) = %s, %v", s, c, err)
		}
	}
}

func TestWindowPassesMidnight(t *testing.T) {
	w := Window{Days: 1 << time.Friday, From: 22 * Hour, To: 6 * Hour} // 2026-01-09 is a Friday
	tests := []struct {
		at         string
		open       bool
		next, last string
	}{
		{"2026-01-09T05:00", false, "2026-01-09T22:00", "2026-01-03T06:00"},
		{"2026-01-09T21:59", false, "2026-01-09T22:00", "2026-01-03T06:00"},
		{"2026-01-09T22:00", true, "2026-01-09T22:00", "2026-01-03T06:00"},
		{"2026-01-09T23:00", true, "2026-01-16T22:00", "2026-01-03T06:00"},
		{"2026-01-10T05:59", true, "2026-01-16T22:00", "2026-01-03T06:00"},
		{"2026-01-10T06:00", false, "2026-01-16T22:00", "2026-01-10T06:00"},
		{"2026-01-10T23:00", false, "2026-01-16T22:00", "2026-01-10T06:00"},
	}
	for _, tt := range tests {
		c := at(tt.at)
		if _, _, open := w.Holding(c); open != tt.open {
			t.Errorf("at %s open is %v", tt.at, open)
		}
		if w.Next(c).String() != tt.next || w.Last(c).String() != tt.last {
			t.Errorf("at %s it opens next %s, want %s, and closed last %s, want %s", tt.at, w.Next(c), tt.next, w.Last(c), tt.last)
		}
	}
}
