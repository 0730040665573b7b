package main

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/oncalm/oncalm/bot/slackfake/faults"
	"github.com/oncalm/oncalm/incidents"
)

// playLimited runs a scene with Slack's limits, with pages that are told singly and with those that are told together. All services
// group their alarms, unless apart.
func playLimited(t *testing.T, apart bool, scene func(w *world, joined bool)) {
	t.Helper()
	for _, joined := range []bool{false, true} {
		t.Run(fmt.Sprintf("joined=%v", joined), func(t *testing.T) {
			play(t, func(w *world) {
				if !apart {
					w.text = strings.ReplaceAll(w.text, "group: 0, ", "")
				}
				w.configure("channel: C0INCIDENTS}", fmt.Sprintf("channel: C0INCIDENTS, joined_pages: %v}", joined))
				w.Wait(10 * time.Second)
				w.slack.Limits.On(true)
				scene(w, joined)
			})
		})
	}
}

// allPages counts the pages to everybody.
func (w *world) allPages() int { return len(w.pages("ana")) + len(w.pages("bo")) + len(w.pages("cy")) }

// TestFlappingUnderLimits: 150 changes in five minutes are two pages at most, whatever Slack makes of them.
func TestFlappingUnderLimits(t *testing.T) {
	for _, apart := range []bool{false, true} {
		playLimited(t, apart, func(w *world, _ bool) {
			w.flaps("checkout-5xx", 150, 2*time.Second)
			w.Wait(2 * time.Minute)
			if n := w.allPages(); n == 0 || n > 2 {
				w.t.Errorf("%d pages, want 1 or 2", n)
			}
			if n := w.count(); n != 1 {
				w.t.Errorf("%d incidents, want 1", n)
			}
		})
	}
}

// TestOneServiceUnderLimits: 60 alarms of one service within five minutes are an incident and a page.
func TestOneServiceUnderLimits(t *testing.T) {
	playLimited(t, false, func(w *world, _ bool) {
		for n := range 60 {
			w.Alarm(fmt.Sprintf("checkout-%02d", n))
			w.Wait(4900 * time.Millisecond)
		}
		if n := w.count(); n != 1 {
			w.t.Errorf("%d incidents, want 1", n)
		}
		if n := len(w.pages("ana")); n != 1 {
			w.t.Errorf("%d pages to ana, want 1", n)
		}
		if i, _ := w.Incident("1"); i.Alarms() != 60 {
			w.t.Errorf("%d alarms are part of it", i.Alarms())
		}
	})
	t.Run("the control: each by itself", func(t *testing.T) {
		playLimited(t, true, func(w *world, _ bool) {
			for n := range 60 {
				w.Alarm(fmt.Sprintf("checkout-%02d", n))
			}
			if n := w.count(); n != 60 {
				w.t.Errorf("%d incidents, want 60", n)
			}
		})
	})
}

// pageOf is a page as somebody reads it: of which incident, and how bad it is.
var pageOf = regexp.MustCompile(`(sev[1-4]): .*Incident (\d+)`)

// TestOrderAfterAnOutage: when Slack is there again people are told the worst first, and as it stands by then; nobody is told of what
// is over, or what somebody has. Single pages are in order as long as Slack takes them: when it refuses some, each is tried again in its
// own time.
func TestOrderAfterAnOutage(t *testing.T) {
	playLimited(t, true, func(w *world, joined bool) {
		w.slack.Limits.On(joined)
		w.slack.Faults.FailEvery(1, faults.Status(http.StatusServiceUnavailable)) // people still reach us
		const each = 12
		for n := range each { // the milder first
			for _, name := range []string{"search", "rest", "checkout"} {
				w.Alarm(fmt.Sprintf("%s-%02d", name, n))
			}
			w.Wait(2 * time.Second)
		}
		w.OK("checkout-03")
		w.OK("rest-03")
		w.Says("bo", "/incident", "ack 1")
		w.Says("bo", "/incident", "ack 6")
		w.Wait(2 * time.Minute)
		w.slack.Faults.Clear()
		back := time.Now()
		w.Wait(90 * time.Second)
		first := w.order(back)
		for n := 1; n < len(first); n++ {
			if first[n].severity < first[n-1].severity && first[n].at.After(first[n-1].at) {
				w.t.Errorf("%s of incident %s is told after %s of incident %s", first[n].severity, first[n].id, first[n-1].severity, first[n-1].id)
			}
		}
		if want := 3*each - 4; len(first) != want {
			w.t.Errorf("%d incidents were told, want %d", len(first), want)
		}
		for _, id := range []string{"1", "6", "11", "12"} {
			if slices.ContainsFunc(first, func(p toldPage) bool { return p.id == id }) {
				w.t.Errorf("incident %s was told", id)
			}
		}
		if !joined {
			w.orderInSlack(first)
		}
	})
}

// toldPage is when an incident was first told to somebody.
type toldPage struct {
	id, severity string
	at           time.Time
}

// order are the incidents that were told since then, in the order in which they were.
func (w *world) order(since time.Time) (first []toldPage) {
	w.t.Helper()
	for n := 1; n <= w.count(); n++ {
		i, _ := w.Incident(fmt.Sprint(n))
		p := toldPage{id: i.ID, severity: i.Severity}
		for _, page := range i.Pages {
			if page.Delivered.After(since) && (p.at.IsZero() || page.Delivered.Before(p.at)) {
				p.at = page.Delivered
			}
		}
		if !p.at.IsZero() {
			first = append(first, p)
		}
	}
	slices.SortStableFunc(first, func(a, b toldPage) int { return a.at.Compare(b.at) })
	return first
}

// orderInSlack holds that single pages stand in Slack in that order, and that each says how bad it is.
func (w *world) orderInSlack(first []toldPage) {
	w.t.Helper()
	last := incidents.Sev1
	seen := map[string]bool{}
	for _, m := range w.pages("ana") {
		found := pageOf.FindStringSubmatch(m.Text)
		if found == nil {
			w.t.Errorf("a page is %q", m.Text)
			continue
		}
		if found[1] < last {
			w.t.Errorf("%s is told after %s: %s", found[1], last, m.Text)
		}
		last, seen[found[2]] = found[1], true
	}
	if len(seen) != len(first) {
		w.t.Errorf("%d incidents stand in Slack, want %d", len(seen), len(first))
	}
}
