package slackfake

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/oncalm/oncalm/bot/slackfake/wire"
)

// method is one method of the Web API. run is called with the lock held; it
// returns the fields of the answer besides ok, or a refusal.
type method struct {
	scope string // that the token needs; "" means none
	run   func(*Slack, wire.Args) (wire.Answer, error)
}

// ServeHTTP is the Web API under /api/, together with the response URLs and the
// upload URLs.
func (s *Slack) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	rep := s.handle(r, r.URL.Path)
	if errors.Is(rep.Err, syscall.ECONNREFUSED) {
		rep = wire.HTMLReply(http.StatusServiceUnavailable, "Service unavailable")
	}
	if rep.Err != nil {
		// The only way for a handler to answer nothing: the connection is cut.
		panic(http.ErrAbortHandler)
	}
	maps.Copy(w.Header(), rep.Header)
	w.WriteHeader(rep.Status)
	_, _ = w.Write(rep.Body) // a client that went away is no trouble of ours
}

// handle routes a request, whatever its transport.
func (s *Slack) handle(r *http.Request, path string) wire.Reply {
	body, err := wire.ReadBody(r)
	if err != nil {
		return wire.Reply{Err: err}
	}
	name, isMethod := strings.CutPrefix(path, "/api/")
	switch {
	case isMethod:
		a, err := wire.ParseArgs(r, body)
		return s.call(r.Context(), name, a, func() (wire.Answer, error) {
			if err != nil {
				return nil, err
			}
			return s.run(name, a)
		})
	case strings.HasPrefix(path, "/commands/"), strings.HasPrefix(path, "/actions/"):
		return s.call(r.Context(), "response_url", wire.JSONArgs(body), func() (wire.Answer, error) {
			return s.respond(path, wire.JSONArgs(body))
		})
	case strings.HasPrefix(path, "/upload/"):
		return s.call(r.Context(), "upload", wire.Args{"path": path}, func() (wire.Answer, error) {
			return s.upload(path, r.Header.Get("Content-Type"), body)
		})
	case path == "/signin":
		return wire.HTMLReply(http.StatusOK, "Sign in")
	}
	return wire.HTMLReply(http.StatusNotFound, "There is no such page")
}

// call records a request, plays the faults that concern it and answers it.
func (s *Slack) call(ctx context.Context, name string, a wire.Args, work func() (wire.Answer, error)) wire.Reply {
	s.ws.Lock()
	seq := s.record(name, a)
	kind := s.fault(name, a)
	s.ws.Unlock()

	outcome := "nothing"
	run := func() wire.Reply {
		s.ws.Lock()
		defer s.ws.Unlock()
		out, err := work()
		rep, word := s.render(name, out, err)
		outcome = word
		return rep
	}
	var rep wire.Reply
	if kind == nil {
		rep = run()
	} else {
		rep = kind.play(ctx, run)
		outcome = kind.outcome(outcome)
	}
	s.ws.Lock()
	defer s.ws.Unlock()
	s.settle(seq, outcome)
	return rep
}

// render puts an wire.Answer, or a refusal, into JSON.
func (s *Slack) render(name string, out wire.Answer, err error) (rep wire.Reply, outcome string) {
	full := wire.Answer{"ok": err == nil}
	maps.Copy(full, out)
	outcome = "ok"
	status := http.StatusOK
	if err != nil {
		outcome = err.Error()
		full["error"] = outcome
		if r, ok := errors.AsType[*wire.Refusal](err); ok {
			maps.Copy(full, r.Fields)
			status = max(status, r.Status)
		}
	}
	rep = wire.JSONReply(full)
	rep.Status = status
	if name == "auth.test" || outcome == "missing_scope" {
		rep.Header.Set("X-OAuth-Scopes", strings.Join(s.opts.Scopes, ","))
	}
	if name == "upload" && err == nil {
		rep = wire.Reply{Status: http.StatusOK, Header: http.Header{"Content-Type": {"text/plain"}}, Body: []byte("OK - 1")}
	}
	return rep, outcome
}

// run checks who asks, and answers.
func (s *Slack) run(name string, a wire.Args) (wire.Answer, error) {
	m, known := s.methods[name]
	switch {
	case !known:
		return nil, &wire.Refusal{Code: "unknown_method", Fields: wire.Answer{"req_method": name}}
	case a["token"] == "":
		return nil, wire.Refuse("not_authed")
	case a["token"] != s.opts.BotToken:
		return nil, wire.Refuse("invalid_auth")
	case m.scope != "" && !s.scoped(m.scope):
		return nil, s.missing(m.scope)
	}
	return m.run(s, a)
}

// scoped tells whether the token has one of the scopes, separated by "|".
func (s *Slack) scoped(anyOf string) bool {
	return slices.ContainsFunc(strings.Split(anyOf, "|"), func(scope string) bool {
		return slices.Contains(s.opts.Scopes, scope)
	})
}

func (s *Slack) missing(scope string) error {
	return &wire.Refusal{Code: "missing_scope", Fields: wire.Answer{
		"needed": strings.ReplaceAll(scope, "|", ","), "provided": strings.Join(s.opts.Scopes, ","),
	}}
}

// Call is one request that reached the fake.
type Call struct {
	Method  string // "chat.postMessage", …, "response_url", "upload"
	Args    map[string]string
	At      time.Time
	Outcome string // "ok", the error's name, or what the fault was
}

// keptCalls bounds how many calls are remembered; of a longer row the older half
// is dropped.
const keptCalls = 100_000

func (s *Slack) record(name string, a wire.Args) (seq *Call) {
	if len(s.calls) >= keptCalls {
		s.calls = slices.Clone(s.calls[keptCalls/2:])
	}
	shown := maps.Clone(map[string]string(a))
	delete(shown, "token")
	c := &Call{Method: name, Args: shown, At: time.Now(), Outcome: "unanswered"}
	s.calls = append(s.calls, c)
	return c
}

func (s *Slack) settle(c *Call, outcome string) { c.Outcome = outcome }

// Calls lists the requests so far, the oldest first, without their tokens. With
// names, only those of these methods.
func (s *Slack) Calls(methods ...string) []Call {
	s.ws.Lock()
	defer s.ws.Unlock()
	var all []Call
	for _, c := range s.calls {
		if len(methods) == 0 || slices.Contains(methods, c.Method) {
			out := *c
			out.Args = maps.Clone(c.Args)
			all = append(all, out)
		}
	}
	return all
}
