package web

import (
	"bytes"
	"context"
	_ "embed"
	"html/template"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/oncalm/oncalm/clocks"
	"github.com/oncalm/oncalm/drawing"
	"github.com/oncalm/oncalm/rotations"
	"github.com/oncalm/oncalm/rotations/civil"
	"github.com/oncalm/oncalm/rotations/strip"
	"github.com/oncalm/oncalm/store"
)

// Schedules are who is on call, for people: as calendars ([Schedules.RegisterFeeds]) and as a page ([Schedules.RegisterPage]).
type Schedules struct {
	Store     store.Store
	Schedules map[string]rotations.Schedule
	// Overrides are those of a schedule, as of the transaction.
	Overrides func(tx store.Tx, schedule string) []rotations.Override
	Clock     *clocks.Clock // nil is for tests
	Log       *slog.Logger
}

// Days that a picture shows. More than a year would be too small to read.
const (
	fewDays  = 14
	mostDays = 400
)

//go:embed schedules.html
var schedulesPage string

//go:embed style.css
var styleSheet string

//go:embed icon.svg
var icon string

// RegisterPage adds the page that shows who is on call, with a picture of each schedule. It asks nobody who they are: it
// belongs on the private listener.
func (s *Schedules) RegisterPage(mux *http.ServeMux) {
	page := template.Must(template.New("schedules").Parse(schedulesPage))
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) { s.page(w, r, page) })
	mux.HandleFunc("GET /schedules/{file}", s.picture)
	mux.HandleFunc("GET /style.css", file("text/css; charset=utf-8", styleSheet))
	mux.HandleFunc("GET /icon.svg", file("image/svg+xml", icon))
}

// file serves what is part of the program.
func file(kind, content string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", kind)
		http.ServeContent(w, r, "", time.Time{}, strings.NewReader(content))
	}
}

// scheduleView is what the page shows of a schedule.
type scheduleView struct {
	Name, Who, Next, Why, Picture string
}

// page shows who is on call in each schedule. It is made whole before anything is sent, so that an error is a status and
// not half a page.
func (s *Schedules) page(w http.ResponseWriter, r *http.Request, page *template.Template) {
	days, now := daysOf(r), s.Clock.Now()
	data := struct {
		Days      int
		Schedules []scheduleView
	}{Days: days}
	for _, name := range slices.Sorted(maps.Keys(s.Schedules)) {
		overrides, err := s.overrides(r.Context(), name)
		if err != nil {
			s.fail(w, err)
			return
		}
		v := viewOf(s.Schedules[name].At(now, overrides))
		v.Name, v.Picture = name, "/schedules/"+url.PathEscape(name)+".svg?days="+strconv.Itoa(days)
		data.Schedules = append(data.Schedules, v)
	}
	var b bytes.Buffer
	if err := page.Execute(&b, data); err != nil {
		s.fail(w, err)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write(b.Bytes()) // who hung up sees nothing
}

// viewOf says who is on call.
func viewOf(a rotations.Answer) scheduleView {
	const form = "Mon 2 January 15:04 MST"
	v := scheduleView{Who: "Nobody", Why: a.Why}
	if len(a.People) > 0 {
		v.Who = strings.Join(a.People, " and ")
	}
	if !a.To.IsZero() {
		v.Who += " until " + a.To.Format(form)
	}
	if len(a.Next.People) > 0 {
		v.Next = strings.Join(a.Next.People, " and ") + " from " + a.Next.From.Format(form)
	}
	return v
}

// picture draws a schedule from today on.
func (s *Schedules) picture(w http.ResponseWriter, r *http.Request) {
	name, ok := strings.CutSuffix(r.PathValue("file"), ".svg")
	sched, known := s.Schedules[name]
	if !ok || !known {
		http.Error(w, "there is no such schedule", http.StatusNotFound)
		return
	}
	overrides, err := s.overrides(r.Context(), name)
	if err != nil {
		s.fail(w, err)
		return
	}
	now := s.Clock.Now()
	zone := sched.Zone
	if zone == nil {
		zone = time.UTC
	}
	today := now.In(zone)
	midnight := civil.Of(time.Date(today.Year(), today.Month(), today.Day(), 0, 0, 0, 0, time.UTC))
	end := civil.Of(time.Date(today.Year(), today.Month(), today.Day()+daysOf(r), 0, 0, 0, 0, time.UTC))
	p := strip.Picture{Title: "Who is on call: " + name, Zone: zone, From: midnight.In(zone), To: end.In(zone), Now: now}
	p.Rows = []strip.Row{strip.OfSchedule(sched, overrides, p.From, p.To)}
	// The picture brings its own colours for light and dark, and nothing else.
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'")
	w.Header().Set("Content-Type", drawing.SVGForm)
	_, _ = w.Write(p.SVG()) // who hung up sees nothing
}

// daysOf is how many days are asked for.
func daysOf(r *http.Request) int {
	n, err := strconv.Atoi(r.URL.Query().Get("days"))
	if err != nil || n < 1 {
		return fewDays
	}
	return min(n, mostDays)
}

// overrides are those of a schedule now.
func (s *Schedules) overrides(ctx context.Context, name string) (all []rotations.Override, err error) {
	err = s.Store.View(ctx, func(tx store.Tx) error {
		all = s.Overrides(tx, name)
		return nil
	})
	return all, err
}

// fail says that something is wrong, and tells the log what.
func (s *Schedules) fail(w http.ResponseWriter, err error) {
	s.Log.Error("the schedules could not be shown", "err", err)
	http.Error(w, "the schedules cannot be shown now", http.StatusServiceUnavailable)
}
