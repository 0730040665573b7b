package api

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"strings"
	"syscall"

	"github.com/oncalm/oncalm/bot/slackfake/faults"
	"github.com/oncalm/oncalm/bot/slackfake/limits"
	"github.com/oncalm/oncalm/bot/slackfake/sockets"
	"github.com/oncalm/oncalm/bot/slackfake/wire"
	"github.com/oncalm/oncalm/bot/slackfake/workspace"
)

// API is the Web API over a workspace.
type API struct {
	ws      *workspace.Workspace // its lock guards the calls
	faults  *faults.Faults
	limits  *limits.Limits
	may     *access
	methods map[string]method
	links   *sockets.Hub
	calls   []*Call
}

// Tokens are those of the bot, with its scopes, and of the app itself, which may open connections and nothing else. Scopes
// that are nil stand for all that the methods need.
type Tokens struct {
	Bot    string
	Scopes []string
	App    string
}

// New makes the Web API.
func New(ws *workspace.Workspace, f *faults.Faults, l *limits.Limits, links *sockets.Hub, t Tokens) *API {
	scopes := t.Scopes
	may := &access{ws: ws, token: t.Bot, app: t.App, scopes: scopes}
	s := &API{ws: ws, faults: f, limits: l, links: links, may: may, methods: methodsOf(ws, may, links)}
	if scopes == nil {
		may.scopes = allScopes(s.methods)
	}
	return s
}

// ServeHTTP is the Web API under /api/, together with the response URLs, the upload URLs and those of connections.
func (s *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, "/link/") {
		s.links.ServeHTTP(w, r)
		return
	}
	rep := s.handle(r, r.URL.Path)
	// a server that has taken the connection cannot refuse it any more: this is as near as one comes over the network
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

// handle routes a request, whatever its transport. Methods want a token; a response URL or an upload URL is itself the
// permission.
func (s *API) handle(r *http.Request, path string) wire.Reply {
	body, err := wire.ReadBody(r)
	if err != nil {
		return wire.Reply{Err: err}
	}
	name, isMethod := strings.CutPrefix(path, "/api/")
	switch {
	case isMethod:
		a, err := wire.ParseArgs(r, body)
		rep := s.call(r.Context(), name, "", a, func() (wire.Answer, error) {
			if err != nil {
				return nil, err
			}
			return s.run(name, a)
		})
		if rep.Header != nil && rep.Status == http.StatusOK {
			rep.Header = rep.Header.Clone() // that of a fault is for all calls
			rep.Header.Set("X-Oauth-Scopes", strings.Join(s.may.scopes, ","))
		}
		return rep
	case strings.HasPrefix(path, "/commands/"), strings.HasPrefix(path, "/actions/"):
		return s.call(r.Context(), "response_url", path, wire.JSONArgs(body), func() (wire.Answer, error) {
			return s.respond(path, wire.JSONArgs(body))
		})
	case strings.HasPrefix(path, "/upload/"):
		return s.call(r.Context(), "upload", "", wire.Args{"path": path}, func() (wire.Answer, error) {
			return files{s.ws, s.may}.upload(path, r.Header.Get("Content-Type"), body)
		})
	case path == "/signin":
		return wire.HTMLReply(http.StatusOK, "Sign in")
	}
	return wire.HTMLReply(http.StatusNotFound, "There is no such page")
}

// call records a request, plays the faults and the limits that concern it, and answers it. hook is the response URL that it
// goes to, or empty. The lock is not held while a fault plays, which may take minutes; the method itself runs inside the
// fault, before or after it, or not at all.
func (s *API) call(ctx context.Context, name, hook string, a wire.Args, work func() (wire.Answer, error)) wire.Reply {
	s.ws.Lock()
	seq := s.record(name, a)
	kind := s.faults.Choose(name, a)
	if kind == nil {
		kind = s.limits.Take(name, a, hook)
	}
	s.ws.Unlock()

	// that of a method which a fault did not let run
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
		rep = kind.Play(ctx, run)
		outcome = kind.Outcome(outcome)
	}
	s.ws.Lock()
	defer s.ws.Unlock()
	s.settle(seq, outcome)
	return rep
}

// render puts an answer, or a refusal, into JSON. Slack says ok: false with status 200; only some of the addresses that are
// no methods have a status of their own.
func (s *API) render(name string, out wire.Answer, err error) (rep wire.Reply, outcome string) {
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
		rep.Header.Set("X-OAuth-Scopes", strings.Join(s.may.scopes, ","))
	}
	// the upload server is no part of the API, and answers in plain text
	if name == "upload" && err == nil {
		rep = wire.Reply{Status: http.StatusOK, Header: http.Header{"Content-Type": {"text/plain"}}, Body: []byte("OK - 1")}
	}
	return rep, outcome
}

// run checks who asks, and answers. The two tokens are not interchangeable: the app's own opens connections, and nothing
// else takes it.
func (s *API) run(name string, a wire.Args) (wire.Answer, error) {
	m, known := s.methods[name]
	switch {
	case !known:
		return nil, &wire.Refusal{Code: "unknown_method", Fields: wire.Answer{"req_method": name}}
	case a["token"] == "":
		return nil, wire.Refuse("not_authed")
	case m.scope == socketScope && a["token"] == s.may.token:
		return nil, wire.Refuse("not_allowed_token_type")
	case m.scope == socketScope && a["token"] == s.may.app:
		return m.run(a)
	case a["token"] != s.may.token:
		return nil, wire.Refuse("invalid_auth")
	case m.scope != "" && !s.may.scoped(m.scope):
		return nil, s.may.missing(m.scope)
	}
	return m.run(a)
}

// respond is a POST to a response_url. It has no token: whoever has the address may use it, five times within 30 minutes
// (package workspace counts).
func (s *API) respond(path string, a wire.Args) (wire.Answer, error) {
	h, err := s.ws.Hooks.Use(path)
	if err != nil {
		return nil, err
	}
	_, err = s.ws.AnswerBy(h, a)
	return nil, err
}
