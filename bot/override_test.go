package bot

import (
	"context"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/slackfake/faults"
	"github.com/oncalm/oncalm/bot/slackfake/workspace"
	"github.com/oncalm/oncalm/incidents/requests"
	"github.com/oncalm/oncalm/overrides"
	"github.com/oncalm/oncalm/rotations"
	"github.com/oncalm/oncalm/store"
)

// three makes a schedule shop in which ana, bo and cy take turns, a week each; ana has the one that holds 2000-01-01.
func three(o *Options) {
	s := schedules()["payments"]
	s.Name, s.Layers[0].People = "shop", rotations.Turns("ana", "bo", "cy")
	o.Overrides.Schedules = map[string]rotations.Schedule{"shop": s}
}

// said types a word of /oncall and returns what the person then sees.
func (w *world) said(user, text string) workspace.Message {
	w.t.Helper()
	r := w.slack.Hands.Command(context.Background(), user, channel, "/oncall", text)
	if r.Err != nil || r.Message == nil {
		w.t.Fatalf("/oncall %s: %v, message %v", text, r.Err, r.Message)
	}
	shown(w.t, *r.Message)
	return *r.Message
}

// onCall is who is on call in a schedule after some time.
func (w *world) onCall(schedule string, after time.Duration) string {
	w.t.Helper()
	var people []string
	err := w.db.View(context.Background(), func(tx store.Tx) error {
		people = w.overrides.OnCall(tx, schedule, time.Now().Add(after))
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return strings.Join(people, ", ")
}

// overrides are those that people made, in order.
func (w *world) made() (all []overrides.Override) {
	w.t.Helper()
	if err := w.db.View(context.Background(), func(tx store.Tx) error {
		all = overrides.All(tx, "")
		return nil
	}); err != nil {
		w.t.Fatal(err)
	}
	return all
}

// seen is the newest answer that a person sees in the channel.
func (w *world) seen(user string) workspace.Message {
	w.t.Helper()
	all := w.slack.Ephemerals(channel, user)
	if len(all) == 0 {
		w.t.Fatal("there is no answer")
	}
	return all[len(all)-1]
}

// last is the newest direct message to a person.
func (w *world) last(user string) workspace.Message {
	w.t.Helper()
	all := w.slack.DM(user)
	if len(all) == 0 {
		w.t.Fatalf("%s has no messages", user)
	}
	shown(w.t, all[len(all)-1])
	return all[len(all)-1]
}

func TestTakeOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := begin(t, three)
		w.wait(10 * time.Hour)
		contains(t, w.said(bo, "me 2h").Text, "You are on call for shop now", "Sat 1 Jan 2000 10:00 until 12:00 (2 h, UTC), instead of ana")
		w.wait(5 * time.Second)
		if got := w.onCall("shop", 0) + "; " + w.onCall("shop", 2*time.Hour); got != "bo; ana" {
			t.Errorf("on call: %s", got)
		}
		contains(t, w.last(ana).Text, "shop: bo is on call from", "instead of you", "an override by bo, who took over")
		contains(t, w.only(w.slack.Messages(channel)).Text, "shop: bo is on call from", "instead of ana")
		if n := len(w.slack.DM(bo)); n != 0 {
			t.Errorf("bo, who did it, is told in %d messages", n)
		}
		w.wait(time.Hour)
		w.press(w.seen(bo), "Undo", bo)
		w.wait(5 * time.Second)
		if got := w.onCall("shop", 0); got != "ana" {
			t.Errorf("on call after Undo: %s", got)
		}
		contains(t, w.seen(bo).Text, "Undone", "shop: ana instead of you")
		contains(t, w.last(ana).Text, "you are on call from", "instead of bo", "Undone by bo")
		if all := w.made(); len(all) != 1 || all[0].CancelledBy != "bo" || all[0].How != overrides.HowMe {
			t.Errorf("kept: %+v", all)
		}
	})
}

