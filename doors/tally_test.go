package doors_test

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/oncalm/oncalm/doors"
)

// TestTally: one line a minute of each class, and none is left out without being counted.
func TestTally(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var b strings.Builder
		tally := doors.NewTally(slog.New(slog.NewTextHandler(&b,
			&slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
				if a.Key == slog.TimeKey {
					a.Value = slog.StringValue(a.Value.Time().UTC().Format("15:04:05"))
				}
				return a
			}})))
		at := time.Now()
		wait := func(d time.Duration) { time.Sleep(time.Until(at.Add(d))); synctest.Wait() }
		tally.Say(slog.LevelWarn, "a", "refused", "n", 1)
		for n := range 1000 {
			tally.Say(slog.LevelWarn, "a", "refused", "n", n+2)
		}
		tally.Say(slog.LevelError, "b", "broken")
		wait(30 * time.Second)
		tally.Say(slog.LevelWarn, "a", "refused", "n", 1002)
		wait(90 * time.Second)
		tally.Say(slog.LevelWarn, "a", "refused", "n", 1003) // the minute of the second line is not over
		wait(10 * time.Minute)
		tally.Say(slog.LevelWarn, "a", "refused", "n", 1004)
		wait(time.Hour)
		want := `time=00:00:00 level=WARN msg=refused n=1
time=00:00:00 level=ERROR msg=broken
time=00:01:00 level=WARN msg=refused n=1002 not_shown=1000
time=00:02:00 level=WARN msg=refused n=1003
time=00:10:00 level=WARN msg=refused n=1004
`
		if got := b.String(); got != want {
			t.Errorf("the log:\n%s\nwant:\n%s", got, want)
		}
	})
}

// TestTallyNeverSilent: whatever comes, the lines and what they count add up.
func TestTallyNeverSilent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var b strings.Builder
		tally := doors.NewTally(slog.New(slog.NewTextHandler(&b, nil)))
		said := 0
		for minute := range 20 {
			for range minute * minute {
				tally.Say(slog.LevelWarn, "a", "refused")
				said++
			}
			time.Sleep(37 * time.Second)
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		told := 0
		for l := range strings.Lines(b.String()) {
			told++
			if _, n, ok := strings.Cut(l, "not_shown="); ok {
				var hidden int
				if _, err := fmt.Sscan(n, &hidden); err != nil {
					t.Fatal(err)
				}
				told += hidden
			}
		}
		if lines := strings.Count(b.String(), "\n"); told != said || lines > 14 {
			t.Errorf("%d things were said, and %d lines tell of %d", said, lines, told)
		}
	})
}
