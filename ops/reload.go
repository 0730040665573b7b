package ops

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"

	"github.com/oncalm/oncalm/doors"
	"github.com/oncalm/oncalm/text"
)

// RouteReload is a route of the local socket: POST has the server read its configuration again, and answers [Reloaded].
const RouteReload = "/reload"

// Reloaded is what came of reading the configuration again.
type Reloaded struct {
	File string `json:"file"`
	// Done says that it is in force. If it is not, something is wrong with it, and the one before stays.
	Done     bool     `json:"done"`
	Problems []string `json:"problems"` // what is wrong with it, or is hardly meant, as oncalm check prints it
	Changes  []Change `json:"changes"`
	Restart  []string `json:"restart"` // keys that are different, and stay as they were until the server is restarted
}

// Change is what is different in a section of the configuration.
type Change struct {
	What    string   `json:"what"`
	Added   []string `json:"added,omitempty"`
	Removed []string `json:"removed,omitempty"`
	Changed []string `json:"changed,omitempty"`
}

// mostNamed is how many names a line has.
const mostNamed = 20

// String is a line for people.
func (c Change) String() string {
	var parts []string
	for _, p := range []struct {
		what  string
		names []string
	}{{"added", c.Added}, {"removed", c.Removed}, {"changed", c.Changed}} {
		if len(p.names) == 0 {
			continue
		}
		names := strings.Join(p.names[:min(len(p.names), mostNamed)], ", ")
		if more := len(p.names) - mostNamed; more > 0 {
			names += " and " + text.Count(more, "other", "others")
		}
		parts = append(parts, p.what+" "+names)
	}
	return c.What + ": " + strings.Join(parts, "; ")
}

// Reloading adds [RouteReload] to [Admin].
func Reloading(admin http.Handler, reload func(context.Context) (Reloaded, error), log *slog.Logger) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", admin)
	mux.HandleFunc("POST "+RouteReload, func(w http.ResponseWriter, r *http.Request) {
		liftWriteDeadline(w) // another may be under way
		done, err := reload(r.Context())
		if err != nil {
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(done) // fails only if nobody listens any more
	})
	return doors.Frame(mux, log)
}

// Errors of [Reload].
var (
	ErrNoServer = errors.New("no server answers")
	ErrTooOld   = errors.New("the running server cannot read its configuration again")
)

// Reload has the server that holds a store read its configuration again. It waits for as long as that takes. Errors wrap [ErrNoServer] or
// [ErrTooOld], or say what the server said.
func Reload(ctx context.Context, storePath string) (done Reloaded, err error) {
	client := localClient(storePath, 0)
	defer client.CloseIdleConnections()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://oncalm"+RouteReload, nil)
	if err != nil {
		return done, err
	}
	resp, err := client.Do(req)
	if err != nil {
		return done, fmt.Errorf("%w at %s", ErrNoServer, LocalSocket(storePath))
	}
	defer func() { _ = resp.Body.Close() }()
	switch resp.StatusCode {
	case http.StatusOK:
		return done, json.NewDecoder(resp.Body).Decode(&done)
	case http.StatusNotFound, http.StatusMethodNotAllowed:
		return done, ErrTooOld
	}
	said, _ := io.ReadAll(io.LimitReader(resp.Body, 1<<10))
	return done, errors.New("the running server answered: " + strings.TrimSpace(string(said)))
}
