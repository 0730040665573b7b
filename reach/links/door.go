package links

import (
	"bytes"
	"context"
	_ "embed"
	"fmt"
	"html/template"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/oncalm/oncalm/clocks"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/text"
)

// Via is what an acknowledgement by a link says of where it came from.
const Via = "link"

//go:embed page.html
var pageText string

// A Door serves what links lead to, for the public listener.
type Door struct {
	Book  *incidents.Book
	Knows func(person string) bool // who is in the configuration
	Clock *clocks.Clock            // nil is for tests
	Log   *slog.Logger

	guesses guesses
}

// Register adds the door.
func (d *Door) Register(mux *http.ServeMux) {
	page := template.Must(template.New("link").Parse(pageText))
	answer := func(do func(context.Context, string) (found, error)) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) { d.serve(w, r, page, do) }
	}
	mux.HandleFunc("GET "+Route+"{token}", answer(d.look))
	mux.HandleFunc("POST "+Route+"{token}", answer(d.acknowledge))
}

// look finds out what a token means, and changes nothing.
func (d *Door) look(ctx context.Context, token string) (f found, err error) {
	err = d.Book.Store.View(ctx, func(tx store.Tx) error {
		f, err = read(tx, token, d.Knows)
		return err
	})
	return f, err
}

// acknowledge acknowledges the incident as the person of the page, if that can still be done.
func (d *Door) acknowledge(ctx context.Context, token string) (f found, err error) {
	if f, err = d.look(ctx, token); err != nil || f.State != Open {
		return f, err // without a lock on the store, for whoever guesses
	}
	now := d.Clock.Now()
	err = d.Book.Store.Update(ctx, func(tx store.Tx) error {
		if f, err = read(tx, token, d.Knows); err != nil || f.State != Open {
			return err
		}
		f.State = Done
		_, err = d.Book.Append(tx, now, f.Incident.ID, incidents.Event{
			By: incidents.Person(f.Person), Body: incidents.Acknowledged{Via: Via, Page: f.Page},
		})
		return err
	})
	return f, err
}

// view is what the page shows.
type view struct {
	State                                    State
	ID, Severity, Title, Service, Person, By string
	Since, At                                string
	Acks                                     string // how many have acknowledged with this, while others have to, too
	More                                     bool   // others have to, and this person has
}

// serve answers with the page of a link. Whoever knows a link is never turned away for what others guess.
func (d *Door) serve(w http.ResponseWriter, r *http.Request, page *template.Template,
	do func(context.Context, string) (found, error)) {
	f, err := do(r.Context(), r.PathValue("token"))
	if err != nil {
		d.Log.Error("a link could not be followed", "method", r.Method, "err", err)
		http.Error(w, "It is not known whether this was recorded. Please try again, or use Slack.",
			http.StatusServiceUnavailable)
		return
	}
	status := http.StatusOK
	switch f.State {
	case Unknown:
		if status = http.StatusNotFound; !d.guesses.allow(r.RemoteAddr, time.Now()) {
			w.Header().Set("Retry-After", "60")
			http.Error(w, "Too many links that are not known. Please try again in a minute.", http.StatusTooManyRequests)
			return
		}
	case Used, Over:
		status = http.StatusNotFound
	case Taken:
		if r.Method == http.MethodPost {
			status = http.StatusConflict
		}
	}
	var b bytes.Buffer
	if err := page.Execute(&b, viewOf(f)); err != nil {
		d.Log.Error("the page of a link could not be written", "err", err)
		http.Error(w, "The page cannot be shown now.", http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", policy())
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Robots-Tag", "noindex, nofollow, noarchive")
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // whoever has gone away needs no answer
}

// policy lets the page have its own style, and send its form to where it came from.
func policy() string {
	_, style, _ := strings.Cut(pageText, "<style>")
	style, _, _ = strings.Cut(style, "</style>")
	return text.OwnStyle(style) + "; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
}

func viewOf(f found) view {
	i := &f.Incident
	const form = "15:04 MST"
	v := view{State: f.State, ID: i.ID, Severity: i.Severity, Person: f.Person,
		Title: text.Clip(text.Line(i.Title), mostTitle), Service: i.Service, Since: i.Opened.UTC().Format(form)}
	if f.State == Taken {
		v.By, v.At = text.Line(i.AcknowledgedBy.Name), i.Acknowledged.UTC().Format(form)
		if i.Status == incidents.StatusTriggered {
			v.By, v.At, v.More = f.Person, i.Response.Acks.Given(f.Person).UTC().Format(form), true
		}
	}
	if more, ok := i.Response.Acks.Answering(f.Person, "", "", i.Opened); ok {
		v.Acks = fmt.Sprintf("%d of %d", more.Number, more.Of)
	}
	v.Severity = strings.ToLower(v.Severity)
	return v
}

// mostTitle is how much of a title is shown.
const mostTitle = 300
