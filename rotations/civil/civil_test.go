package civil

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func at(s string) Time {
	c, err := Parse(s)
	if err != nil {
		panic(err)
	}
	return c
}

func TestParseCivil(t *testing.T) {
	const wanted = ": expected a date and time without a zone, such as 2026-01-05T09:00"
	tests := []struct{ in, want, err string }{
		{"2026-01-05T09:00", "2026-01-05T09:00", ""},
		{"2026-01-05T09:00:00", "2026-01-05T09:00", ""},
		{"2026-01-05T09:00:30", "2026-01-05T09:00:30", ""},
		{"2024-02-29T23:59", "2024-02-29T23:59", ""},
		{"2026-02-29T09:00", "", `"2026-02-29T09:00" does not exist in the calendar` + wanted},
		{"2026-01-05T24:00", "", `"2026-01-05T24:00" does not exist in the calendar` + wanted},
		{"2026-01-05", "", `"2026-01-05" is not a local time` + wanted},
		{"2026-01-05 09:00", "", `"2026-01-05 09:00" is not a local time` + wanted},
		{"2026-01-05T09:00Z", "", `"2026-01-05T09:00Z" is not a local time` + wanted},
		{"2026-01-05T09:00:00+01:00", "", `"2026-01-05T09:00:00+01:00" is not a local time` + wanted},
		{"2026-01-05T9:00:00", "", `"2026-01-05T9:00:00" is not a local time` + wanted},
		{"2026-01-05T9:00.5", "", `"2026-01-05T9:00.5" is not a local time` + wanted},
		{"0000-01-05T09:00", "", `"0000-01-05T09:00" is not a local time` + wanted},
		{"", "", `"" is not a local time` + wanted},
	}
	for _, tt := range tests {
		c, err := Parse(tt.in)
		if message(err) != tt.err || err == nil && c.String() != tt.want {
			t.Errorf("Parse(%q) = %s, %v", tt.in, c, err)
		}
	}
}

func message(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// TestCivilAgreesWithTime checks the arithmetic of days and months against package time in UTC, which has no clock changes.
func TestCivilAgreesWithTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		at := time.Unix(rapid.Int64Range(-70_000_000_000, 70_000_000_000).Draw(t, "at"), 0).UTC()
		c := Of(at)
		if !c.utc().Equal(at) {
			t.Fatalf("%s became %s", at, c.utc())
		}
		if c.Weekday() != at.Weekday() {
			t.Fatalf("%s is a %s, not a %s", at, at.Weekday(), c.Weekday())
		}
		y, m, d := at.Date()
		if want := Of(time.Date(y, m, d, 0, 0, 0, 0, time.UTC)); c.Midnight() != want {
			t.Fatalf("the midnight of %s is %s, not %s", at, want, c.Midnight())
		}
		n := rapid.IntRange(-500, 500).Draw(t, "months")
		last := time.Date(y, m+time.Month(n)+1, 0, 0, 0, 0, 0, time.UTC).Day()
		want := time.Date(y, m+time.Month(n), min(d, last), at.Hour(), at.Minute(), at.Second(), 0, time.UTC)
		if got := c.InMonth(c.Month() + n); got != Of(want) {
			t.Fatalf("%d months from %s is %s, not %s", n, at, got, want)
		}
	})
}

func TestCivilZeroIsMonday(t *testing.T) {
	if c := Time(0); c.String() != "0001-01-01T00:00" || c.Weekday() != time.Monday {
		t.Errorf("the zero value is %s, a %s", c, c.Weekday())
	}
	if epoch.String() != "1970-01-01T00:00" {
		t.Errorf("the epoch is %s", epoch)
	}
}
