package bot

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/oncalm/oncalm/bot/capture"
	"github.com/oncalm/oncalm/bot/channels"
	"github.com/oncalm/oncalm/bot/slackfake/faults"
	"github.com/oncalm/oncalm/bot/slackfake/workspace"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/outbox"
)

// withChannels makes a world in which incidents of sev2 and worse have channels.
func withChannels(t *testing.T) *world {
	t.Helper()
	return (&world{t: t, logged: &buffer{}, groups: outbox.DefaultGroups(nil),
		subscriptions: []string{"message", "reaction_added", "reaction_removed", "pin_added", "pin_removed"}}).begin(channelRules)
}

func channelRules(o *Options) {
	o.Capture = capture.Rules{Signs: capture.DefaultSigns(), All: true}
	o.Channels = channels.Default()
	o.Channels.Open, o.Channels.Invite = incidents.Sev2, []string{"cy", "S0LEADS"}
}

// opened are the names of the channels of incidents.
func (w *world) opened() (names []string) {
	for _, c := range w.slack.Channels() {
		if strings.HasPrefix(c.Name, "inc-") {
			names = append(names, c.Name)
		}
	}
	slices.Sort(names)
	return names
}

func (w *world) wantChannels(want ...string) {
	w.t.Helper()
	if got := w.opened(); !slices.Equal(got, want) {
		w.t.Errorf("channels %q, want %q", got, want)
	}
}

// record records what ana does.
func (w *world) record(id string, body incidents.Body) {
	w.t.Helper()
	if _, err := w.book.Record(w.t.Context(), id, incidents.Person("ana"), body); err != nil {
		w.t.Fatal(err)
	}
}

// TestChannelOfIncident: an incident has a channel after its pages, with those who are paged, the card, a topic that is kept current and
// bookmarks; in it the number may be left out; it is archived when all is over.
func TestChannelOfIncident(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, ctx := withChannels(t), context.Background()
		w.wait(time.Second)
		id := w.alarm("Checkout: 5xx <!here> rate")
		w.alarm("slow", func(o *incidents.Opened) { o.Severity = incidents.Sev3 })
		w.wait(2 * time.Second)
		w.wantChannels() // pages and cards first
		if len(w.slack.DM(ana))+len(w.slack.DM(bo)) == 0 {
			t.Error("nobody is paged yet")
		}
		w.wait(time.Minute)
		const name = "inc-1-checkout-5xx-here-rate"
		w.wantChannels(name)
		c, _ := w.slack.ChannelByName(name)
		if want := []string{ana, cy, "U0MAL", w.slack.BotUserID()}; !slices.Equal(slices.Sorted(slices.Values(c.Members)), want) {
			t.Errorf("members %v, want %v", c.Members, want)
		}
		contains(t, c.Topic, "🟠 sev2 · Checkout: 5xx &lt;!here&gt; rate · 🚨 Triggered", "incident 1")
		if !slices.ContainsFunc(w.slack.Messages(channel), func(m workspace.Message) bool {
			_, leads := m.Button("#" + name)
			return leads
		}) {
			t.Error("the card in the channel of all incidents does not lead there")
		}
		card := w.slack.Messages(name)[0]
		pins, marks := w.slack.Marks(name)
		if len(pins) != 1 || pins[0] != card.TS || len(marks) != 2 || marks[0].Title != "Runbook" {
			t.Errorf("pinned %v, bookmarks %+v", pins, marks)
		}

		w.typed(bo, "/incident", "ack 1")
		w.wait(time.Minute)
		c, _ = w.slack.ChannelByName(name)
		contains(t, c.Topic, "Acknowledged by bo")
		if !slices.Contains(c.Members, bo) {
			t.Error("who has acknowledged is not invited")
		}
		if _, there := w.slack.Messages(name)[0].Button("Acknowledge"); there {
			t.Error("the card there is not kept current")
		}
		w.typed(bo, "/incident", "lead 1 @ana")
		w.typed(ana, "/incident", "role 1 scribe <@U0CY|cy>")
		w.wait(time.Minute)
		c, _ = w.slack.ChannelByName(name)
		contains(t, c.Topic, "lead ana · ")
		w.says(bo, name, "", "it is the cache")
		m := w.says(bo, name, "", "of the shop")
		w.says(cy, name, m.TS, "in a thread")
		w.does(w.slack.Hands.Pin(ctx, bo, m))
		w.wait(10 * time.Second)
		noted, want := w.notes(id), []string{"bo 00:03:03 it is the cache", "bo 00:03:03 of the shop", "cy 00:03:03 in a thread"}
		slices.Sort(noted) // a channel and its threads are read one after the other
		if !slices.Equal(noted, want) {
			t.Errorf("notes %q, want %q", noted, want)
		}
		r := w.slack.Hands.Command(ctx, cy, name, "/incident", "")
		contains(t, r.Text(), "sev2 · Checkout: 5xx", "Acknowledged")
		r = w.slack.Hands.Command(ctx, cy, name, "/incident", "note rolled back")
		contains(t, r.Text(), "Noted on 1")
		w.press(card, "Resolve", cy) // as it was drawn first
		w.wait(time.Minute)
		c, _ = w.slack.ChannelByName(name)
		contains(t, c.Topic, "Resolved by cy")
		contains(t, w.slack.Hands.Command(ctx, cy, name, "/incident", "info").Text(), "Checkout: 5xx")
		w.wait(7 * 24 * time.Hour)
		if c, _ = w.slack.ChannelByName(name); !c.Archived {
			t.Error("it is not archived")
		}
	})
}

