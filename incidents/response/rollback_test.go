package response

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/incidents/wording"
)

// said is a sentence in one text.
func said(s wording.Sentence) (all string) {
	for _, p := range s {
		all += p.Text
	}
	return all
}

// TestRollbackFacts: each fact moves the rollback on from where it may, says what happened, is read as it was written, and changes
// nothing if it is of another rollback.
func TestRollbackFacts(t *testing.T) {
	at := time.Date(2026, 3, 11, 14, 2, 0, 0, time.UTC)
	asked := RollbackRequested{N: 1, Person: "ana", Target: "ecs prod/web", From: "web:43", To: "web:42", Digest: "d", Needs: 2,
		Until: at}
	alone, dry := asked, asked
	alone.Needs, alone.Alone, alone.Reason = 0, true, "nobody else is there"
	dry.Dry = true
	seen := map[string]bool{}
	for _, tt := range []struct {
		from Phase
		fact Fact
		want Phase
		says string
	}{
		{"", asked, Requested, "asked to roll ecs prod/web back from web:43 to web:42"},
		{Proven, alone, Approved, "asked to roll ecs prod/web back from web:43 to web:42 without the approval that it needs, since it could not wait: nobody else is there"},
		{"", dry, Requested, "asked to roll ecs prod/web back from web:43 to web:42 (a dry run: nothing is changed)"},
		{Requested, RollbackApproved{N: 1, Person: "bo"}, Requested, "approved the rollback"},
		{Requested, RollbackDeclined{N: 1, Reason: "we fix it"}, Declined, "declined the rollback: we fix it"},
		{Requested, RollbackExpired{N: 1}, Expired, "let the request for a rollback expire; nothing was rolled back"},
		{Approved, RollbackVoided{N: 1, Why: "w"}, Voided, "did not start the rollback: w"},
		{Approved, RollbackStarted{N: 1, When: at, To: "web:42"}, Started, "started the rollback to web:42"},
		{Requested, RollbackStarted{N: 1, When: at, To: "web:42"}, Requested, "started the rollback to web:42"},
		{Started, RollbackUnknown{N: 1, Why: "w"}, Unknown, "does not know what became of the rollback: w"},
		{Unknown, RollbackFinished{N: 1, When: at, To: "web:42"}, Finished, "finished the rollback: it is web:42 again"},
		{Approved, RollbackFinished{N: 1, When: at, To: "web:42", Dry: true}, Finished, "ended the dry run of the rollback to web:42: it could be done now, and nothing was changed"},
		{Started, RollbackFailed{N: 1, Why: "w"}, Failed, "could not roll back: w"},
		{Finished, RollbackProven{N: 1, Proof: Helped, After: 192}, Proven, "saw that the rollback helped: OK 3 m 12 s after it had finished"},
		{Finished, RollbackProven{N: 1, Proof: Helped, After: -20}, Proven, "saw that the rollback helped: OK 20 s before it had finished"},
		{Finished, RollbackProven{N: 1, Proof: NotHelped, After: 900, Alarms: []string{"5xx"}}, Proven, "saw that the rollback did not help: still ALARM 15 m after it had finished (5xx)"},
		{Started, RollbackProven{N: 1, Proof: Unproven}, Started, "cannot tell whether the rollback helped: the alarm was OK before it was started"},
		{Declined, RollbackApproved{N: 1, Person: "bo"}, Declined, "approved the rollback"},
		{Expired, RollbackStarted{N: 1}, Expired, "started the rollback to "},
	} {
		state := func(n int) State {
			if tt.from == "" {
				return State{}
			}
			return State{Rollback: &Rollback{N: n, Phase: tt.from, By: "ana", Needs: 2, Approved: []string{"cy"}[:0]}}
		}
		s := state(1)
		was := s
		tt.fact.Apply(&s, 7)
		if s.Rollback.Phase != tt.want {
			t.Errorf("%s after %q: %q, want %q", tt.fact.Kind(), tt.from, s.Rollback.Phase, tt.want)
		}
		if was.Rollback != nil && was.Rollback.Phase != tt.from {
			t.Errorf("%s changes a state of before", tt.fact.Kind())
		}
		if tt.from != "" && tt.fact.Kind() != asked.Kind() {
			other, want := state(2), state(2)
			tt.fact.Apply(&other, 7)
			if diff := cmp.Diff(want, other); diff != "" {
				t.Errorf("%s of another rollback changes this one:\n%s", tt.fact.Kind(), diff)
			}
		}
		if got := said(tt.fact.Says()); got != tt.says {
			t.Errorf("%q, want %q", got, tt.says)
		}
		raw, err := json.Marshal(tt.fact)
		for _, k := range rollbackKinds() {
			if k.Name == tt.fact.Kind() {
				seen[k.Name] = true
				again, readErr := k.Read(raw)
				if diff := cmp.Diff(tt.fact, again); err != nil || readErr != nil || diff != "" {
					t.Errorf("%v %v\n%s", err, readErr, diff)
				}
			}
		}
	}
	if len(seen) != len(rollbackKinds()) {
		t.Errorf("tried %v of %d kinds", seen, len(rollbackKinds()))
	}
}

// TestApprovals: whoever asked does not count, nobody counts twice, and fewer than needed are too few.
func TestApprovals(t *testing.T) {
	var s State
	RollbackRequested{N: 1, Person: "ana", Needs: 2}.Apply(&s, 1)
	for _, tt := range []struct {
		person string
		want   Phase
	}{{"ana", Requested}, {"bo", Requested}, {"bo", Requested}, {"ana", Requested}, {"cy", Approved}, {"dee", Approved}} {
		RollbackApproved{N: 1, Person: tt.person}.Apply(&s, 2)
		if s.Rollback.Phase != tt.want {
			t.Errorf("after %s: %s, want %s", tt.person, s.Rollback.Phase, tt.want)
		}
	}
	if diff := cmp.Diff([]string{"bo", "cy"}, s.Rollback.Approved); diff != "" {
		t.Error(diff)
	}
}
