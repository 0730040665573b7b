package drill

import (
	"context"
	_ "embed"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/oncalm/oncalm/clocks"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/text"
)

// Route is where the links of tests lead.
const Route = "/a/test/"

//go:embed page.html
var page string

// A Door serves the links of tests, for the public listener. As with pages, only a POST does anything.
type Door struct {
	Drills *Drills
	Store  store.Store
	Clock  *clocks.Clock
	Log    *slog.Logger
}

// Register adds the door.
func (d *Door) Register(mux *http.ServeMux) {
	mux.HandleFunc("GET "+Route+"{token}", func(w http.ResponseWriter, r *http.Request) { d.serve(w, r, false) })
	mux.HandleFunc("POST "+Route+"{token}", func(w http.ResponseWriter, r *http.Request) { d.serve(w, r, true) })
}

func (d *Door) serve(w http.ResponseWriter, r *http.Request, press bool) {
	open, err := d.follow(r.Context(), r.PathValue("token"), press)
	if err != nil {
		d.Log.Error("the link of a test could not be followed", "err", err)
		http.Error(w, "It is not known whether this was recorded. Please try again.", http.StatusServiceUnavailable)
		return
	}
	said, status := `<form method="post"><button>It reached me</button></form>`, http.StatusOK
	switch {
	case !open:
		said, status = "<p>This link was used, is too old, or is none.</p>", http.StatusNotFound
	case press:
		said = "<p>Thank you. You are reached here.</p>"
	}
	_, style, _ := strings.Cut(page, "<style>")
	style, _, _ = strings.Cut(style, "</style>")
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", text.OwnStyle(style)+"; form-action 'self'; frame-ancestors 'none'; base-uri 'none'")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Robots-Tag", "noindex, nofollow, noarchive")
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(strings.Replace(page, "<!-- said -->", said, 1))) // whoever has gone away needs no answer
}

// follow looks whether a link serves, and takes note that it was pressed. Guessing takes no lock on the store.
func (d *Door) follow(ctx context.Context, token string, press bool) (open bool, err error) {
	now := d.Clock.Now()
	err = d.Store.View(ctx, func(tx store.Tx) error {
		_, open = serving(tx, now, token)
		return nil
	})
	if err != nil || !open || !press {
		return open, err
	}
	err = d.Store.Update(ctx, func(tx store.Tx) error {
		var t Test
		if t, open = serving(tx, now, token); !open {
			return nil
		}
		t.Pressed = now.UTC()
		tx.Put(prefix+token, outbox.Body(t))
		d.Drills.Told(tx, now, name(token)+"/pressed", t)
		return nil
	})
	return open, err
}

func serving(tx store.Tx, now time.Time, token string) (t Test, ok bool) {
	t, ok = read(tx, token)
	return t, ok && t.Pressed.IsZero() && now.Sub(t.At) <= Valid
}
