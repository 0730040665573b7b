package web

import (
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/oncalm/oncalm/clocks"
	"github.com/oncalm/oncalm/reports"
	"github.com/oncalm/oncalm/reports/forms"
)

// Reports are the reports of spans of time, as pages for the private door.
type Reports struct {
	Source reports.Source
	Zone   *time.Location
	Zones  map[string]*time.Location // of schedules
	Clock  *clocks.Clock
	Log    *slog.Logger
}

// RegisterPage adds the pages. They ask nobody who they are, and name nobody.
func (p *Reports) RegisterPage(mux *http.ServeMux) { mux.HandleFunc("GET /reports", p.page) }

func (p *Reports) page(w http.ResponseWriter, r *http.Request) {
	now := p.Clock.Now()
	q := reports.Query{Now: now, Zone: p.Zone, Zones: p.Zones}
	var badFrom, badTo error
	if q.To, badTo = p.moment(r.FormValue("to"), now); badTo == nil {
		q.From, badFrom = p.moment(r.FormValue("from"), q.To.AddDate(0, 0, -7))
	}
	if errors.Join(badFrom, badTo) != nil || !q.From.Before(q.To) {
		http.Error(w, "from and to are days such as 2026-03-23, or times such as 2026-03-23T09:00:00Z, the earlier first",
			http.StatusBadRequest)
		return
	}
	report, err := reports.Read(r.Context(), p.Source, q)
	if err != nil {
		p.Log.Error("a report could not be shown", "err", err)
		http.Error(w, "the report cannot be shown now", http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Security-Policy", forms.Policy()+"; frame-ancestors 'none'")
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write([]byte(forms.HTML(report))) // package forms has made it harmless; who hung up sees nothing
}

// moment reads a day or a time; other if there is none.
func (p *Reports) moment(s string, other time.Time) (time.Time, error) {
	if s == "" {
		return other, nil
	}
	if at, err := time.ParseInLocation(time.DateOnly, s, p.Zone); err == nil {
		return at, nil
	}
	return time.Parse(time.RFC3339, s)
}
