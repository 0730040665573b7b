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

// FuzzParseLength checks that nothing makes the reader panic, and that what it takes is written so that it reads the same.
func FuzzParseLength(f *testing.F) {
	for _, s := range []string{"1w", "12mo", "9999d", "1m"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if l, err := ParseLength(s); err == nil {
			if back, err := ParseLength(l.String()); back != l || err != nil {
				t.Errorf("length %q became %q", s, l)
			}
		}
	})
}

func message(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
