package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/oncalm/oncalm/rotations/feed"
	"github.com/oncalm/oncalm/store"
)

// How far a feed reaches from today, in days. Calendar programs forget what a feed no longer has, so some weeks of the past
// stay in it.
const (
	daysBack  = 30
	daysAhead = 180
)

// RegisterFeeds adds the calendars that people subscribe to, for the public door. Who asks proves with a token that they may;
// whoever cannot is told that there is nothing, whether there is or not.
func (s *Schedules) RegisterFeeds(mux *http.ServeMux) {
	mux.HandleFunc("GET "+feed.Route+"{file}", func(w http.ResponseWriter, r *http.Request) { s.calendar(w, r, feed.Schedule) })
	mux.HandleFunc("GET "+feed.Route+"person/{file}", func(w http.ResponseWriter, r *http.Request) { s.calendar(w, r, feed.Person) })
	mux.HandleFunc(feed.Route, func(w http.ResponseWriter, _ *http.Request) { nothing(w) })
}

// nothing answers everybody who may not read, or asks for what is not there.
func nothing(w http.ResponseWriter) { http.Error(w, "not found", http.StatusNotFound) }

// calendar answers with the calendar of a schedule or a person. The token is looked at before it is known whether there is such a schedule.
func (s *Schedules) calendar(w http.ResponseWriter, r *http.Request, kind feed.Kind) {
	name, ok := strings.CutSuffix(r.PathValue("file"), ".ics")
	wanted := feed.Feed{Kind: kind, Name: name}
	cal := feed.Calendar{Name: name + " on call"}
	if sched, ok := s.Schedules[name]; ok && kind == feed.Schedule {
		cal.Zone = sched.Zone
	}
	allowed := false
	err := s.Store.View(r.Context(), func(tx store.Tx) error {
		allowed = ok && feed.Allowed(tx, wanted, r.URL.Query().Get("token"))
		if allowed {
			cal.Stamp, cal.Entries = s.entries(tx, wanted, s.Clock.Now())
		}
		return nil
	})
	switch {
	case err != nil:
		s.Log.Error("a calendar could not be read", "kind", kind, "name", name, "err", err)
		http.Error(w, "the calendar cannot be read now", http.StatusServiceUnavailable)
	case !allowed || !s.known(wanted):
		nothing(w)
	default:
		s.send(w, r, cal)
	}
}

// known reports whether the feed's schedule is still there. A person who has no shifts any more has an empty calendar.
func (s *Schedules) known(wanted feed.Feed) bool {
	_, ok := s.Schedules[wanted.Name]
	return ok || wanted.Kind == feed.Person
}

// entries are the shifts of a feed. The span moves on by days, and so does the stamp: within a day the answer is the same as
// long as the shifts are. A stamp (DTSTAMP) of the moment would change each answer, and calendar programs would take all of
// it for news.
func (s *Schedules) entries(tx store.Tx, wanted feed.Feed, now time.Time) (today time.Time, entries []feed.Entry) {
	today = now.UTC().Truncate(24 * time.Hour)
	span := feed.Span{From: today.AddDate(0, 0, -daysBack), To: today.AddDate(0, 0, daysAhead)}
	if wanted.Kind == feed.Schedule {
		if sched, ok := s.Schedules[wanted.Name]; ok {
			entries = feed.OfSchedule(sched, s.Overrides(tx, sched.Name), span)
		}
		return today, entries
	}
	for _, name := range slices.Sorted(maps.Keys(s.Schedules)) {
		sched := s.Schedules[name]
		entries = append(entries, feed.OfPerson(wanted.Name, sched, s.Overrides(tx, sched.Name), span)...)
	}
	return today, entries
}

// send sends a calendar, or says that the one that the other side has is still right.
func (s *Schedules) send(w http.ResponseWriter, r *http.Request, cal feed.Calendar) {
	var b bytes.Buffer
	if _, err := cal.WriteTo(&b); err != nil {
		s.Log.Error("a calendar could not be written", "err", err)
		http.Error(w, "the calendar cannot be read now", http.StatusServiceUnavailable)
		return
	}
	hash := sha256.Sum256(b.Bytes())
	h := w.Header()
	h.Set("Content-Type", feed.Form)
	h.Set("Content-Disposition", `inline; filename="on-call.ics"`)
	h.Set("Cache-Control", "private, no-cache") // kept, but asked about each time: a swap counts at once
	h.Set("ETag", `"`+hex.EncodeToString(hash[:16])+`"`)
	// it answers If-None-Match with 304
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(b.Bytes()))
}