func TestOverrideIsConfirmed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := begin(t, three)
		w.wait(time.Hour)
		m := w.said(ana, "override @cy sun 18:00..mon 07:00")
		contains(t, m.Text, "Should I put cy on call for shop?", "Sun 2 Jan 2000 18:00 until Mon 3 Jan 2000 07:00 (13 h, CET)", "On the clock of the schedule: Sun 2 Jan 2000 17:00", "Instead of ana")
		if n := len(w.made()); n != 0 {
			t.Fatalf("%d overrides before it was confirmed", n)
		}
		w.press(m, "Confirm", ana)
		w.press(m, "Confirm", ana) // twice, by a nervous hand
		w.wait(5 * time.Second)
		all := w.made()
		if len(all) != 1 || all[0].By != "ana" || all[0].Person != "cy" || all[0].How != overrides.HowOverride {
			t.Fatalf("made: %+v", all)
		}
		contains(t, w.last(cy).Text, "you are on call from", "instead of ana", "an override by ana")
		contains(t, w.typed(bo, "/oncall", "why at sun 20:00"), "shop at", "cy", "override: cy stands in for everybody until 2000-01-03 06:00", "an override by ana, made")
		contains(t, w.typed(bo, "/oncall", "schedule"), "shop, the next 14 days", "ana now, until", "cy from", "(stands in)")
		contains(t, w.typed(bo, "/oncall", "undo"), "nothing to undo")
		contains(t, w.typed(ana, "/oncall", "undo"), "Undone", "shop: ana instead of cy")
		contains(t, w.typed(ana, "/oncall", "undo"), "nothing to undo")

		m = w.said(ana, "override @cy sun 18:00..mon 07:00")
		w.press(m, "Cancel", ana)
		w.wait(time.Second)
		if n := len(w.made()); n != 1 {
			t.Errorf("%d overrides after Cancel", n)
		}
	})
}

func TestOverrideRefusals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := begin(t, func(o *Options) {
			three(o)
			s := o.Overrides.Schedules["shop"]
			s.Name = "search"
			o.Overrides.Schedules["search"] = s
		})
		w.wait(time.Hour)
		golden(t, "override-refused.txt", w.answers(ana, "/oncall",
			"me", "me 2h", "me soon shop", "me 2h ship", "override 2h shop", "override @mal 2h shop", "override @bob 2h shop", "override @bo shop",
			"override @bo 2026-12-24 shop", "override @bo 100d shop", "override @bo 1999-12-24 shop", "cover me", "cover me mon 10:00..tue 10:00 shop", "swap @bo", "swap @ana shop", "swap @bo 10:00 shop",
			"swap @bo tue tue shop", "undo", "undo 3", "why at frii shop", "schedule", "schedule shp", "why sho"))
		contains(t, w.typed("U0MAL", "/oncall", "me 2h"), "You are not in Oncalm's people list")
		if n := len(w.made()); n != 0 {
			t.Errorf("%d overrides were made", n)
		}
	})
}

// TestWhichSchedule holds that the question which schedule is meant can be answered by a button.
func TestWhichSchedule(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const odd = `the "night" <shift>`
		w := begin(t, func(o *Options) {
			three(o)
			for _, name := range []string{"search", odd} {
				s := o.Overrides.Schedules["shop"]
				s.Name = name
				o.Overrides.Schedules[name] = s
			}
			s := o.Overrides.Schedules["shop"]
			s.Name, s.Layers = "lone", []rotations.Layer{s.Layers[0]}
			s.Layers[0].People = rotations.Turns("cy")
			o.Overrides.Schedules["lone"] = s
		})
		w.wait(time.Hour)
		m := w.said(bo, "override @bo 2h")
		contains(t, m.Text, "Which schedule? You are in search, shop and the \"night\" &lt;shift&gt;.")
		for _, name := range []string{"search", odd} {
			w.press(w.said(bo, "override @bo 2h"), name, bo)
			w.wait(2 * time.Second)
			w.press(w.seen(bo), "Confirm", bo)
			w.wait(2 * time.Second)
			if got := w.onCall(name, 0); got != "bo" {
				t.Errorf("on call for %s: %s, after %s", name, got, w.seen(bo).Text)
			}
		}
		contains(t, w.said("U0MAL", "me 2h").Text, "not in Oncalm's people list")
		if n := len(w.made()); n != 2 {
			t.Errorf("%d overrides", n)
		}
	})
}

func TestTheButtonsOfOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := begin(t, three)
		w.wait(time.Hour)
		p := overrides.Plan{How: overrides.HowMe, By: "bo", Change: "x", Schedule: "shop", Person: "bo",
			Span: overrides.SpanOf(time.Now(), time.Now().Add(time.Hour))}
		press := func(action, value string) {
			w.pushes("slack:"+action+value, ana, action, value)
			if err := w.db.View(t.Context(), func(tx store.Tx) error {
				said, _ := requests.Recall(tx, "slack:"+action+value)
				contains(t, said, "nothing was changed")
				return nil
			}); err != nil {
				t.Error(err)
			}
		}
		for _, value := range []string{written(t, p), "", "{", `{"by":"ana","change":"y","how":"sleep"}`} {
			press("oncall-confirm", value)
		}
		for _, verb := range []string{"accept", "decline", "withdraw", "frobnicate"} {
			press("oncall-"+verb, "none")
		}
		if n := len(w.made()); n != 0 {
			t.Errorf("%d overrides were made", n)
		}
	})
}

// TestZoneOfSlack holds that times are read in the zone that Slack tells where the configuration does not, and that an answer
// comes in time where Slack does not tell.
func TestZoneOfSlack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := begin(t, three, func(o *Options) { o.People["ana"] = chat.Person{Slack: ana} })
		w.wait(time.Hour)
		asked := 0 // while somebody waits for an answer: now and then Slack is asked about people anyway
		said := func(text string) string {
			before := len(w.slack.API.Calls("users.info"))
			m := w.said(ana, text)
			asked += len(w.slack.API.Calls("users.info")) - before
			return m.Text
		}
		w.slack.Faults.Fail(faults.Fault{Method: "users.info", Times: 1, Kind: faults.Hang()})
		begun := time.Now()
		contains(t, said("override @bo 9-17"), "09:00 until 17:00 (8 h, UTC)")
		if took := time.Since(begun); took > time.Second {
			t.Errorf("it took %s", took)
		}
		w.wait(2 * time.Hour)
		contains(t, said("override @bo 9-17"), "09:00 until 17:00 (8 h, Europe/Berlin)", "On the clock of the schedule: Sat 1 Jan 2000 08:00")
		contains(t, said("me until 9"), "Nothing would change: you are on call for shop then anyway", "04:00 until 09:00 (5 h, Europe/Berlin)")
		if asked != 2 {
			t.Errorf("Slack was asked %d times", asked)
		}
	})
}

// TestCover holds that the first to accept has it, and that everybody sees what came of it.
func TestCover(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := begin(t, three)
		w.wait(time.Hour)
		m := w.said(ana, "cover me sun 18:00..mon 07:00")
		contains(t, m.Text, "Should I ask the others of shop to cover for you?")
		w.press(m, "Ask the others", ana)
		w.wait(2 * time.Second)
		contains(t, w.seen(ana).Text, "I ask bo and cy")
		toBo, toCy := w.only(w.slack.DM(bo)), w.only(w.slack.DM(cy))
		golden(t, "cover-asked.json", shown(t, toBo))

		var race sync.WaitGroup
		race.Go(func() { w.press(toBo, "Accept", bo) })
		race.Go(func() { w.press(toCy, "Accept", cy) })
		race.Wait()
		w.wait(5 * time.Second)
		all := w.made()
		if len(all) != 1 || all[0].For != "ana" || all[0].By != "ana" || all[0].How != overrides.HowCover {
			t.Fatalf("made: %+v", all)
		}
		winner, loser := bo, cy
		if all[0].Person == "cy" {
			winner, loser = cy, bo
		}
		contains(t, w.slack.DM(winner)[0].Text, "You accepted")
		if got := labels(w.slack.DM(winner)[0]) + labels(w.slack.DM(loser)[0]); got != "" {
			t.Errorf("buttons are left: %s", got)
		}
		contains(t, w.slack.DM(loser)[0].Text, all[0].Person+" accepted")
		contains(t, w.last(ana).Text, all[0].Person+" is on call from", "instead of you", "a cover that you asked for and "+all[0].Person+" accepted")
		contains(t, w.only(w.slack.Messages(channel)).Text, "a cover that ana asked for")
		if got := w.onCall("shop", 48*time.Hour); got != all[0].Person {
			t.Errorf("on call then: %s", got)
		}
		if n := len(w.slack.DM(winner)) + len(w.slack.DM(loser)); n != 2 {
			t.Errorf("%d messages to those who were asked, want 2", n)
		}
		contains(t, w.typed(winner, "/oncall", "undo"), "Undone", "ana instead of you")
	})
}

