package wording

import (
	"testing"
	"time"
)

func TestTook(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0:                                       "0 s",
		3 * time.Millisecond:                    "under 0.1 s",
		340 * time.Millisecond:                  "0.3 s",
		2300 * time.Millisecond:                 "2.3 s",
		9949 * time.Millisecond:                 "9.9 s",
		9950 * time.Millisecond:                 "10 s",
		59 * time.Second:                        "59 s",
		59600 * time.Millisecond:                "1 min",
		4*time.Minute + 32*time.Second:          "4 min 32 s",
		59*time.Minute + 59500*time.Millisecond: "1 h",
		time.Hour + 5*time.Minute:               "1 h 5 min",
		24*time.Hour - time.Second:              "1 d",
		51 * time.Hour:                          "2 d 3 h",
		-2 * time.Second:                        "−2 s",
	} {
		if got := Took(d); got != want {
			t.Errorf("took(%d) = %q, want %q", d, got, want)
		}
	}
}
