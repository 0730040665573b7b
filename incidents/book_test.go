package incidents_test

import (
	"encoding/json"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/bolt"
	"github.com/oncalm/oncalm/store/storetest"
)

var noon = time.Date(2026, 3, 28, 12, 0, 0, 0, time.UTC)

func newBook(t testing.TB) *incidents.Book {
	t.Helper()
	s, err := bolt.Open(filepath.Join(t.TempDir(), "i.db"), bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return &incidents.Book{Store: storetest.Twice(s)}
}

func open(t testing.TB, b *incidents.Book, o incidents.Opened) *incidents.Incident {
	t.Helper()
	var i *incidents.Incident
	err := b.Store.Update(t.Context(), func(tx store.Tx) (err error) {
		i, err = b.Open(tx, noon, noon, incidents.ByAlarm("cpu"), o)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return i
}

func record(t testing.TB, b *incidents.Book, id string, by incidents.Actor, body incidents.Body) *incidents.Incident {
	t.Helper()
	i, err := b.Record(t.Context(), id, by, body)
	if err != nil {
		t.Fatal(err)
	}
	return i
}

func view(t testing.TB, b *incidents.Book, fn func(store.Tx) error) {
	t.Helper()
	if err := b.Store.View(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

var (
	ana = incidents.Person("ana")
	bo  = incidents.Person("bo")
)

func TestIDsCountUpAndSortByTime(t *testing.T) {
	b := newBook(t)
	for want := range 12 {
		if i := open(t, b, incidents.Opened{Title: "x"}); i.ID != []string{"1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11",
			"12"}[want] {
			t.Fatalf("id %q at place %d", i.ID, want)
		}
	}
	record(t, b, "3", ana, incidents.Resolved{})
	view(t, b, func(tx store.Tx) error {
		want := []string{"1", "2", "4", "5", "6", "7", "8", "9", "10", "11", "12"}
		if diff := cmp.Diff(want, incidents.OpenIDs(tx, 0)); diff != "" {
			t.Errorf("open (-want +got):\n%s", diff)
		}
		return nil
	})
}

func TestRefusals(t *testing.T) {
	b := newBook(t)
	open(t, b, incidents.Opened{Title: "x"})
	record(t, b, "1", ana, incidents.Acknowledged{})
	refused := func(body incidents.Body, want error) {
		t.Helper()
		_, err := b.Record(t.Context(), "1", bo, body)
		r, ok := errors.AsType[*incidents.Refused](err)
		if !errors.Is(err, want) || !ok || r.Incident.AcknowledgedBy != ana {
			t.Errorf("%T: %v, want %v with the incident as it stands", body, err, want)
		}
	}
	refused(incidents.Acknowledged{}, incidents.ErrAcknowledged)
	refused(incidents.Reopened{}, incidents.ErrAlreadyOpen)
	refused(incidents.Struck{Seq: 1}, incidents.ErrNoSuchLine) // only notes can be struck
	refused(incidents.Struck{Seq: 9}, incidents.ErrNoSuchLine)
	record(t, b, "1", ana, incidents.Resolved{})
	refused(incidents.Acknowledged{}, incidents.ErrResolved)
	refused(incidents.Resolved{}, incidents.ErrResolved)
	refused(incidents.Escalated{}, incidents.ErrResolved)
	for _, id := range []string{"2", "0", "-1", "", "abc", "999999", "99999999999999999999", "../1"} {
		if _, err := b.Record(t.Context(), id, ana, incidents.Noted{Text: "x"}); !errors.Is(err, incidents.ErrNotFound) {
			t.Errorf("id %q: %v, want not found", id, err)
		}
	}
	view(t, b, func(tx store.Tx) error {
		events, err := incidents.Timeline(tx, "1")
		if len(events) != 3 {
			t.Errorf("%d events, %v; want 3: a refusal leaves no trace", len(events), err)
		}
		return err
	})
}

func TestFollowersAnswerInTheSameTransaction(t *testing.T) {
	b := newBook(t)
	b.Followers = []incidents.Follower{func(tx store.Tx, now time.Time, i *incidents.Incident,
		e incidents.Event) []incidents.Body {
		tx.Put("last", []byte(e.Kind()))
		if _, ok := e.Body.(incidents.Opened); ok {
			return []incidents.Body{incidents.Paged{Key: "k", Person: "ana", Then: "next"}}
		}
		return nil
	}}
	i := open(t, b, incidents.Opened{Title: "x"})
	if i.Pages["k"].Person != "ana" || i.Then != "next" || i.Seq != 2 {
		t.Errorf("incident = %+v; want the page on it", i)
	}
	view(t, b, func(tx store.Tx) error {
		if got := string(tx.Get("last")); got != "paged" {
			t.Errorf("the follower saw %q last, want its own event too", got)
		}
		return nil
	})
}

func TestFollowersThatNeverEndAreStopped(t *testing.T) {
	b := newBook(t)
	b.Followers = []incidents.Follower{func(store.Tx, time.Time, *incidents.Incident, incidents.Event) []incidents.Body {
		return []incidents.Body{incidents.Noted{Text: "again"}}
	}}
	err := b.Store.Update(t.Context(), func(tx store.Tx) error {
		_, err := b.Open(tx, noon, noon, ana, incidents.Opened{})
		return err
	})
	if err == nil || !strings.Contains(err.Error(), "follow from one") {
		t.Errorf("err = %v, want a refusal", err)
	}
}

func TestNewerKindsAreKeptAndSkipped(t *testing.T) {
	b := newBook(t)
	open(t, b, incidents.Opened{Title: "x"})
	const line = `{"seq":2,"at":"2026-03-28T12:00:00Z","recorded":"2026-03-28T12:00:00Z","by":{"kind":"person","name":"ana"},"kind":"teleported","body":{"to":"mars"}}`
	var e incidents.Event
	if err := json.Unmarshal([]byte(line), &e); err != nil {
		t.Fatal(err)
	}
	again, err := json.Marshal(e)
	if err != nil || string(again) != line {
		t.Errorf("written again: %s, %v", again, err)
	}
	i, err := incidents.Fold("1", []incidents.Event{{Seq: 1, Body: incidents.Opened{Title: "x"}}, e})
	if err != nil || i.Seq != 2 || i.Title != "x" {
		t.Errorf("fold = %+v, %v", i, err)
	}
}

func TestFoldRefusesWhatCannotHaveBeenRecorded(t *testing.T) {
	for name, events := range map[string][]incidents.Event{
		"a gap":          {{Seq: 1, Body: incidents.Opened{}}, {Seq: 3, Body: incidents.Noted{}}},
		"opened twice":   {{Seq: 1, Body: incidents.Opened{}}, {Seq: 2, Body: incidents.Opened{}}},
		"resolved twice": {{Seq: 1, Body: incidents.Opened{}}, {Seq: 2, Body: incidents.Resolved{}}, {Seq: 3, Body: incidents.Resolved{}}},
	} {
		if _, err := incidents.Fold("1", events); err == nil {
			t.Errorf("%s: folded without an error", name)
		}
	}
}

// TestHeadIsTheFold does random things to incidents; whatever was accepted or
// refused, each head equals the fold of its timeline, statuses change only as they
// may, and numbers have no gaps.
func TestHeadIsTheFold(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		b := newBook(t)
		open(t, b, incidents.Opened{Title: "x", Alarm: alarm(r)})
		for n := rapid.IntRange(1, 25).Draw(r, "events"); n > 0; n-- {
			before := head(t, b)
			after, err := b.Record(t.Context(), "1", rapid.SampledFrom([]incidents.Actor{ana, bo}).Draw(r, "by"), body(r))
			if err != nil {
				if diff := cmp.Diff(before, head(t, b)); diff != "" {
					r.Fatalf("a refusal changed the incident:\n%s", diff)
				}
				continue
			}
			if !allowed(before.Status, after.Status) || after.Seq != before.Seq+1 {
				r.Fatalf("%s, event %d became %s, event %d", before.Status, before.Seq, after.Status, after.Seq)
			}
		}
		var folded incidents.Incident
		view(t, b, func(tx store.Tx) error {
			events, err := incidents.Timeline(tx, "1")
			if err != nil {
				return err
			}
			folded, err = incidents.Fold("1", events)
			return err
		})
		if diff := cmp.Diff(wire(t, folded), wire(t, head(t, b))); diff != "" {
			r.Fatalf("the head is not the fold (-fold +head):\n%s", diff)
		}
	})
}

func allowed(from, to incidents.Status) bool {
	const triggered, acked, resolved = incidents.StatusTriggered, incidents.StatusAcknowledged, incidents.StatusResolved
	switch from {
	case triggered:
		return true
	case acked:
		return true // an escalation triggers it again
	case resolved:
		return to == resolved || to == triggered
	}
	return false
}

func wire(t testing.TB, i incidents.Incident) string {
	t.Helper()
	b, err := json.MarshalIndent(i, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func head(t testing.TB, b *incidents.Book) (i incidents.Incident) {
	t.Helper()
	view(t, b, func(tx store.Tx) error {
		found, err := incidents.Head(tx, "1")
		if err == nil {
			i = *found
		}
		return err
	})
	return i
}

// TestEvidence: the newest word of the alarm that opened an incident, in whichever event it stands.
func TestEvidence(t *testing.T) {
	b := newBook(t)
	says := func(series, reason string, state incidents.AlarmState) incidents.Alarm {
		return incidents.Alarm{Name: series, Series: series, State: state, Reason: reason, Changed: noon, Received: noon}
	}
	want := func(reason string) {
		t.Helper()
		i := head(t, b)
		var a *incidents.Alarm
		view(t, b, func(tx store.Tx) (err error) {
			a, err = incidents.Evidence(tx, &i)
			return err
		})
		if a == nil && reason != "" || a != nil && a.Reason != reason {
			t.Errorf("the evidence is %+v, want %q", a, reason)
		}
	}
	first := says("s1", "first", incidents.AlarmFiring)
	open(t, b, incidents.Opened{Title: "x"})
	want("")
	record(t, b, "1", ana, incidents.Resolved{})
	record(t, b, "1", ana, incidents.Reopened{Alarm: &first})
	want("first")
	for _, tt := range []struct {
		word incidents.Reported
		want string
	}{
		{incidents.Reported{Alarm: says("s2", "of another", incidents.AlarmFiring)}, "first"},
		{incidents.Reported{Alarm: says("s1", "second", incidents.AlarmOK)}, "second"},
		{incidents.Reported{Alarm: says("s1", "overtaken", incidents.AlarmFiring), Late: true}, "second"},
	} {
		record(t, b, "1", ana, tt.word)
		want(tt.want)
	}
	i := head(t, b)
	i.LatestAlarm.Event = 99
	view(t, b, func(tx store.Tx) error {
		if a, err := incidents.Evidence(tx, &i); err == nil || !strings.Contains(err.Error(), "event 99") {
			t.Errorf("an event that is not there is %+v, error %v", a, err)
		}
		return nil
	})
}

func alarm(r *rapid.T) *incidents.Alarm {
	states := []incidents.AlarmState{incidents.AlarmFiring, incidents.AlarmOK, incidents.AlarmUnknown}
	return &incidents.Alarm{
		Name: "cpu", Series: rapid.SampledFrom([]string{"s1", "s2"}).Draw(r, "series"),
		State: rapid.SampledFrom(states).Draw(r, "state"), Changed: noon,
	}
}

func body(r *rapid.T) incidents.Body {
	page := rapid.SampledFrom([]string{"p1", "p2"}).Draw(r, "page")
	person := rapid.SampledFrom([]string{"ana", "bo"}).Draw(r, "person")
	return rapid.SampledFrom([]incidents.Body{
		incidents.Reported{Alarm: *alarm(r)}, incidents.Reported{Alarm: *alarm(r), Late: true},
		incidents.Joined{Alarm: *alarm(r), Severity: "sev3"},
		incidents.Worsened{Raised: incidents.Raised{Severity: "sev1"}, Again: true},
		incidents.Absorbed{Incident: "2"}, incidents.Split{Series: []string{"s1"}, To: "2"}, incidents.Resolved{Into: "2"},
		incidents.Reopened{}, incidents.Acknowledged{}, incidents.Escalated{}, incidents.Resolved{},
		incidents.Paged{Key: page, Person: person}, incidents.Delivered{Key: page, Person: person},
		incidents.Undelivered{Key: page, Person: person}, incidents.Withheld{Key: page, Person: person},
		incidents.Noted{Text: "n"}, incidents.Struck{Seq: 2},
	}).Draw(r, "body")
}

// TestDamagedCounter: no incident is written over another.
func TestDamagedCounter(t *testing.T) {
	b := newBook(t)
	opened := incidents.Opened{Title: "x", Severity: "sev2"}
	first, second := open(t, b, opened), open(t, b, opened)
	for _, damage := range []string{"", "0", "x", "1"} {
		err := b.Store.Update(t.Context(), func(tx store.Tx) error {
			tx.Put("counter/incident", []byte(damage))
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if i := open(t, b, opened); i.ID == first.ID || i.ID == second.ID {
			t.Fatalf("with the counter %q incident %s is written over", damage, i.ID)
		} else {
			second = i
		}
	}
}
