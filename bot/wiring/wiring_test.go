package wiring_test

import (
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/bot/manifest"
	"github.com/oncalm/oncalm/bot/slack"
	"github.com/oncalm/oncalm/bot/slackfake"
	"github.com/oncalm/oncalm/bot/slackfake/faults"
	"github.com/oncalm/oncalm/bot/slackfake/workspace"
	"github.com/oncalm/oncalm/bot/wiring"
	"github.com/oncalm/oncalm/clocks"
)

// look looks at a workspace, and says what is found.
func look(t *testing.T, s *slackfake.Slack, channel string, people map[string]string) (said []string) {
	t.Helper()
	w := clocks.NewWitness(nil)
	found, err := wiring.Look(t.Context(), wiring.Options{
		Out: slack.New(slack.Options{Token: "xoxb-fake", Transport: s.API.RoundTripper(), Channel: channel, Witness: w,
			Log: slog.New(slog.DiscardHandler)}),
		Witness: w, Channel: channel, People: people, Needs: manifest.Needs(manifest.Options{}),
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range found {
		if f.Mend == "" {
			t.Errorf("no remedy: %+v", f)
		}
		said = append(said, f.Level+" "+f.Check+" "+f.What)
	}
	return said
}

func scopes() (all []string) {
	for _, n := range manifest.Needs(manifest.Options{}) {
		all = append(all, n.Scope)
	}
	return all
}

// fake is a workspace whose token has those scopes.
func fake(scopes []string) *slackfake.Slack {
	return slackfake.New(slackfake.Options{
		Users: []workspace.User{{ID: "U0ANA", Name: "ana"}, {ID: "U0GONE", Name: "gone", Deleted: true},
			{ID: "U0ROBOT", Name: "robot", IsBot: true}},
		Channels: []workspace.Channel{{ID: "C0INCIDENTS", Name: "incidents"}, {ID: "C0OLD", Name: "old", Archived: true},
			{ID: "C0OTHERS", Name: "others", Members: []string{"U0ANA"}}},
		Scopes: scopes,
	})
}

// TestLook: what is wrong with the wiring is found before the first alarm; what is well is not mentioned, and nothing stays behind in
// the channel.
func TestLook(t *testing.T) {
	without := func(names ...string) []string {
		return slices.DeleteFunc(scopes(), func(s string) bool { return slices.Contains(names, s) })
	}
	for _, tt := range []struct {
		name    string
		scopes  []string
		channel string
		people  map[string]string
		want    []string
	}{
		{"all is well", scopes(), "C0INCIDENTS", map[string]string{"ana": "U0ANA"}, nil},
		{"an archived channel", scopes(), "C0OLD", nil, []string{
			"error slack-channel channel C0OLD takes no cards: slack chat.postMessage: is_archived"}},
		{"a channel of others", scopes(), "C0OTHERS", nil, []string{
			"error slack-channel channel C0OTHERS takes no cards: slack chat.postMessage: not_in_channel"}},
		{"no such channel", scopes(), "C0NONE", nil, []string{
			"error slack-channel channel C0NONE takes no cards: slack chat.postMessage: channel_not_found"}},
		{"people", scopes(), "C0INCIDENTS",
			map[string]string{"ana": "U0ANA", "bo": "U0BO", "cy": "U0GONE", "dee": "U0ROBOT", "eve": ""}, []string{
				"error person bo (U0BO) cannot be paged: there is no such user in this workspace",
				"error person cy (U0GONE) cannot be paged: the account is deactivated",
				"error person dee (U0ROBOT) cannot be paged: it is a bot",
				"warn person eve has no Slack id, and cannot be paged"}},
		{"scopes", without("im:write", "commands", "dnd:read"), "C0INCIDENTS", map[string]string{"ana": "U0ANA"}, []string{
			"warn slack-scope the bot's token lacks the scope commands: the slash commands",
			"error slack-scope nobody can be paged: the bot's token lacks the scope im:write: opens the direct message for a page",
			"info slack-scope the bot's token lacks the scope dnd:read: whether Do Not Disturb is on when a shift begins",
			"error person ana (U0ANA) cannot be paged: slack conversations.open: missing_scope: it needs im:write"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := fake(tt.scopes)
				if diff := cmp.Diff(tt.want, look(t, s, tt.channel, tt.people)); diff != "" {
					t.Error(diff)
				}
				if left := s.Messages("C0INCIDENTS"); len(left) > 0 {
					t.Errorf("left in the channel: %+v", left)
				}
			})
		})
	}
}

// TestLookAtATroubledSlack: one that is away, or does not take our token, is told so, and one that asks for patience gets it.
func TestLookAtATroubledSlack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := fake(scopes())
		s.Faults.Down(true)
		if said := look(t, s, "C0INCIDENTS", nil); len(said) != 1 || !strings.HasPrefix(said[0], "error slack-reachable ") {
			t.Errorf("%q", said)
		}
		s.Faults.Down(false)
		s.Faults.Fail(faults.Fault{Method: "conversations.open", Kind: faults.RateLimited("30"), Times: 2})
		begun := time.Now()
		if said := look(t, s, "C0INCIDENTS", map[string]string{"ana": "U0ANA"}); len(said) != 0 || time.Since(begun) < time.Minute {
			t.Errorf("%q after %s", said, time.Since(begun))
		}
	})
}
