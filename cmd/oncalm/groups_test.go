package main

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/bot/slackfake/faults"
	"github.com/oncalm/oncalm/rotations"
)

// grouping are the keys of a schedule with a user group, and without notices.
const grouping = "remind: 0s\n    handoff: none\n    user_group: S0ONCALL"

// group is who is in the user group; "off" if it is disabled.
func (w *world) group() string {
	w.t.Helper()
	g, ok := w.slack.Group("oncall")
	switch {
	case !ok:
		w.t.Fatal("there is no user group")
	case g.Disabled:
		return "off"
	}
	return strings.ToLower(strings.ReplaceAll(strings.Join(slices.Sorted(slices.Values(g.Users)), " "), "U0", ""))
}

// groupCalls are the calls about user groups since it was asked last.
func (w *world) groupCalls() (calls []string) {
	n := 0
	for _, c := range w.slack.API.Calls() {
		if name, ok := strings.CutPrefix(c.Method, "usergroups."); ok {
			if n++; n > w.seen["calls"] {
				calls = append(calls, name)
			}
		}
	}
	w.seen["calls"] = n
	return calls
}

func (w *world) hasGroup(want string, calls ...string) {
	w.t.Helper()
	if got := w.group(); got != want {
		w.t.Errorf("at %s: the group is %q, want %q", clock(), got, want)
	}
	if diff := cmp.Diff(calls, w.groupCalls()); diff != "" {
		w.t.Errorf("at %s: calls about groups (-want +got):\n%s", clock(), diff)
	}
}

// TestUserGroups holds that a user group has who is on call, with one change for each that is one.
func TestUserGroups(t *testing.T) {
	shop{begin: "2000-01-04T07:50", shift: "1d", keys: grouping, more: "handoffs: {groups: {S0ONCALL: [cy]}}"}.play(t, func(w *world) {
		w.Wait(time.Minute)
		w.hasGroup("ana cy", "list", "users.update")
		w.until("2000-01-04T08:01")
		w.hasGroup("bo cy", "list", "users.update")
		w.override("1", rotations.Override{Person: "cy", From: time.Now(), To: time.Now().Add(time.Minute)})
		w.Wait(3 * time.Minute)
		w.hasGroup("bo cy", "list", "users.update", "list", "users.update")
		w.Restart()
		w.Wait(time.Minute)
		w.hasGroup("bo cy", "list")
	})
}

// TestUserGroupOfNobody holds that a group is disabled while nobody is on call.
func TestUserGroupOfNobody(t *testing.T) {
	s := shop{begin: "2000-01-04T09:55", zone: "UTC", shift: "1d, only: [{from: \"08:00\", to: \"10:00\"}]", keys: grouping}
	s.play(t, func(w *world) {
		w.Wait(time.Minute)
		w.hasGroup("bo", "list", "users.update")
		w.until("2000-01-04T10:01")
		w.hasGroup("off", "list", "disable")
		w.Restart()
		w.Wait(time.Minute)
		w.hasGroup("off", "list")
		w.until("2000-01-05T08:01") // before nine it is still bo's turn
		w.hasGroup("bo", "list", "enable")
	})
}

// TestUserGroupThatSlackRefuses holds that what is missing is told once, that pages go out, and that it goes on once nothing
// is missing.
func TestUserGroupThatSlackRefuses(t *testing.T) {
	for _, code := range []string{"permission_denied", "paid_teams_only", "plan_upgrade_required", "missing_scope", "not_allowed_token_type", "no_permission"} {
		t.Run(code, func(t *testing.T) {
			refusal := func(w *world) {
				w.slack.Faults.Fail(faults.Fault{Method: "usergroups.users.update", Kind: faults.Error(code)})
			}
			shop{begin: "2000-01-04T07:50", shift: "1h", keys: grouping, before: refusal}.play(t, func(w *world) {
				w.until("2000-01-04T10:01")
				w.Restart()
				w.until("2000-01-04T11:01")
				goldenText(t, "group-"+code+".txt", w.allTold())
				w.Alarm("checkout-5xx")
				w.Paged("ana", "checkout-5xx")
				if p := w.app.now().bot.Status().Problem; p != "" {
					t.Errorf("problem: %s", p)
				}
				w.slack.Faults.Clear()
				w.until("2000-01-04T12:01")
				if got := w.group(); got != "bo" {
					t.Errorf("the group is %q", got)
				}
				refusal(w)
				w.until("2000-01-04T13:01")
				if n := len(heads(w.allTold())); n != 1 {
					t.Errorf("told %d times that it is refused again, want 1", n)
				}
			})
		})
	}
}

// TestUserGroupWithABadMember holds that one who left the workspace does not keep the others out.
func TestUserGroupWithABadMember(t *testing.T) {
	s := shop{begin: "2000-01-04T07:50", shift: "1d", keys: grouping, more: "handoffs: {groups: {S0ONCALL: [bo]}}", deactivated: true}
	s.play(t, func(w *world) {
		w.Wait(time.Minute)
		w.hasGroup("ana", "list", "users.update", "users.update")
		w.until("2000-01-04T08:01") // bo alone
		w.hasGroup("off", "list", "users.update", "disable")
	})
}

// TestUserGroupWithABadSlack holds that a group comes right when Slack asks to wait, or fails.
func TestUserGroupWithABadSlack(t *testing.T) {
	for name, kind := range map[string]faults.Kind{
		"429": faults.RateLimited("30"), "500": faults.Status(500), "lost": faults.StoredButTimedOut(),
	} {
		t.Run(name, func(t *testing.T) {
			shop{begin: "2000-01-04T07:50", shift: "1d", keys: grouping, before: func(w *world) {
				w.slack.Faults.Fail(faults.Fault{Method: "usergroups.list", Times: 1, Kind: kind})
				w.slack.Faults.Fail(faults.Fault{Method: "usergroups.users.update", Times: 1, Kind: kind})
			}}.play(t, func(w *world) {
				w.Wait(3 * time.Minute)
				if got := w.group(); got != "ana" {
					t.Errorf("the group is %q, want ana", got)
				}
				if told := w.allTold(); told != "" {
					t.Errorf("told:\n%s", told)
				}
			})
		})
	}
}

// TestUserGroupOfSeveralSchedules holds that a group has the people of all its schedules, each once.
func TestUserGroupOfSeveralSchedules(t *testing.T) {
	keys := grouping + `
  nights:
    zone: UTC
    handoff: none
    remind: 0s
    user_group: S0ONCALL
    layers: [{name: primary, people: [bo, cy], start: "2000-01-03T08:30", shift: 1d}]`
	shop{begin: "2000-01-04T07:50", shift: "1d", keys: keys}.play(t, func(w *world) {
		w.Wait(time.Minute)
		w.hasGroup("ana bo", "list", "users.update")
		w.until("2000-01-04T08:01") // bo on both
		w.hasGroup("bo", "list", "users.update")
		w.until("2000-01-04T08:31")
		w.hasGroup("bo cy", "list", "users.update")
	})
}
