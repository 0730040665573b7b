package replay

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/alarms"
	"github.com/oncalm/oncalm/cmd/oncalm/config"
	"github.com/oncalm/oncalm/fates"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/paging"
	"github.com/oncalm/oncalm/store"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

const topic = "arn:aws:sns:eu-central-1:123456789012:alarms"

// TestScratch holds that a transaction that fails leaves nothing, and that keys are in order.
func TestScratch(t *testing.T) {
	s := newScratch()
	put := func(fail error, keys ...string) {
		err := s.Update(t.Context(), func(tx store.Tx) error {
			for _, key := range keys {
				tx.Put(key, []byte(key))
			}
			if fail != nil {
				tx.Put("b", []byte("changed"))
				tx.Delete("a")
				tx.Delete("none")
			}
			return fail
		})
		if !errors.Is(err, fail) {
			t.Fatal(err)
		}
	}
	put(nil, "b", "a", "d")
	put(errors.New("no"), "c", "e")
	got := maps.Collect(s.Range("a", "d"))
	if diff := cmp.Diff(map[string][]byte{"a": []byte("a"), "b": []byte("b")}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if !slices.IsSorted(s.keys) || len(s.keys) != 3 {
		t.Errorf("%q", s.keys)
	}
}

// told is a past that a test tells.
type told struct {
	messages  []fates.Message
	timelines map[string][]incidents.Event
}

func (p told) Messages(_ context.Context, _ fates.Query, each func(fates.Message) error) error {
	for _, m := range p.messages {
		if err := each(m); err != nil {
			return err
		}
	}
	return nil
}

func (p told) Timeline(_ context.Context, id string) ([]incidents.Event, error) {
	if events := p.timelines[id]; events != nil {
		return events, nil
	}
	return nil, incidents.ErrNotFound
}

func alarm(n int, at time.Time, state string) fates.Message {
	text := fmt.Sprintf(`{"AlarmName":"checkout-%d","NewStateValue":%q,"StateChangeTime":%q,"NewStateReason":"r",`+
		`"AlarmArn":"arn:aws:cloudwatch:eu-central-1:123456789012:alarm:checkout-%d","AWSAccountId":"123456789012","OKActions":[%q]}`,
		n, state, at.Format("2006-01-02T15:04:05.000+0000"), n, topic)
	return fates.Message{At: at, Sent: at, ID: fmt.Sprint(n, state, at.Unix()), Topic: topic, Text: &text}
}

func settings() *config.Config {
	cfg := &config.Config{
		People:   map[string]config.Person{"ana": {Slack: "U0ANA"}, "bo": {Slack: "U0BO"}},
		Services: alarms.Services{Default: "checkout", All: []alarms.Service{{Name: "checkout", Policy: "all", Severity: "sev2"}}},
		Policies: map[string]paging.Policy{"all": {Name: "all", Rounds: 1, Fallback: []paging.Target{"person:bo"},
			Steps: []paging.Step{{Page: []paging.Target{"person:ana"}, Wait: 5 * time.Minute}}}},
	}
	cfg.SNS.Topics = []string{topic}
	return cfg
}

// TestNobodyKnows holds that somebody acknowledges soon what paged nobody in the past, and that what paged somebody goes on as
// long as it did.
func TestNobodyKnows(t *testing.T) {
	was := alarm(1, noon, "ALARM")
	was.Parts = []fates.Told{{Part: fates.Part{Name: "checkout-1", Outcome: "opened", Incident: "7"}}}
	event := func(seq int, at time.Time, by incidents.Actor, b incidents.Body) incidents.Event {
		return incidents.Event{Seq: seq, At: at, Recorded: at, By: by, Body: b}
	}
	opened := event(1, noon, incidents.ByAlarm("checkout-1"), incidents.Opened{Service: "checkout", Severity: "sev2"})
	paged := event(2, noon, incidents.Oncalm(), incidents.Paged{Key: "k", Person: "ana", Via: "slack"})
	acked := event(3, noon.Add(7*time.Minute), incidents.Person("ana"), incidents.Acknowledged{})
	for name, tt := range map[string]struct {
		timeline []incidents.Event
		ana, bo  int
	}{
		"it paged nobody":           {[]incidents.Event{opened}, 1, 0},
		"acknowledged after 7 min":  {[]incidents.Event{opened, paged, acked}, 1, 1},
		"nobody acknowledged it":    {[]incidents.Event{opened, paged}, 1, 2},
		"it is not there any more":  {nil, 0, 0},
		"it was opened before that": {[]incidents.Event{event(1, noon.Add(-48*time.Hour), incidents.Oncalm(), incidents.Opened{})}, 0, 0},
	} {
		past := told{[]fates.Message{was}, map[string][]incidents.Event{"7": tt.timeline}}
		r, err := Compare(t.Context(), settings(), past, nil, noon.Add(-time.Hour), noon.Add(40*time.Minute))
		if err != nil {
			t.Fatal(err)
		}
		after := map[string]int{}
		for _, p := range r.Pages {
			after[p.Person] += p.After
		}
		if after["ana"] != tt.ana || after["bo"] != tt.bo || r.Messages+r.LeftOut != 1 {
			t.Errorf("%s: %+v", name, r)
		}
	}
}

// TestNights holds what a night is, where the person is.
func TestNights(t *testing.T) {
	tokyo, err := time.LoadLocation("Asia/Tokyo")
	if err != nil {
		t.Fatal(err)
	}
	cfg := settings()
	cfg.People["bo"] = config.Person{Zone: tokyo}
	c := newCount(cfg, noon)
	for _, tt := range []struct{ person, at, want string }{
		{"ana", "2026-03-02T21:59:59Z", ""}, {"ana", "2026-03-02T22:00:00Z", "2026-03-02"}, {"ana", "2026-03-03T06:59:59Z", "2026-03-02"},
		{"ana", "2026-03-03T07:00:00Z", ""}, {"bo", "2026-03-02T13:00:00Z", "2026-03-02"}, {"bo", "2026-03-02T22:00:00Z", ""},
		{"gone", "2026-03-02T23:00:00Z", "2026-03-02"},
	} {
		at, err := time.Parse(time.RFC3339, tt.at)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.night(tt.person, at); got != tt.want {
			t.Errorf("%s at %s: %q, want %q", tt.person, tt.at, got, tt.want)
		}
	}
}

// TestStorm holds that a week of many messages is played in moments: each costs what it costs, not what there is already.
func TestStorm(t *testing.T) {
	var past told
	for n := range 3000 {
		at := noon.Add(time.Duration(n) * 3 * time.Second)
		past.messages = append(past.messages, alarm(n, at, "ALARM"))
	}
	begun := time.Now()
	r, err := Compare(t.Context(), settings(), past, nil, noon.Add(-time.Hour), noon.Add(24*time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	if r.Messages != 3000 || r.Incidents.After == 0 || len(r.Changed) != 3000 {
		t.Errorf("%d messages, %+v, %d changed", r.Messages, r.Incidents, len(r.Changed))
	}
	if took := time.Since(begun); took > time.Minute {
		t.Errorf("it took %s", took)
	}
	t.Log(time.Since(begun), len(r.Pages), r.Incidents)
}