func TestCoverThatNobodyTakes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := begin(t, three)
		w.wait(time.Hour)
		ask := func() {
			w.press(w.said(ana, "cover me 20:00..22:00"), "Ask the others", ana)
			w.wait(2 * time.Second)
		}
		ask()
		w.press(w.last(bo), "Decline", bo)
		w.wait(2 * time.Second)
		contains(t, w.last(bo).Text, "You declined")
		w.press(w.last(cy), "Decline", cy)
		w.wait(2 * time.Second)
		contains(t, w.last(ana).Text, "bo and cy declined", "You are still on call as planned")

		ask()
		contains(t, w.typed(ana, "/oncall", "undo"), "You took back a cover for shop")
		w.wait(2 * time.Second)
		contains(t, w.last(cy).Text, "ana has withdrawn it")

		ask()
		old := w.last(bo)
		w.wait(19 * time.Hour)
		contains(t, w.last(ana).Text, "Nobody has accepted")
		contains(t, w.last(bo).Text, "It was too late to accept")
		w.press(old, "Accept", bo)
		w.wait(2 * time.Second)
		if n := len(w.made()); n != 0 {
			t.Errorf("%d overrides were made", n)
		}
		w.wait(31 * 24 * time.Hour)
		from, to := store.Under("ask")
		if err := w.db.View(context.Background(), func(tx store.Tx) error {
			for key := range tx.Range(from, to) {
				t.Errorf("%s is kept for ever", key)
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	})
}

func TestSwap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := begin(t, three)
		w.wait(time.Hour)
		m := w.said(bo, "swap @cy")
		contains(t, m.Text, "Should I ask cy to swap these shifts of shop with you?", "Yours, for cy: Mon 3 Jan 2000 09:00 until Mon 10 Jan 2000 09:00 (7 days, UTC)",
			"Theirs, for you: Mon 10 Jan 2000 09:00 until Mon 17 Jan 2000 09:00")
		w.press(m, "Ask cy", bo)
		w.wait(2 * time.Second)
		golden(t, "swap-asked.json", shown(t, w.only(w.slack.DM(cy))))
		if n := len(w.made()); n != 0 {
			t.Fatalf("%d overrides before both agree", n)
		}
		w.press(w.last(cy), "Accept", cy)
		w.wait(5 * time.Second)
		const day = 24 * time.Hour
		if got := w.onCall("shop", 5*day) + ", " + w.onCall("shop", 12*day) + ", " + w.onCall("shop", 19*day); got != "cy, bo, ana" {
			t.Errorf("on call in the weeks after: %s", got)
		}
		contains(t, w.last(bo).Text, "cy is on call from", "you are on call from", "a swap between cy and you")
		contains(t, w.typed(ana, "/oncall", "schedule"), "cy from", "bo from")
		contains(t, w.typed(cy, "/oncall", "undo"), "Undone", "bo instead of you", "cy instead of bo")
		w.wait(5 * time.Second)

		contains(t, w.said(ana, "swap @bo 4 jan 11 jan").Text, "You have no shift of shop at Tue 4 Jan")
		w.press(w.said(ana, "swap @bo sun 5 jan"), "Ask bo", ana)
		w.wait(5 * time.Second)
		w.press(w.last(bo), "Decline", bo)
		w.wait(2 * time.Second)
		contains(t, w.last(ana).Text, "bo declined a swap")
	})
}

// TestSwapOfWhatHasChanged holds that nobody gives away what they do not have any more.
func TestSwapOfWhatHasChanged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := begin(t, three)
		w.wait(time.Hour)
		w.press(w.said(bo, "swap @cy"), "Ask cy", bo)
		w.wait(2 * time.Second)
		w.press(w.said(ana, "override @ana 5 jan"), "Confirm", ana)
		w.wait(2 * time.Second)
		w.press(w.slack.DM(cy)[0], "Accept", cy)
		w.wait(5 * time.Second)
		if n := len(w.made()); n != 1 {
			t.Errorf("%d overrides", n)
		}
		contains(t, w.slack.DM(cy)[0].Text, "The shifts have changed since")
		contains(t, w.last(bo).Text, "did not happen")
	})
}
