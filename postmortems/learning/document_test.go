package learning_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/response"
	"github.com/oncalm/oncalm/postmortems"
	"github.com/oncalm/oncalm/postmortems/learning"
	"github.com/oncalm/oncalm/postmortems/markdown"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/templates"
)

// declares opens an incident by hand.
func (h *house) declares(title, service string) (id string) {
	h.t.Helper()
	h.update(func(tx store.Tx) error {
		opened := incidents.Opened{Title: title, Service: service, Severity: incidents.Sev2}
		i, err := h.book.Open(tx, h.now, h.now, ana, opened)
		id = i.ID
		return err
	})
	return id
}

// TestDocumentTellsWhatWasBefore: the document says how often the alarm had fired, what helped, what is to be done since, and which
// incidents were told of in the same words; and of nobody who they are.
func TestDocumentTellsWhatWasBefore(t *testing.T) {
	h := newHouse(t, learning.Follow)
	h.now = noon.Add(-50 * day)
	rolled := h.fires("checkout-5xx")
	h.rolls(rolled, "ecs prod/web")
	h.does(rolled, ana, incidents.Resolved{}, incidents.Responded{Fact: response.Planned{N: 1, What: "a test"}})
	h.now = noon.Add(-40 * day)
	passed := h.fires("checkout-5xx")
	h.recovers(passed, "checkout-5xx")
	h.now = noon.Add(-30 * day)
	alike := h.declares("sessions are lost since ana <!channel> [x](https://evil.example)", "login")
	h.does(alike, ana, incidents.Noted{Text: "redis failover, clients write to the old primary: READONLY"}, incidents.Resolved{})
	h.declares("the printer is out of paper", "login") // open, so it is no case
	same := h.declares("the basket is slow", "checkout")
	h.does(same, ana, incidents.Resolved{})
	deploy := incidents.Responded{Fact: response.Changed{Change: "c", Title: "deployed", Thing: "ecs/prod/web", Account: "1",
		Region: "r", Ago: time.Minute}}
	changed := h.declares("prices are wrong", "prices")
	h.does(changed, ana, deploy, incidents.Resolved{})
	h.now = noon
	id := h.fires("checkout-5xx")
	h.does(id, ana, deploy, incidents.Noted{Text: "READONLY again: redis has failed over, clients hang on the old primary"})

	d, err := postmortems.FromStore(t.Context(), h.s, id, postmortems.AsRoles)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range d.Related {
		got = append(got, r.ID+": "+r.Why+"; "+r.Helped+"; "+r.Left)
	}
	want := []string{
		passed + ": the same alarm; ; ",
		rolled + ": the same alarm; the rollback of ecs prod/web, in 4 min; 1 of 1 open",
		changed + ": changed before both: ecs/prod/web; ; ",
		same + ": the same service; ; ",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	const told = "The alarm had fired twice in the 90 days before, 1 of them over by themselves in under 5 min. It fired again although " +
		"there are action items since incident 1: do they suffice, and are they done?"
	if d.RelatedTold != told {
		t.Errorf("%q; want %q", d.RelatedTold, told)
	}
	// of the same service, words that are alike are found, too
	mine := h.declares("logins fail", "login")
	h.does(mine, ana, incidents.Noted{Text: "READONLY from redis after the failover: clients write to the old primary"})
	if d, err = postmortems.FromStore(t.Context(), h.s, mine, postmortems.AsRoles); err != nil {
		t.Fatal(err)
	}
	if len(d.Related) != 1 || d.Related[0].ID != alike || !strings.HasPrefix(d.Related[0].Why, "words: ") {
		t.Errorf("%+v", d.Related)
	}
	texts, err := templates.Load("")
	if err != nil {
		t.Fatal(err)
	}
	out, err := markdown.Render(d, texts)
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"<!channel>", "](https://evil", " ana "} {
		if strings.Contains(string(out), bad) {
			t.Errorf("%q is in the document", bad)
		}
	}
}

// TestDocumentReadsABoundedNumber: however much there was before, a document reads so much of it and no more.
func TestDocumentReadsABoundedNumber(t *testing.T) {
	h := newHouse(t, learning.Follow)
	for range 600 {
		h.now = h.now.Add(time.Minute)
		h.recovers(h.fires("p99"), "p99")
	}
	id := h.fires("p99")
	h.view(func(tx store.Tx) error {
		i, err := incidents.Head(tx, id)
		if err != nil {
			return err
		}
		timeline, err := incidents.Timeline(tx, id)
		c := &counting{Tx: tx}
		before := postmortems.Before(c, i, timeline)
		if len(before) != 200 || c.gets+c.ranged > 1200 {
			t.Errorf("%d incidents, %d gets, %d rows", len(before), c.gets, c.ranged)
		}
		return err
	})
}