// TestChannelAfterCrash: a channel whose opening went through unheard is found, not opened again; and each step is done once.
func TestChannelAfterCrash(t *testing.T) {
	for _, method := range []string{"conversations.create", "conversations.invite", "chat.postMessage", "pins.add", "bookmarks.add", "auth.test"} {
		t.Run(method, func(t *testing.T) {
			name := method
			if method == "auth.test" {
				method = "conversations.create" // and Slack takes its time to tell who we are
			}
			synctest.Test(t, func(t *testing.T) {
				w := withChannels(t)
				w.wait(time.Second)
				w.alarm("checkout-5xx")
				w.wait(3 * time.Second)
				w.slack.Faults.Fail(faults.Fault{Method: method, Times: 1, Kind: faults.StoredButTimedOut()})
				w.wait(8 * time.Second)
				if name == "auth.test" {
					w.slack.Faults.Fail(faults.Fault{Method: name, Times: 1, Kind: faults.Slow(9 * time.Second)})
				}
				w.restart(channelRules)
				w.wait(5 * time.Minute)
				w.wantChannels("inc-1-checkout-5xx")
				if got := w.slack.Messages("inc-1-checkout-5xx"); len(got) != 1 {
					t.Errorf("%d messages: %v", len(got), texts(got))
				}
				if pins, marks := w.slack.Marks("inc-1-checkout-5xx"); len(pins) != 1 || len(marks) < 2 {
					t.Errorf("pinned %v, bookmarks %+v", pins, marks)
				}
			})
		})
	}
}

// TestChannelRefused: what Slack refuses is said once, and pages and cards go out all the same.
func TestChannelRefused(t *testing.T) {
	for _, tt := range []struct{ method, code, says string }{
		{"conversations.create", "missing_scope", "Incidents get no channels of their own: Slack refuses conversations.create"},
		{"conversations.create", "restricted_action", "Let apps do that in the settings of the workspace"},
		{"conversations.invite", "cant_invite", "Somebody cannot be invited"},
		{"pins.add", "missing_scope", "Give the app the scope pins:write"},
		{"bookmarks.add", "a_new_error", "See what Slack says about this error"},
		{"conversations.setTopic", "restricted_action", "The channel of an incident is not as it should be"},
	} {
		t.Run(tt.method+" "+tt.code, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := withChannels(t)
				w.wait(time.Second)
				w.slack.Faults.Fail(faults.Fault{Method: tt.method, Kind: faults.Error(tt.code)})
				w.alarm("checkout-5xx")
				w.wait(time.Minute)
				w.alarm("search-5xx")
				w.wait(time.Minute)
				said := 0
				for _, m := range w.slack.Messages(channel) {
					text := strings.ReplaceAll(m.Text, "`", "")
					said += strings.Count(text, tt.says)
				}
				if said != 1 {
					t.Errorf("said %d times: %v", said, texts(w.slack.Messages(channel)))
				}
				if p := w.bot.Status().Problem; p != "" {
					t.Errorf("pages are well, not: %s", p)
				}
				if tt.method == "conversations.create" {
					w.wantChannels()
				} else {
					w.wantChannels("inc-1-checkout-5xx", "inc-2-search-5xx")
				}
			})
		})
	}
}

// TestChannelNameTaken: a name that somebody else has taken gets a number; an incident that is triggered again after its channel was
// archived gets another.
func TestChannelNameTaken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := withChannels(t)
		w.wait(time.Second)
		w.slack.AddChannel(workspace.Channel{ID: "C0OLD", Name: "inc-1-checkout-5xx", Archived: true})
		id := w.alarm("checkout-5xx")
		w.wait(time.Minute)
		w.wantChannels("inc-1-checkout-5xx", "inc-1-checkout-5xx-2")
		w.record(id, incidents.Resolved{})
		w.wait(8 * 24 * time.Hour)
		w.record(id, incidents.Reopened{})
		w.wait(time.Minute)
		w.wantChannels("inc-1-checkout-5xx", "inc-1-checkout-5xx-2", "inc-1-checkout-5xx-3")
	})
}

// TestStormOpensNoChannels: the incidents of a storm have none until somebody cares for one of them; and Slack's limits are kept.
func TestStormOpensNoChannels(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := withChannels(t)
		w.slack.Limits.On(true)
		w.wait(time.Second)
		for n := range 40 {
			w.alarm(fmt.Sprintf("alarm-%d", n), func(o *incidents.Opened) {
				if n == 7 {
					o.Severity = incidents.Sev1
				}
			})
		}
		w.wait(10 * time.Minute)
		w.wantChannels()
		w.typed(ana, "/incident", "ack 20")
		w.typed(bo, "/incident", "info 21")
		w.wait(5 * time.Minute)
		w.wantChannels("inc-20-alarm-19", "inc-21-alarm-20")
	})
}

// TestManyChannels: many channels are opened one after the other, within what Slack takes, and pages do not wait for them.
func TestManyChannels(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := withChannels(t)
		w.slack.Limits.On(true)
		w.wait(time.Second)
		for n := range 40 {
			w.alarm(fmt.Sprintf("alarm-%d", n))
			w.wait(30 * time.Second)
		}
		w.wait(10 * time.Minute)
		if got := len(w.opened()); got < 35 {
			t.Errorf("%d channels", got)
		}
		if n := strings.Count(w.logged.String(), "429"); n > 5 {
			t.Errorf("Slack has said 429 %d times", n)
		}
	})
}
