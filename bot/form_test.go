package bot

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/oncalm/oncalm/bot/slack"
	"github.com/oncalm/oncalm/bot/slackfake/faults"
	"github.com/oncalm/oncalm/bot/slackfake/hands"
	"github.com/oncalm/oncalm/overrides"
)

// Fields of the forms of /oncall.
const (
	whoField, fromField, toField = "who", "from", "to"
	mineField, theirsField       = "mine", "theirs"
)

// choice is the value of an option that stands for a shift.
func choice(t *testing.T, schedule, person string, span overrides.Span) string {
	t.Helper()
	val, err := json.Marshal([]any{span.From, span.To, schedule, person})
	if err != nil {
		t.Fatal(err)
	}
	return string(val)
}

// submit sends a form as somebody, and returns what Slack is to do with it.
func (w *world) submit(ctx context.Context, id, user string, f slack.Form) string {
	return w.bot.Serve(ctx, slack.Request{
		ID: id, From: slack.Origin{Team: w.slack.TeamID(), App: w.slack.AppID()}, User: user, At: time.Now(), Form: &f,
	}).JSON
}

// pushes presses a button of /oncall as somebody, whether there is one or not.
func (w *world) pushes(id, user, action, value string) {
	w.bot.Serve(context.Background(), slack.Request{
		ID: id, From: slack.Origin{Team: w.slack.TeamID(), App: w.slack.AppID()}, User: user, At: time.Now(),
		Action: &slack.Action{ID: action, Value: value},
	})
}

// later lets two years pass, since Slack's pickers do not show times of nine digits. It is a Saturday again, and ana's week.
func later() { time.Sleep(735 * 24 * time.Hour) }

func TestOverrideForm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		later()
		w := begin(t, three)
		w.wait(90 * time.Minute)
		fill := func(who string, from, to time.Duration) hands.Response {
			return w.slack.Hands.SubmitView(context.Background(), ana, map[string]string{
				whoField: who, fromField: strconv.FormatInt(time.Now().Add(from).Unix(), 10),
				toField: strconv.FormatInt(time.Now().Add(to).Unix(), 10),
			})
		}
		if r := w.slack.Hands.Command(context.Background(), ana, channel, "/oncall", "override"); r.Err != nil ||
			r.Message != nil {
			t.Fatalf("%v, message %v\n%s", r.Err, r.Message != nil, w.logged)
		}
		for _, tt := range []struct {
			who      string
			from, to time.Duration
			field    string
		}{
			{"U0MAL", time.Hour, 2 * time.Hour, whoField},
			{bo, 2 * time.Hour, time.Hour, toField},
			{bo, -2 * time.Hour, -time.Hour, toField},
			{bo, time.Hour, 100 * 24 * time.Hour, toField},
			{bo, 400 * 24 * time.Hour, 401 * 24 * time.Hour, fromField},
		} {
			if r := fill(tt.who, tt.from, tt.to); r.Err != nil || r.Errors[tt.field] == "" || len(r.Errors) != 1 {
				t.Errorf("%+v: %v, errors %v", tt, r.Err, r.Errors)
			}
		}
		if r := fill(bo, time.Hour, 3*time.Hour); r.Err != nil || len(r.Errors) > 0 {
			t.Fatalf("%v, errors %v", r.Err, r.Errors)
		}
		v, ok := w.slack.View(ana)
		if !ok || v.Submit != "Confirm" {
			t.Fatalf("there is no second page: %+v", v)
		}
		contains(t, string(v.Blocks), "Should I put ", "Sat 5 Jan 2002 03:30 until 05:30 (2 h, CET)", "Instead of ana.")
		if n := len(w.made()); n != 0 {
			t.Fatalf("%d overrides before it was confirmed", n)
		}
		if r := w.slack.Hands.SubmitView(context.Background(), ana, nil); r.Err != nil {
			t.Fatal(r.Err)
		}
		w.wait(2 * time.Second)
		v, _ = w.slack.View(ana)
		contains(t, string(v.Blocks), "will be on call for ")
		if got := w.onCall("shop", time.Hour); got != "bo" {
			t.Errorf("on call: %s", got)
		}
		contains(t, w.last(bo).Text, "you are on call from", "instead of ana")
	})
}

func TestCoverForm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		later()
		w := begin(t, three)
		w.wait(time.Hour)
		r := w.slack.Hands.Command(context.Background(), bo, channel, "/oncall", "cover")
		if r.Err != nil || r.Message != nil {
			t.Fatalf("%v, message %v\n%s", r.Err, r.Message != nil, w.logged)
		}
		if r = w.slack.Hands.SubmitView(context.Background(), bo, nil); r.Err != nil ||
			r.Errors[fromField] != "You are not on call for shop then: ana." {
			t.Errorf("%v, errors %v", r.Err, r.Errors)
		}
		w.slack.Hands.CloseView(context.Background(), bo)
		w.slack.Hands.Command(context.Background(), ana, channel, "/oncall", "cover")
		for range 2 {
			if r = w.slack.Hands.SubmitView(context.Background(), ana, nil); r.Err != nil || len(r.Errors) > 0 {
				t.Fatalf("%v, errors %v", r.Err, r.Errors)
			}
		}
		w.wait(2 * time.Second)
		contains(t, w.last(bo).Text, "ana asks who can cover for them in shop")
	})
}

