package ops

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/oncalm/oncalm/doors"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/history"
	"github.com/oncalm/oncalm/store"
)

// Routes of [Admin].
const (
	RouteIncidents = "/incidents" // and a query: JSON list of [history.Row], the newest first
	RouteTimeline  = "/timeline/" // and the id: JSON list of events
	RouteMessages  = "/messages"  // and a query: JSON list of [fates.Message], in order of time
	RouteChanges   = "/changes"   // and a span of time: JSON list of [changes.Change]
	RouteActions   = "/actions"   // JSON list of [actions.Row]: the action items that are open
	RouteCases     = "/cases"     // and a span of time: JSON list of [past.Case], the newest first
	RouteBefore    = "/before/"   // and the id: JSON list of [evidence.Earlier]
	RouteBackup    = "/backup"    // a copy of the store's file
)

// Admin is what a running server tells the command line, over [ListenLocal]: it must
// not be reached in any other way, for it asks nobody who they are. backup writes a
// consistent copy of the store.
func Admin(s store.Store, backup func(context.Context, io.Writer) error, log *slog.Logger) http.Handler {
	a := admin{s, backup, log, make(chan struct{}, streams)}
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+RouteAlive, alive)
	mux.HandleFunc("GET "+RouteIncidents, a.incidents)
	mux.HandleFunc("GET "+RouteTimeline+"{id}", a.timeline)
	mux.HandleFunc("GET "+RouteMessages, a.messages)
	mux.HandleFunc("GET "+RouteChanges, a.changes)
	mux.HandleFunc("GET "+RouteActions, a.actions)
	mux.HandleFunc("GET "+RouteCases, a.cases)
	mux.HandleFunc("GET "+RouteBefore+"{id}", a.before)
	mux.HandleFunc("GET "+RouteBackup, a.backup)
	mux.HandleFunc("GET "+RouteOverrides, a.overrides)
	mux.HandleFunc("GET "+RouteSilences, a.silences)
	mux.HandleFunc("GET "+RouteFeeds, a.feeds)
	mux.HandleFunc("POST "+RouteFeeds, a.makeFeed)
	mux.HandleFunc("DELETE "+RouteFeeds, a.revokeFeed)
	return doors.Frame(mux, log)
}

type admin struct {
	store  store.Store
	backUp func(context.Context, io.Writer) error
	log    *slog.Logger
	lists  chan struct{} // has one for each list that is on its way
}

// incidents sends the list of incidents that a query asks for.
func (a admin) incidents(w http.ResponseWriter, r *http.Request) {
	q, err := queryOf(r.URL.Query())
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	a.list(w, r, func(s *sending) error {
		return history.List(r.Context(), a.store, q, func(rows []history.Row) error {
			for _, row := range rows {
				val, err := row.Record()
				if err != nil {
					return err
				}
				s.add(val)
			}
			return s.flush()
		})
	})
}

// timeline sends the events of an incident.
func (a admin) timeline(w http.ResponseWriter, r *http.Request) {
	a.list(w, r, func(s *sending) error {
		return Timeline(r.Context(), a.store, r.PathValue("id"), func(events []incidents.Event) error {
			for _, e := range events {
				val, err := e.MarshalJSON()
				if err != nil {
					return err
				}
				s.add(val)
			}
			return s.flush()
		})
	})
}

// list sends a list. If it fails midway the connection is cut, so that the other side cannot take a part for the whole.
// Only so many are sent at a time (streams); the others wait here, as long as whoever asked does.
func (a admin) list(w http.ResponseWriter, r *http.Request, read func(*sending) error) {
	select {
	case a.lists <- struct{}{}:
		defer func() { <-a.lists }()
	case <-r.Context().Done():
		return
	}
	s := &sending{w: w}
	err := read(s)
	switch {
	case err == nil:
		s.end()
	case !s.begun:
		a.answer(w, r, nil, err)
	case r.Context().Err() == nil:
		a.log.Error("local request failed", "path", r.URL.Path, "err", err)
		fallthrough
	default:
		panic(http.ErrAbortHandler)
	}
}

// answer sends what fits into one piece, or says why not.
func (a admin) answer(w http.ResponseWriter, r *http.Request, v any, err error) {
	switch {
	case errors.Is(err, incidents.ErrNotFound):
		http.Error(w, err.Error(), http.StatusNotFound)
	case err != nil:
		a.log.Error("local request failed", "path", r.URL.Path, "err", err)
		http.Error(w, err.Error(), http.StatusInternalServerError)
	default:
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(v) // fails only if nobody listens any more
	}
}

// backup streams the copy. If it fails midway the connection is cut, so that the other
// side cannot take a part for the whole.
func (a admin) backup(w http.ResponseWriter, r *http.Request) {
	liftWriteDeadline(w)
	w.Header().Set("Content-Type", "application/octet-stream")
	if err := a.backUp(r.Context(), w); err != nil {
		a.log.Error("backup failed", "err", err)
		panic(http.ErrAbortHandler)
	}
}

// liftWriteDeadline lifts the deadline for writing an answer that may be long.
func liftWriteDeadline(w http.ResponseWriter) {
	_ = http.NewResponseController(w).SetWriteDeadline(time.Time{}) // without one there is none to lift
}
