package web

import (
	"context"
	"errors"
	"log/slog"
	"net/http"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/postmortems"
	"github.com/oncalm/oncalm/postmortems/page"
	"github.com/oncalm/oncalm/postmortems/shapes"
	"github.com/oncalm/oncalm/store"
)

// Postmortems are the documents of incidents, as pages for the private door.
type Postmortems struct {
	Store store.Store
	Texts shapes.Layout
	Log   *slog.Logger
}

// RegisterPage adds the pages. They ask nobody who they are, and name nobody.
func (p *Postmortems) RegisterPage(mux *http.ServeMux) {
	mux.HandleFunc("GET /postmortems/{id}", p.page)
}

func (p *Postmortems) page(w http.ResponseWriter, r *http.Request) {
	out, err := p.render(r.Context(), r.PathValue("id"))
	switch {
	case errors.Is(err, incidents.ErrNotFound):
		http.Error(w, "there is no such incident", http.StatusNotFound)
	case err != nil:
		p.Log.Error("a postmortem could not be shown", "err", err)
		http.Error(w, "the postmortem cannot be shown now", http.StatusServiceUnavailable)
	default:
		w.Header().Set("Content-Security-Policy", page.Policy()+"; frame-ancestors 'none'")
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write(out) //nolint:gosec // package page has made it harmless; who hung up sees nothing
	}
}

func (p *Postmortems) render(ctx context.Context, id string) ([]byte, error) {
	doc, err := postmortems.FromStore(ctx, p.Store, id, postmortems.AsRoles)
	if err != nil {
		return nil, err
	}
	return p.Texts.Page(doc, page.Options{})
}
