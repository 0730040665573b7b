package response

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/incidents/wording"
	"github.com/oncalm/oncalm/store/record/recordtest"
)

func TestRecord(t *testing.T) { recordtest.Check(t, (*State).Fields) }

// TestThawRequested: what was frozen is known after that, so that it can be thawed, and what is stored elsewhere stays.
func TestThawRequested(t *testing.T) {
	was := &Freeze{Wanted: true, Gates: []string{"g"}}
	s := State{Freeze: was}
	ThawRequested{}.Apply(&s, 3)
	if s.Freeze.Wants() || len(s.Freeze.Gates) != 1 || !was.Wanted || (*Freeze)(nil).Wants() {
		t.Errorf("%+v, %+v", s.Freeze, was)
	}
}

// TestFacts: what a fact amounts to, what it says, and that it is read as it was written.
func TestFacts(t *testing.T) {
	at := time.Date(2026, 3, 11, 14, 2, 0, 0, time.UTC)
	seen := map[string]bool{}
	for _, tt := range []struct {
		fact Fact
		want State
		says string
	}{
		{Answered{Person: "ana", At: at, Number: 1, Of: 2}, State{}, "acknowledged, 1 of 2"},
		{HandoverAsked{Schedule: "shop", From: "ana", To: []string{"bo", "cy"}, At: at, After: time.Hour},
			State{Handover: &Handover{Schedule: "shop", From: "ana", To: []string{"bo", "cy"}, At: at, After: time.Hour}},
			"asked bo and cy to take over from ana, whose shift is over"},
		{TakenOver{Person: "bo", From: "ana", At: at}, State{}, "took it over from ana"},
		{Assigned{Role: Lead, Person: "ana"}, State{Lead: "ana"}, "made ana lead"},
		{Assigned{Role: Scribe, Person: "bo"}, State{Scribe: "bo"}, "made bo scribe"},
		{Assigned{Role: Comms}, State{}, "gave up that somebody is comms"},
		{Assigned{Role: "king", Person: "ana"}, State{}, "made ana king"},
		{Summarised{Text: "the pool is full"}, State{Summary: 7}, "summarised: the pool is full"},
		{Affected{Text: "no checkout", From: at, To: at}, State{Impact: 7}, "described the impact from 14:02 to 14:02: no checkout"},
		{Updated{Stage: Identified, Text: "we roll back", Next: at}, State{Update: 7, Stage: Identified, Next: at},
			"told the stakeholders (identified), the next time at 14:02: we roll back"},
		{Planned{What: "alarm on the pool", Person: "cy", Due: at}, State{Actions: 1},
			"planned an action item for cy, due 14:02: alarm on the pool"},
		{SectionWritten{Section: "summary", Text: "t", Base: 3}, State{}, "wrote the section “summary” of the postmortem"},
		{ReviewMoved{To: InReview}, State{}, "moved the postmortem on: it is in review"},
		{PostmortemDue{Due: at}, State{}, "asked for a postmortem, reviewed by Wed 2026-03-11 14:02 UTC"},
		{PostmortemDue{}, State{}, "asks for no postmortem"},
		{ReviewersNamed{Reviewers: []Reviewer{{"bo"}, {"cy"}}}, State{}, "asked for a review by bo and cy"},
		{ActionClosed{Item: 4, Reason: "the alarm is there"}, State{}, "closed an action item: the alarm is there"},
		{ActionReopened{Item: 4, Reason: "it does not fire"}, State{}, "reopened an action item: it does not fire"},
		{ActionChanged{Item: 4, Planned: Planned{What: "an alarm", Person: "bo", Due: at, Type: Detect, Priority: "p2",
			VerifyBy: "it fires", Link: "https://x.example/1"}}, State{}, "changed an action item for bo, due 14:02: an alarm"},
		{ActionTicketed{Item: 4, Ticket: "team/work#7", Link: "https://x.example/7"}, State{},
			"made the ticket team/work#7 of an action item"},
		{Measured{Metric: "5xx", From: at, Period: 60, Values: []*float64{new(1.0), new(12345.0), nil}, Threshold: new(5.0),
			Comparison: "GreaterThanThreshold"}, State{Measured: 7},
			"looked at the metric 5xx: 12.35k at the end, 1 to 12.35k in all; the alarm fires > 5"},
		{Measured{Metric: "5xx", From: at, Period: 60, Values: []*float64{nil}}, State{Measured: 7},
			"looked at the metric 5xx, which had no values"},
		{Convened{Channel: "C1", Name: "inc-4", Link: "https://x.example"}, State{}, "opened the Slack channel #inc-4"},
		{Changed{Change: "c", Family: "ecs", Title: "deployed web", Was: at, Ago: 6 * time.Minute},
			State{Changes: 1, Change: 7, ChangeAgo: 6 * time.Minute}, "found a change: deployed web, 6 min before the incident began"},
		{Changed{Change: "c", Family: "ecs", Title: "deployed web", Link: "https://x.example", Was: at, Ago: -3 * time.Second},
			State{Changes: 1}, "found a change: deployed web, 3 s after the incident began"},
		{Changed{Change: "c", Family: "ecs", Title: "deployed web", Was: at}, State{Changes: 1, Change: 7},
			"found a change: deployed web, in the second in which the incident began"},
		{FreezeRequested{Targets: []string{"codepipeline web/deploy", "codepipeline api/deploy"}, Gates: []string{"g", "h"}},
			State{Freeze: &Freeze{Wanted: true, Gates: []string{"g", "h"}}},
			"asked to freeze codepipeline web/deploy, codepipeline api/deploy while the incident is open"},
		{FreezeRequested{Targets: []string{"codepipeline web/deploy"}, Gates: []string{"g"}, Severity: "sev1"},
			State{Freeze: &Freeze{Wanted: true, Gates: []string{"g"}}}, "asked to freeze codepipeline web/deploy, since the incident is sev1"},
		{Frozen{Target: "codepipeline web/deploy"}, State{}, "froze codepipeline web/deploy"},
		{Frozen{Target: "codepipeline web/deploy", Others: "release day"}, State{},
			"left codepipeline web/deploy to whoever has stopped it already: release day"},
		{FreezeFailed{Target: "codepipeline web/deploy", Why: "AccessDenied"}, State{},
			"could not freeze codepipeline web/deploy yet, and tries again: AccessDenied"},
		{FreezeFailed{Target: "codepipeline web/deploy", Why: "AccessDenied", Thaw: true}, State{},
			"could not thaw codepipeline web/deploy yet, and tries again: AccessDenied"},
		{ThawRequested{}, State{}, "asked to thaw the pipelines"},
		{Thawed{Target: "codepipeline web/deploy"}, State{}, "thawed codepipeline web/deploy"},
		{Thawed{Target: "codepipeline web/deploy", Before: true}, State{}, "saw that codepipeline web/deploy is thawed"},
		{Thawed{Target: "codepipeline web/deploy", For: "5"}, State{}, "left codepipeline web/deploy frozen for incident 5"},
		{Thawed{Target: "codepipeline web/deploy", Others: "release day"}, State{},
			"left codepipeline web/deploy to whoever has stopped it since: release day"},
	} {
		var got State
		if tt.fact.Apply(&got, 7); !cmp.Equal(got, tt.want) {
			t.Errorf("%+v amounts to %+v, want %+v", tt.fact, got, tt.want)
		}
		says := ""
		for _, p := range tt.fact.Says() {
			if says += p.Text; p.Form == wording.Moment {
				says += p.At.Format("15:04")
			}
		}
		if says != tt.says {
			t.Errorf("%q, want %q", says, tt.says)
		}
		raw, err := json.Marshal(tt.fact)
		for _, k := range Kinds() {
			if k.Name != tt.fact.Kind() {
				continue
			}
			seen[k.Name] = true
			again, readErr := k.Read(raw)
			if diff := cmp.Diff(tt.fact, again); err != nil || readErr != nil || diff != "" {
				t.Errorf("%v %v\n%s", err, readErr, diff)
			}
		}
	}
	if want := len(Kinds()) - len(rollbackKinds()); len(seen) != want {
		t.Errorf("tried %v of %d kinds", seen, want)
	}
}
