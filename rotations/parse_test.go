package rotations

import "testing"

func TestParseLength(t *testing.T) {
	const wanted = ": expected a whole number from 1 to 9999 and one of h, d, w, mo, such as 1w"
	tests := []struct {
		in   string
		want Length
		err  string
	}{
		{"12h", Length{12, Hour}, ""},
		{"1d", Length{1, Day}, ""},
		{"2w", Length{2, Week}, ""},
		{"1mo", Length{1, Month}, ""},
		{"9999d", Length{9999, Day}, ""},
		{"1m", Length{}, `"1m" is not a shift length: for months write 1mo`},
		{"1h30m", Length{}, `"1h30m" is not a shift length` + wanted},
		{"m", Length{}, `"m" is not a shift length` + wanted},
		{"", Length{}, `"" is not a shift length` + wanted},
		{"w", Length{}, `"w" is not a shift length` + wanted},
		{"7", Length{}, `"7" is not a shift length` + wanted},
		{"0w", Length{}, `"0w" is not a shift length` + wanted},
		{"-1w", Length{}, `"-1w" is not a shift length` + wanted},
		{"1.5d", Length{}, `"1.5d" is not a shift length` + wanted},
		{"10000h", Length{}, `"10000h" is not a shift length` + wanted},
		{"99999999999999999999w", Length{}, `"99999999999999999999w" is not a shift length` + wanted},
		{"1W", Length{}, `"1W" is not a shift length` + wanted},
		{"1 w", Length{}, `"1 w" is not a shift length` + wanted},
		{"1y", Length{}, `"1y" is not a shift length` + wanted},
	}
	for _, tt := range tests {
		got, err := ParseLength(tt.in)
		if got != tt.want || message(err) != tt.err {
			t.Errorf("ParseLength(%q) = %s, %v", tt.in, got, err)
		}
		if err == nil && got.String() != tt.in {
			t.Errorf("%q is written %q", tt.in, got)
		}
	}
}

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

func TestParseWindow(t *testing.T) {
	tests := []struct{ days, from, to, want string }{
		{"mon-fri", "09:00", "17:00", "mon-fri 09:00-17:00"},
		{"mon-fri", "22:00", "06:00", "mon-fri 22:00-06:00"},
		{"sat,sun", "", "", "sat-sun 00:00-24:00"},
		{"", "18:00", "", "mon-sun 18:00-24:00"},
		{"", "", "08:00", "mon-sun 00:00-08:00"},
		{"mon", "18:00", "00:00", "mon 18:00-00:00"},
		{"mon", "09:00", "09:00", "the window begins and ends at 09:00: for whole days write from 00:00 to 24:00"},
		{"mon", "00:00", "00:00", "the window begins and ends at 00:00: for whole days write from 00:00 to 24:00"},
		{"mon", "24:00", "06:00", "the window begins outside its day: begin it from 00:00 to 23:59"},
		{"moon", "", "", `"moon" is not a day of the week: expected days such as mon-fri or sat,sun`},
		{"mon", "9", "", `"9" is not a time of day: expected one from 00:00 to 24:00, such as 09:00`},
		{"mon", "", "nine", `"nine" is not a time of day: expected one from 00:00 to 24:00, such as 09:00`},
	}
	for _, tt := range tests {
		w, err := ParseWindow(tt.days, tt.from, tt.to)
		got := w.String()
		if err != nil {
			got = err.Error()
		}
		if got != tt.want {
			t.Errorf("ParseWindow(%q, %q, %q) = %s", tt.days, tt.from, tt.to, got)
		}
	}
}

func TestWindowPassesMidnight(t *testing.T) {
	w, err := ParseWindow("fri", "22:00", "06:00") // 2026-01-09 is a Friday
	if err != nil {
		t.Fatal(err)
	}
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
		c := civil(tt.at)
		if _, _, open := w.holding(c); open != tt.open {
			t.Errorf("at %s open is %v", tt.at, open)
		}
		if w.next(c).String() != tt.next || w.last(c).String() != tt.last {
			t.Errorf("at %s it opens next %s, want %s, and closed last %s, want %s", tt.at, w.next(c), tt.next, w.last(c), tt.last)
		}
	}
}

// FuzzParse checks that nothing makes the readers panic, and that what they take is written so that they read the same.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"2026-01-05T09:00", "1w", "12mo", "mon-fri,sun", "24:00", "09:00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if c, err := ParseCivil(s); err == nil && civil(c.String()) != c {
			t.Errorf("civil %q became %q", s, c)
		}
		if l, err := ParseLength(s); err == nil {
			if back, err := ParseLength(l.String()); back != l || err != nil {
				t.Errorf("length %q became %q", s, l)
			}
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
