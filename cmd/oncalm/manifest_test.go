package main

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/oncalm/oncalm/bot/manifest"
	"github.com/oncalm/oncalm/bot/slackfake/workspace"
)

// TestScopesAreEnough goes through an incident with the scopes of the manifest: with all of them Slack refuses nothing, and with those
// that are required what fails is the calls for which an optional one is, and nobody misses a page, a card, or a reply.
func TestScopesAreEnough(t *testing.T) {
	topic, err := sharedTopic()
	if err != nil {
		t.Fatal(err)
	}
	for name, least := range map[string]bool{"all": false, "required": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := &world{t: t, dir: t.TempDir(), topic: topic, seen: map[string]int{}}
				w.text = strings.Replace(worldConfig, "  days:\n", "  days:\n    user_group: S0ONCALL\n", 1) +
					"channels: {open: sev1, invite: [cy, S0ONCALL], capture: all}\n"
				optional := map[string]bool{} // calls
				for _, n := range manifest.Needs(manifest.Options{UserGroups: true, Channels: true, Groups: true}) {
					for _, call := range n.Calls {
						optional[call] = optional[call] || n.Optional
					}
					if !n.Optional || !least {
						w.scopes = append(w.scopes, n.Scope)
					}
				}
				w.build()
				w.start()
				defer w.fsck()
				defer func() { w.stop() }()
				w.livesThrough()
				refused := map[string]int{}
				for _, c := range w.slack.API.Calls() {
					if c.Outcome == "missing_scope" {
						refused[c.Method]++
					}
				}
				for call := range refused {
					if !least || !optional[call] {
						t.Errorf("%s: %s was refused, since a scope is missing", name, call)
					}
				}
				c, opened := w.slack.ChannelByName("inc-1-checkout-5xx")
				if opened == least || opened && !c.Archived {
					t.Errorf("%s: the channel of the incident: %+v", name, c)
				}
				if least && len(refused) < 3 {
					t.Errorf("only %v was refused: this test would see nothing", refused)
				}
			})
		})
	}
}

// livesThrough is an incident with all that asks something of Slack, and the handoff of Monday.
func (w *world) livesThrough() {
	w.t.Helper()
	w.Wait(time.Second)
	w.Alarm("checkout-5xx")
	page := w.Paged("ana", "checkout-5xx")
	card := w.Card("1")
	if err := w.slack.Hands.React(w.t.Context(), "U0ANA", card, "pushpin"); err != nil {
		w.t.Error(err)
	}
	w.Wait(time.Minute)
	if channel, ok := w.slack.ChannelByName("inc-1-checkout-5xx"); ok {
		if _, err := w.slack.Hands.Say(w.t.Context(), "U0ANA", channel.ID, "it is the pool"); err != nil {
			w.t.Error(err)
		}
	}
	w.Press("ana", page, "Acknowledge")
	w.contains(w.Says("bo", "/incident", "note 1 the pool is exhausted"), "Noted on")
	w.Says("bo", "/oncall", "schedule days")
	w.Says("bo", "/oncall", "override")
	w.contains(w.Says("bo", "/oncall", "me 2h days"), "on call")
	w.Restart()
	w.Wait(time.Hour)
	w.OK("checkout-5xx")
	w.Wait(8 * 24 * time.Hour)
	w.Status("1", "resolved")
	if !slices.ContainsFunc(w.pages("ana"), func(m workspace.Message) bool { return strings.Contains(m.Text, "checkout-5xx") }) {
		w.t.Error("no page")
	}
}
