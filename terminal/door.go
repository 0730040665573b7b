package terminal

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"

	"github.com/oncalm/oncalm/doors"
	"github.com/oncalm/oncalm/ops"
	"github.com/oncalm/oncalm/store"
)

// Route is where a [Request] is posted.
const Route = "/terminal"

// answered is what is answered: one of them. That something is refused is an answer and no failure of HTTP, so it comes
// with status 200.
type answered struct {
	Done    *Done    `json:"done,omitempty"`
	Refused *Refused `json:"refused,omitempty"`
}

// Door adds [Route] to what the local socket answers. It must not be reached in any other way: it believes who somebody says they are.
func Door(local http.Handler, do func(context.Context, Request) (Done, error), log *slog.Logger) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", local)
	// the limits of the frame bound the body
	mux.HandleFunc("POST "+Route, func(w http.ResponseWriter, r *http.Request) {
		var request Request
		if err := json.NewDecoder(r.Body).Decode(&request); err != nil {
			http.Error(w, "expected a request as JSON", http.StatusBadRequest)
			return
		}
		done, err := do(r.Context(), request)
		var answer answered
		switch refused, ok := errors.AsType[*Refused](err); {
		case ok:
			answer.Refused = refused
		case errors.Is(err, store.ErrUnknownOutcome):
			http.Error(w, err.Error(), http.StatusGatewayTimeout)
			return
		case err != nil:
			log.Error("what somebody wanted at the terminal failed", "do", request.Do, "as", request.As, "err", err)
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
			return
		default:
			answer.Done = &done
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(answer) // fails only if nobody listens any more
	})
	return doors.Frame(mux, log)
}

// Errors of [Ask].
var (
	ErrNoServer = errors.New("no bot is running, so nobody would be paged")
	ErrTooOld   = errors.New("the running bot is of a version that takes nothing from the terminal")
	ErrUnknown  = errors.New("the bot did not answer to the end: it may have been done, or not")
)

// Ask has the server that holds a store carry out a request. Errors: [Refused], one of the above, or what the server said.
// What went wrong decides whether it may have been done: nothing was if nobody listens, and it is not known after the
// request was sent.
func Ask(ctx context.Context, storePath string, r Request) (done Done, err error) {
	body, err := json.Marshal(r)
	if err != nil {
		return done, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://oncalm"+Route, bytes.NewReader(body))
	if err != nil {
		return done, err
	}
	client := ops.LocalClient(storePath)
	defer client.CloseIdleConnections()
	resp, err := client.Do(req)
	if err != nil {
		// nobody listens: certainly nothing was done
		if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == "dial" {
			return done, ErrNoServer
		}
		return done, errors.Join(ErrUnknown, err)
	}
	defer func() { _ = resp.Body.Close() }()
	switch resp.StatusCode {
	case http.StatusOK:
	// a server without this route has others
	case http.StatusNotFound, http.StatusMethodNotAllowed:
		return done, ErrTooOld
	case http.StatusGatewayTimeout:
		return done, ErrUnknown
	default:
		said, _ := io.ReadAll(io.LimitReader(resp.Body, 1<<10))
		return done, errors.New("the running bot answered: " + strings.TrimSpace(string(said)))
	}
	var answer answered
	switch err := json.NewDecoder(resp.Body).Decode(&answer); {
	case err != nil:
		return done, errors.Join(ErrUnknown, err)
	case answer.Refused != nil:
		return done, answer.Refused
	case answer.Done == nil:
		return done, ErrTooOld
	}
	return *answer.Done, nil
}
