package bot

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/slack"
	"github.com/oncalm/oncalm/bot/slackfake/faults"
	"github.com/oncalm/oncalm/bot/slackfake/workspace"
	"github.com/oncalm/oncalm/overrides"
	"github.com/oncalm/oncalm/rotations"
)

// TestCoverWithABadSlack holds that the story of a cover ends the same when calls of Slack fail, and that nobody is asked
// twice. Each second call is not among them: who looks whether the last attempt got through before making another would for
// ever fail at the second of the two.
func TestCoverWithABadSlack(t *testing.T) {
	for name, kind := range map[string]faults.Kind{
		"500": faults.Status(500), "429": faults.RateLimited("2"), "reset": faults.Reset(),
		"stored": faults.StoredButTimedOut(),
	} {
		for _, every := range []int{3, 4, 5} {
			t.Run(fmt.Sprint(name, " each ", every), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					w := begin(t, three)
					w.wait(time.Hour)
					m := w.said(ana, "cover me sun 18:00..mon 07:00")
					w.slack.Faults.FailEvery(every, kind)
					w.press(m, "Ask the others", ana)
					w.wait(3 * time.Minute)
					w.press(w.only(w.slack.DM(bo)), "Accept", bo)
					w.wait(3 * time.Minute)
					contains(t, w.only(w.slack.DM(bo)).Text, "You accepted")
					contains(t, w.only(unrepeated(w.slack.DM(cy))).Text, "bo accepted")
					contains(t, w.only(unrepeated(w.slack.DM(ana))).Text, "bo is on call from")
					contains(t, w.only(unrepeated(w.slack.Messages(channel))).Text, "bo is on call from")
					if n := len(w.made()); n != 1 {
						t.Errorf("%d overrides", n)
					}
				})
			})
		}
	}
}

// TestCoverOverARestart holds that the process may die between any two steps.
func TestCoverOverARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := begin(t, three)
		again := func() {
			w.stop()
			w.open(w.disk, three)
			w.wait(5 * time.Second)
		}
		deaf := func() {
			for _, method := range []string{"chat.postMessage", "chat.update"} {
				w.slack.Faults.Fail(faults.Fault{Method: method, Kind: faults.Refused()})
			}
		}
		w.wait(time.Hour)
		m := w.said(ana, "cover me sun 18:00..mon 07:00")
		again()
		deaf()
		w.press(m, "Ask the others", ana)
		again()
		w.slack.Faults.Clear()
		w.wait(2 * time.Minute)
		toBo := w.only(w.slack.DM(bo))
		again()
		deaf()
		w.press(toBo, "Accept", bo)
		again()
		w.slack.Faults.Clear()
		w.wait(2 * time.Minute)
		if got := w.onCall("shop", 48*time.Hour); got != "bo" {
			t.Errorf("on call: %s", got)
		}
		contains(t, w.only(w.slack.DM(cy)).Text, "bo accepted")
		contains(t, w.last(ana).Text, "bo is on call from")
	})
}

// TestManyAccept holds that one of very many who accept at the same time has it, each time.
func TestManyAccept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		crowd := []string{"ana"}
		w := begin(t, func(o *Options) {
			three(o)
			s := o.Overrides.Schedules["shop"]
			for n := range 20 {
				name := fmt.Sprintf("p%02d", n)
				crowd = append(crowd, name)
				o.People[name] = chat.Person{Slack: "U0" + strings.ToUpper(name)}
			}
			s.Layers[0].People = rotations.Turns(crowd...)
			o.Overrides.Schedules["shop"] = s
		})
		for _, name := range crowd[1:] {
			w.slack.SetUser(workspace.User{ID: "U0" + strings.ToUpper(name), Name: name})
		}
		var holder string
		for _, p := range crowd {
			if w.onCall("shop", 0) == p {
				holder = w.bot.o.People[p].Slack
			}
		}
		for round := range 5 {
			w.press(w.said2(holder, fmt.Sprintf("cover me %d:00..%d:00", 12+round, 13+round)), "Ask the others", holder)
			w.wait(time.Minute)
			var race sync.WaitGroup
			questions := map[string]workspace.Message{}
			for _, name := range crowd {
				if user := w.bot.o.People[name].Slack; user != holder {
					questions[user] = w.newestQuestion(user)
				}
			}
			for user, question := range questions {
				race.Go(func() { w.press(question, "Accept", user) })
			}
			race.Wait()
			w.wait(time.Minute)
			if n := len(w.made()); n != round+1 {
				t.Fatalf("%d overrides after %d covers", n, round+1)
			}
		}
		var winners []string
		for _, o := range w.made() {
			winners = append(winners, o.Person)
		}
		t.Logf("the winners: %v", winners)
	})
}

