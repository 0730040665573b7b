package bot

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/oncalm/oncalm/bot/slackfake/faults"
	"github.com/oncalm/oncalm/bot/slackfake/workspace"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/overrides"
	"github.com/oncalm/oncalm/paging"
	"github.com/oncalm/oncalm/rotations"
	"github.com/oncalm/oncalm/store"
)

// told are the messages in the channel about who is not there.
func (w *world) told(words string) (all []string) {
	for _, m := range w.slack.Messages(channel) {
		if strings.Contains(m.Text, words) {
			all = append(all, m.Text)
		}
	}
	return all
}

// TestAccountsThatAreClosed: what Slack tells of people is said where people look, and once. Asking keeps no page back.
func TestAccountsThatAreClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := begin(t)
		w.wait(time.Second)
		id := w.alarm("checkout-5xx")
		w.wait(time.Second)
		w.press(w.only(w.slack.DM(ana)), "Acknowledge", ana)
		w.slack.SetUser(workspace.User{ID: ana, Name: "ana", Deleted: true})
		w.wait(time.Minute)
		if got := w.told("cannot be paged"); len(got) != 1 {
			t.Fatalf("the channel was told %q", got)
		}
		contains(t, w.told("cannot be paged")[0], "ana cannot be paged: their Slack account is deactivated.")
		contains(t, w.typed(bo, "/oncall", ""), "ana cannot be reached: their Slack account is deactivated")
		if n := len(w.slack.DM(bo)); n != 1 || w.head(id).Status != incidents.StatusTriggered {
			t.Errorf("bo has %d pages, and the incident is %s", n, w.head(id).Status)
		}
		contains(t, w.typed(bo, "/incident", "info 1"), "ana, who acknowledged, cannot be reached: their Slack account is deactivated",
			"could not deliver the page to ana")
		w.restart()
		w.wait(time.Minute)
		if got := w.told("cannot be paged"); len(got) != 1 {
			t.Errorf("after a restart the channel was told %q", got)
		}
		w.slack.SetUser(workspace.User{ID: ana, Name: "ana"})
		w.wait(25 * time.Hour)
		if got := w.typed(bo, "/oncall", ""); strings.Contains(got, "cannot be reached") {
			t.Errorf("ana is back: %s", got)
		}
	})
}

// askedAbout counts how often Slack was asked about somebody.
func (w *world) askedAbout(user string) (n int) {
	for _, c := range w.slack.API.Calls("users.info") {
		if c.Args["user"] == user {
			n++
		}
	}
	return n
}

// TestHoldersAreAskedAboutHourly: on whom somebody counts, is asked about each hour, and everybody else daily. What is found is
// told once.
func TestHoldersAreAskedAboutHourly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := begin(t)
		w.pager.Policy = func(service string) paging.Policy { // no reminder finds out before
			p := policy(service)
			p.Reminder = 0
			return p
		}
		id := w.alarm("checkout-5xx")
		w.wait(time.Second)
		w.typed(cy, "/incident", "ack")
		w.wait(2 * time.Minute)
		for _, user := range []string{ana, bo, cy} {
			if n := w.askedAbout(user); n != 1 {
				t.Errorf("asked about %s %d times after the start", user, n)
			}
		}
		w.wait(4 * time.Hour)
		if a, b, c := w.askedAbout(ana), w.askedAbout(bo), w.askedAbout(cy); a != 5 || b != 1 || c != 5 {
			t.Errorf("asked about who is on call %d times, who acknowledged %d times, and who does neither %d times", a, c, b)
		}
		w.slack.SetUser(workspace.User{ID: cy, Name: "cy", Deleted: true})
		w.slack.SetUser(workspace.User{ID: bo, Name: "bo", Deleted: true})
		w.wait(time.Hour)
		if got := w.told("cannot be paged"); len(got) != 1 || strings.Contains(got[0], "bo ") {
			t.Errorf("told within the hour: %q", got)
		}
		contains(t, w.typed(ana, "/incident", "info 1"), "cy, who acknowledged, cannot be reached: their Slack account is deactivated")
		if got := w.head(id).Status; got != incidents.StatusTriggered {
			t.Errorf("the incident is %s", got)
		}
		w.slack.Faults.Fail(faults.Fault{Method: "users.info", Kind: faults.Status(500)}) // what is not told stays as it was
		w.wait(2 * time.Hour)
		w.slack.Faults.Clear()
		w.wait(2 * time.Hour)
		if got := w.told("cannot be paged"); len(got) != 1 {
			t.Errorf("told again: %q", got)
		}
		w.wait(16 * time.Hour)
		if got := w.told("bo cannot be paged"); len(got) != 1 {
			t.Errorf("told within the day: %q", got)
		}
		if n := strings.Count(w.logged.String(), "a person cannot be reached"); n != 2 {
			t.Errorf("logged %d times, want 2", n)
		}
	})
}