func TestSwapForm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		later()
		w := begin(t, three)
		w.wait(time.Hour)
		r := w.slack.Hands.Command(context.Background(), bo, channel, "/oncall", "swap")
		if r.Err != nil || r.Message != nil {
			t.Fatalf("%v, message %v\n%s", r.Err, r.Message != nil, w.logged)
		}
		v, _ := w.slack.View(bo)
		contains(t, string(v.Blocks), "Mon 7 Jan 09:00 – Mon 14 Jan 09:00", "cy · Mon 14 Jan 09:00 – Mon 21 Jan 09:00", "ana · Sat 5 Jan 01:00 – Mon 7 Jan 09:00")
		at := func(day int) int64 { return time.Date(2002, 1, day, 9, 0, 0, 0, time.UTC).Unix() }
		mine := choice(t, "shop", "bo", overrides.Span{From: at(7), To: at(14)})
		theirs := choice(t, "shop", "cy", overrides.Span{From: at(14), To: at(21)})
		r = w.slack.Hands.SubmitView(context.Background(), bo, map[string]string{mineField: mine, theirsField: theirs})
		if r.Err != nil || len(r.Errors) > 0 {
			t.Fatalf("%v, errors %v", r.Err, r.Errors)
		}
		v, _ = w.slack.View(bo)
		contains(t, string(v.Blocks), "Should I ask ", "Yours, for cy: Mon 7 Jan 2002 09:00", "Theirs, for you: Mon 14 Jan 2002 09:00")
		if r = w.slack.Hands.SubmitView(context.Background(), bo, nil); r.Err != nil {
			t.Fatal(r.Err)
		}
		w.wait(2 * time.Second)
		w.press(w.last(cy), "Accept", cy)
		w.wait(2 * time.Second)
		const day = 24 * time.Hour
		if got := w.onCall("shop", 5*day) + ", " + w.onCall("shop", 12*day); got != "cy, bo" {
			t.Errorf("on call: %s", got)
		}
	})
}

// TestSwapFormErrors holds what is said of choices that make no sense.
func TestSwapFormErrors(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := begin(t, three)
		now := time.Now()
		one := func(schedule, person string, from, to time.Duration) string {
			return choice(t, schedule, person, overrides.SpanOf(now.Add(from), now.Add(to)))
		}
		mine, theirs := one("shop", "bo", time.Hour, 2*time.Hour), one("shop", "cy", time.Hour, 2*time.Hour)
		for n, tt := range []struct{ mine, theirs, field string }{
			{"", theirs, mineField}, {"[]", theirs, mineField}, {"{", theirs, mineField}, {theirs, theirs, mineField},
			{mine, "", theirsField}, {mine, mine, theirsField}, {mine, one("shop", "dan", time.Hour, 2*time.Hour), theirsField},
			{mine, one("search", "cy", time.Hour, 2*time.Hour), theirsField}, {mine, one("shop", "cy", -2*time.Hour, -time.Hour), theirsField},
			{one("shop", "bo", -2*time.Hour, -time.Hour), theirs, mineField}, {mine, theirs, ""},
		} {
			var said struct{ Errors map[string]string }
			answer := w.submit(context.Background(), fmt.Sprint("slack:", n), bo, slack.Form{
				Callback: "oncall/swap", Values: map[string]slack.Value{mineField: {Option: tt.mine}, theirsField: {Option: tt.theirs}},
			})
			if err := json.Unmarshal([]byte(answer), &said); err != nil {
				t.Fatal(err)
			}
			if wrong := said.Errors; (wrong[tt.field] == "") != (tt.field == "") || len(wrong) > 1 {
				t.Errorf("%+v: %v", tt, wrong)
			}
		}
	})
}

// TestFormsThatDoNotOpen holds that the word is explained when Slack does not open its form in time.
func TestFormsThatDoNotOpen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		later()
		w := begin(t, three)
		w.wait(time.Hour)
		for _, kind := range []faults.Kind{
			faults.Hang(), faults.Status(500), faults.Error("expired_trigger_id"), faults.HTML(),
		} {
			w.slack.Faults.Fail(faults.Fault{Method: "views.open", Times: 1, Kind: kind})
			begun := time.Now()
			contains(t, w.said(ana, "override").Text, "Who?")
			if took := time.Since(begun); took > 3*time.Second {
				t.Errorf("%s: it took %s", kind, took)
			}
		}
	})
}