// said2 types a word of /oncall in a person's direct messages.
func (w *world) said2(user, text string) workspace.Message {
	w.t.Helper()
	r := w.slack.Hands.Command(context.Background(), user, user, "/oncall", text)
	if r.Err != nil || r.Message == nil {
		w.t.Fatalf("/oncall %s: %v, message %v", text, r.Err, r.Message)
	}
	return *r.Message
}

// newestQuestion is the newest message to a person that can be accepted.
func (w *world) newestQuestion(user string) workspace.Message {
	w.t.Helper()
	for _, m := range slices.Backward(w.slack.DM(user)) {
		if _, ok := m.Button("Accept"); ok {
			return m
		}
	}
	w.t.Fatalf("%s was not asked", user)
	return workspace.Message{}
}

// TestARequestTwice holds that a request that Slack repeats has one effect and the same answer.
func TestARequestTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := begin(t, three)
		w.wait(time.Hour)
		for _, text := range []string{"me 2h", "schedule", "undo"} {
			var answers []string
			for range 3 {
				answers = append(answers, w.bot.Serve(context.Background(), slack.Request{
					ID: "slack:" + text, From: slack.Origin{Team: w.slack.TeamID(), App: w.slack.AppID()}, User: bo, At: time.Now(),
					Command: &slack.Command{Root: "/oncall", Text: text},
				}).JSON)
				w.wait(time.Minute)
			}
			if answers[0] != answers[1] || answers[0] != answers[2] {
				t.Errorf("%s: %q", text, answers)
			}
		}
		if all := w.made(); len(all) != 1 || all[0].CancelledBy != "bo" {
			t.Errorf("overrides: %+v", all)
		}
		if n := len(w.slack.DM(bo)); n != 1 {
			t.Errorf("%d pictures", n)
		}
	})
}

// TestHostileNames holds that what people write does nothing in Slack but stand there.
func TestHostileNames(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const evil = "<!channel> *x* `y`"
		w := begin(t, func(o *Options) {
			s := schedules()["payments"]
			s.Name = evil
			o.Overrides.Schedules = map[string]rotations.Schedule{evil: s}
		})
		w.wait(time.Hour)
		for _, text := range []string{"me <!channel>", "override @bo <!here> fri", "override “<!channel>” 2h", "why at <!channel>", "swap @bo <!everyone> <!here>", "schedule", "cover me 2h", "me 2h"} {
			w.answers(bo, "/oncall", text)
		}
		w.wait(5 * time.Second)
		for _, m := range slices.Concat(w.slack.DM(ana), w.slack.Messages(channel), w.slack.Ephemerals(channel, bo)) {
			if len(m.Files) == 0 {
				shown(t, m)
			}
			if strings.Contains(m.Text, "<!c") || strings.Contains(m.Text, "<!h") || strings.Contains(m.Text, "<!e") {
				t.Errorf("a mention: %s", m.Text)
			}
		}
		if n := len(w.made()); n != 1 {
			t.Errorf("%d overrides", n)
		}
	})
}

// unrepeated leaves out what says of itself that it may be a repeat: where Slack lets nobody look, it may come twice.
func unrepeated(all []workspace.Message) []workspace.Message {
	const mark = "(perhaps a repeat) "
	return slices.DeleteFunc(slices.Clone(all), func(m workspace.Message) bool {
		first, repeat := strings.CutPrefix(m.Text, mark)
		return repeat && slices.ContainsFunc(all, func(o workspace.Message) bool { return o.Text == first })
	})
}

// TestNoStore holds that a change that could not be written down is said not to be.
func TestNoStore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := begin(t, three)
		w.wait(time.Hour)
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		contains(t, w.bot.Serve(ctx, slack.Request{
			ID: "slack:x", From: slack.Origin{Team: w.slack.TeamID(), App: w.slack.AppID()}, User: bo, At: time.Now(),
			Command: &slack.Command{Root: "/oncall", Text: "me 2h"},
		}).JSON, "I cannot tell whether that was done")
		p := overrides.Plan{How: overrides.HowMe, By: "bo", Change: "x", Schedule: "shop", Person: "bo",
			Span: overrides.SpanOf(time.Now(), time.Now().Add(time.Hour))}
		answer := w.submit(ctx, "slack:y", bo, slack.Form{Callback: "oncall/confirm", Metadata: written(t, p)})
		contains(t, answer, "I cannot tell whether that was done")
	})
}
