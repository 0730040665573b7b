package chatpage

import (
	"embed"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/oncalm/oncalm/bot/slackfake/faults"
	"github.com/oncalm/oncalm/bot/slackfake/hands"
	"github.com/oncalm/oncalm/bot/slackfake/wire"
	"github.com/oncalm/oncalm/bot/slackfake/workspace"
)

//go:embed assets
var assets embed.FS

const (
	// policy is the page's Content-Security-Policy: only its own scripts, styles and
	// images, nothing inline.
	policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
		"form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
	maxPageBody = 256 << 10
	heartbeat   = 20 * time.Second
)

// Page is the chat page of a workspace.
type Page struct {
	ws     *workspace.Workspace // its lock guards the rest
	faults *faults.Faults
	hands  *hands.Hands
	o      Options
	done   map[string]bool // steps of the tour
}

// New makes the page. What people do on it goes through the hands.
func New(ws *workspace.Workspace, f *faults.Faults, h *hands.Hands, o Options) *Page {
	return &Page{ws: ws, faults: f, hands: h, o: o, done: map[string]bool{}}
}

// Handler is the chat page: the page itself at /, everything else below /chat/. It
// asks for no login, so it belongs on a loopback address. Requests that another site makes in somebody's browser are
// refused (CrossOriginProtection): a loopback address keeps out other machines, but not the other pages of this one.
func (p *Page) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", p.asset("index.html"))
	mux.HandleFunc("GET /favicon.ico", p.asset("favicon.svg"))
	mux.HandleFunc("GET /chat/assets/{name}", func(w http.ResponseWriter, r *http.Request) {
		p.asset(r.PathValue("name"))(w, r)
	})
	mux.HandleFunc("GET /chat/state", screen{p}.state)
	mux.HandleFunc("GET /chat/stream", p.stream)
	mux.HandleFunc("GET /chat/file/{id}", p.file)
	mux.HandleFunc("POST /chat/act", doing(acts{p}.actAs))
	mux.HandleFunc("POST /chat/send", doing(acts{p}.send))
	mux.HandleFunc("POST /chat/press", doing(acts{p}.press))
	mux.HandleFunc("POST /chat/react", doing(acts{p}.react))
	mux.HandleFunc("POST /chat/pin", doing(acts{p}.pin))
	mux.HandleFunc("POST /chat/shortcut", doing(acts{p}.shortcut))
	mux.HandleFunc("POST /chat/home", doing(acts{p}.home))
	mux.HandleFunc("POST /chat/read", doing(acts{p}.read))
	mux.HandleFunc("POST /chat/view", doing(acts{p}.view))
	mux.HandleFunc("POST /chat/control", doing(acts{p}.control))
	return secured(http.NewCrossOriginProtection().Handler(mux))
}

// secured adds the headers that keep text of alarms and people from doing anything in the browser.
func secured(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	})
}

// asset serves one embedded file. A file whose ending is not listed is not served, embedded or not.
func (p *Page) asset(name string) http.HandlerFunc {
	kinds := map[string]string{
		".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8",
		".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml",
	}
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := fs.ReadFile(assets, "assets/"+name)
		kind := kinds[name[max(0, strings.LastIndex(name, ".")):]]
		if err != nil || kind == "" {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", kind)
		_, _ = w.Write(body) // a browser that went away is no trouble of ours
	}
}

// doing reads a JSON request and writes what the action returns; an error becomes
// {"error": …} with status 200, because the page shows it to the person.
func doing[T any](action func(*http.Request, T) (wire.Answer, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var in T
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxPageBody))
		if err != nil {
			http.Error(w, "the request is too large", http.StatusRequestEntityTooLarge)
			return
		}
		if !strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") || json.Unmarshal(body, &in) != nil {
			http.Error(w, "the request must be JSON", http.StatusBadRequest)
			return
		}
		out, err := action(r, in)
		if out == nil {
			out = wire.Answer{}
		}
		if err != nil {
			out["error"] = sentence(err)
		}
		writeJSON(w, out)
	}
}

func writeJSON(w http.ResponseWriter, v any) {
	rep := wire.JSONReply(v)
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(rep.Status)
	_, _ = w.Write(rep.Body) // a browser that went away is no trouble of ours
}

// stream tells the page that something has changed. It says only that: the page
// then asks for what it shows.
func (p *Page) stream(w http.ResponseWriter, r *http.Request) {
	flush := http.NewResponseController(w)
	_ = flush.SetWriteDeadline(time.Time{}) // unsupported by some writers: then there is no deadline either
	w.Header().Set("Content-Type", "text/event-stream")
	w.WriteHeader(http.StatusOK)
	wake := make(chan struct{}, 1)
	// the page has to ask once after it has connected: what changed before would be missed
	wake <- struct{}{}
	ended := p.watch(wake, true)
	defer p.watch(wake, false)
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	if _, err := io.WriteString(w, "retry: 1000\n\n"); err != nil {
		return
	}
	for {
		select {
		case <-r.Context().Done():
			return
		case <-ended:
			return
		case <-wake:
			p.ws.Lock()
			version := p.ws.Changes.Version()
			p.ws.Unlock()
			fmt.Fprintf(w, "event: change\ndata: %d\n\n", version)
		case <-beat.C:
			_, _ = io.WriteString(w, ": here\n\n") // flushing tells whether it arrived
		}
		if flush.Flush() != nil {
			return
		}
	}
}

// watch adds or removes a watcher; the channel returned is closed when streams end.
func (p *Page) watch(wake chan struct{}, on bool) <-chan struct{} {
	p.ws.Lock()
	defer p.ws.Unlock()
	if !on {
		p.ws.Changes.Leave(wake)
		return nil
	}
	return p.ws.Changes.Watch(wake)
}

// EndStreams ends the live updates of all pages, so that a server can shut down:
// give it to http.Server.RegisterOnShutdown.
func (p *Page) EndStreams() {
	p.ws.Lock()
	defer p.ws.Unlock()
	p.ws.Changes.End()
}

// upload is a complete upload; its bytes are nil if there is none.
func (p *Page) upload(id string) (workspace.FileRef, []byte) {
	p.ws.Lock()
	defer p.ws.Unlock()
	f := p.ws.File(id)
	if f == nil || !f.Complete {
		return workspace.FileRef{}, nil
	}
	return workspace.FileRef{ID: id, Name: f.Name}, slices.Clone(f.Content)
}

// file shows an uploaded file: pictures and texts in the browser, everything
// else as a download. Markdown is shown as plain text, so that nothing in it becomes markup.
func (p *Page) file(w http.ResponseWriter, r *http.Request) {
	ref, content := p.upload(r.PathValue("id"))
	if content == nil {
		http.NotFound(w, r)
		return
	}
	if p.o.Opened != nil {
		p.o.Opened(ref)
	}
	kind := map[string]string{
		".png": "image/png", ".jpg": "image/jpeg", ".gif": "image/gif",
		".md": "text/plain; charset=utf-8", ".txt": "text/plain; charset=utf-8",
	}[strings.ToLower(path.Ext(ref.Name))]
	if kind == "" {
		kind = "application/octet-stream"
		w.Header().Set("Content-Disposition", "attachment")
	}
	w.Header().Set("Content-Type", kind)
	_, _ = w.Write(content) // a browser that went away is no trouble of ours
}
