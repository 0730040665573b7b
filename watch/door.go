package watch

import (
	"context"
	"encoding/json"
	"io"
	"net/http"

	"github.com/oncalm/oncalm/heartbeats"
	"github.com/oncalm/oncalm/ops"
	"github.com/oncalm/oncalm/store"
)

// Route is where the local socket answers how watch and heartbeats stand.
const Route = "/watch"

// A Report is how the watch stands, and the heartbeats of others.
type Report struct {
	State
	Others []heartbeats.Standing `json:"others,omitempty"`
}

// Read is the report of a store.
func Read(ctx context.Context, s store.Store, others []heartbeats.Heartbeat) (r Report, err error) {
	err = s.View(ctx, func(tx store.Tx) error {
		r = Report{Look(tx), heartbeats.Standings(tx, others)}
		return nil
	})
	return r, err
}

// Door adds [Route] to what the local socket answers. read is asked for the report.
func Door(local http.Handler, read func(context.Context) (Report, error)) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", local)
	mux.HandleFunc("GET "+Route, func(w http.ResponseWriter, r *http.Request) {
		report, err := read(r.Context())
		if err != nil {
			http.Error(w, "the store cannot be read", http.StatusServiceUnavailable)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(report) // whoever asked has gone
	})
	return mux
}

// Ask asks the server that holds the store at path. It reports false if none does, or one that is too old to know.
func Ask(ctx context.Context, path string) (report Report, ok bool) {
	client := ops.LocalClient(path)
	defer client.CloseIdleConnections()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://oncalm"+Route, nil)
	if err != nil {
		return report, false
	}
	resp, err := client.Do(r)
	if err != nil {
		return report, false
	}
	defer func() { _ = resp.Body.Close() }()
	const most = 1 << 20
	err = json.NewDecoder(io.LimitReader(resp.Body, most)).Decode(&report)
	return report, resp.StatusCode == http.StatusOK && err == nil
}