// stopped is a store that takes no time after its caller has gone.
type stopped struct{ store.Store }

func (s stopped) Update(ctx context.Context, fn func(store.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return s.Store.Update(ctx, fn)
}

// TestRollCallEndsWithTheProgram: a stop is no error, whatever it meets.
func TestRollCallEndsWithTheProgram(t *testing.T) {
	for name, after := range map[string]time.Duration{
		"before it began": 0, "in a question": startDelay + 500*time.Millisecond, "between rounds": time.Hour,
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := begin(t)
				w.stop()
				w.slack.SetUser(workspace.User{ID: ana, Name: "ana", Deleted: true})
				w.slack.Faults.Fail(faults.Fault{Method: "users.info", Skip: 3, Kind: faults.Hang()})
				w.bot.o.Book = &incidents.Book{Store: stopped{w.db}, Followers: w.book.Followers}
				ctx, cancel := context.WithCancel(t.Context())
				if after == 0 {
					cancel()
				}
				done := make(chan struct{})
				go func() { defer close(done); w.bot.roll.run(ctx) }()
				time.Sleep(after)
				cancel()
				<-done
				if strings.Contains(w.logged.String(), "level=ERROR") {
					t.Errorf("logged:\n%s", w.logged)
				}
			})
		})
	}
}

// TestInactiveAccountOrToken: Slack has one name for both. Only for a person it means the next one.
func TestInactiveAccountOrToken(t *testing.T) {
	for _, tt := range []struct {
		name  string
		token bool // it is the token
	}{{"account", false}, {"token", true}} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := begin(t)
				w.wait(time.Second)
				fault := faults.Fault{User: ana, Kind: faults.Error("account_inactive")}
				if tt.token {
					fault.User = ""
				}
				w.slack.Faults.Fail(fault)
				w.alarm("checkout-5xx")
				w.wait(2 * time.Second)
				if n := len(w.slack.DM(bo)); (n == 0) != tt.token {
					t.Errorf("bo has %d pages", n)
				}
				if got := w.bot.Status().Barred; got != tt.token {
					t.Errorf("barred: %v", got)
				}
				w.slack.Faults.Clear()
				w.wait(2 * time.Minute)
				if n := len(w.slack.DM(ana)); (n == 1) != tt.token {
					t.Errorf("ana has %d pages", n)
				}
			})
		})
	}
}

// TestOverrideForSomebodyRemoved: it is said at the start, and wherever people look.
func TestOverrideForSomebodyRemoved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := begin(t)
		w.wait(time.Second)
		now := time.Now()
		book := &overrides.Book{Schedules: w.overrides.Schedules, Known: func(string) bool { return true }}
		err := w.db.Update(context.Background(), func(tx store.Tx) error {
			_, err := book.Make(tx, now, "ana", "c1", overrides.HowOverride, rotations.Override{
				Schedule: "payments", Person: "dee", From: now, To: now.Add(3 * time.Hour),
			})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		w.restart()
		w.wait(5 * time.Second)
		const why = "an override for dee from"
		if got := w.told(why); len(got) != 1 {
			t.Errorf("the channel was told %q", got)
		} else {
			contains(t, got[0], "is ignored: dee is not in the configuration. On call then: ana.")
		}
		contains(t, w.logged.String(), "an override is ignored")
		contains(t, w.typed(bo, "/oncall", ""), "payments: ana until", "an override for dee until", "is ignored: dee is not in the configuration")
		contains(t, w.typed(bo, "/oncall", "schedule payments"), "ana now", why)
		contains(t, w.typed(bo, "/oncall", "why payments"), "an override for dee until")
		w.alarm("checkout-5xx")
		w.wait(time.Second)
		if n := len(w.slack.DM(ana)); n != 1 {
			t.Errorf("ana has %d pages, want 1", n)
		}
		w.restart()
		w.wait(5 * time.Second)
		if got := w.told(why); len(got) != 1 {
			t.Errorf("after another restart the channel was told %q", got)
		}
	})
}
