package rights_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/oncalm/oncalm/bot/rights"
)

// TestGroups: who is in a group has its role within minutes of that; where Slack does not say it any more, those who answer pages stay
// that, and approvers and admins are nobody.
func TestGroups(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		members, away := map[string][]string{"S0PAGED": {"U1", "U9"}, "S0LEADS": {"U2"}}, true
		var mu sync.Mutex
		g := &rights.Groups{Log: slog.New(slog.DiscardHandler), Ask: func(_ context.Context, id string) ([]string, error) {
			mu.Lock()
			defer mu.Unlock()
			if away {
				return nil, errors.New("Slack is away")
			}
			return members[id], nil
		}}
		rules := rights.Rules{rights.Responder: {"S0PAGED", "cy"}, rights.Approver: {"S0LEADS"}, rights.Viewer: {"dee"}}
		if got := rules.Groups(); !slices.Equal(got, []string{"S0LEADS", "S0PAGED"}) {
			t.Errorf("groups: %q", got)
		}
		who := func() string {
			now := g.Rules(rules, map[string]string{"U1": "ana", "U2": "bo"})
			people := []string{"ana", "bo", "cy", "dee"}
			return strings.Join(now.Who(rights.Respond, people), " ") + " | " + strings.Join(now.Who(rights.Approve, people), " ")
		}
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		go g.Run(ctx, rules.Groups)
		for _, step := range []struct {
			after time.Duration
			then  func()
			want  string
		}{
			{time.Second, func() { away = false }, "ana bo cy | "},
			{time.Minute, func() { members["S0PAGED"] = []string{"U2"} }, "ana cy | bo"},
			{3 * time.Minute, func() { away = true }, "bo cy | bo"},
			{2 * time.Minute, nil, "bo cy | bo"},
			{time.Hour, func() { away = false }, "bo cy | "},
			{time.Minute, nil, "bo cy | bo"},
		} {
			time.Sleep(step.after)
			synctest.Wait()
			if got := who(); got != step.want {
				t.Errorf("after %s: %q, want %q", step.after, got, step.want)
			}
			if step.then != nil {
				mu.Lock()
				step.then()
				mu.Unlock()
			}
		}
	})
}
