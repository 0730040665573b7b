package slackfake

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"syscall"
	"time"
)

// maxBody is the largest request that the fake reads, in bytes.
const maxBody = 10 << 20

// method is one method of the Web API. run is called with the lock held; it
// returns the fields of the answer besides ok, or a refusal.
type method struct {
	scope string // that the token needs; "" means none
	run   func(*Slack, args) (answer, error)
}

type answer map[string]any

// refusal is an answer with ok:false.
type refusal struct {
	code   string
	fields answer
	status int // of HTTP; 0 means 200
}

func (r *refusal) Error() string { return r.code }

func refuse(code string) error { return &refusal{code: code} }

// invalid is the refusal of a structure, with Slack's own messages.
func invalid(code string, problems []string) error {
	marked := make([]string, len(problems))
	for i, p := range problems {
		marked[i] = "[ERROR] " + p
	}
	return &refusal{code: code, fields: answer{
		"errors":            problems,
		"response_metadata": answer{"messages": marked},
	}}
}

// reply is what goes back on the wire, or err when nothing does.
type reply struct {
	status int
	header http.Header
	body   []byte
	err    error
}

func jsonReply(v any) reply {
	body, err := json.Marshal(v)
	if err != nil {
		return reply{status: http.StatusInternalServerError, header: http.Header{}}
	}
	return reply{
		status: http.StatusOK,
		header: http.Header{"Content-Type": {"application/json; charset=utf-8"}},
		body:   body,
	}
}

func htmlReply(status int, text string) reply {
	return reply{
		status: status,
		header: http.Header{"Content-Type": {"text/html; charset=utf-8"}},
		body:   []byte("<!DOCTYPE html><html><head><title>Slack</title></head><body><h1>" + text + "</h1></body></html>"),
	}
}

// ServeHTTP is the Web API under /api/, together with the response URLs and the
// upload URLs.
func (s *Slack) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	rep := s.handle(r, r.URL.Path)
	if errors.Is(rep.err, syscall.ECONNREFUSED) {
		rep = htmlReply(http.StatusServiceUnavailable, "Service unavailable")
	}
	if rep.err != nil {
		// The only way for a handler to answer nothing: the connection is cut.
		panic(http.ErrAbortHandler)
	}
	maps.Copy(w.Header(), rep.header)
	w.WriteHeader(rep.status)
	_, _ = w.Write(rep.body) // a client that went away is no trouble of ours
}

// handle routes a request, whatever its transport.
func (s *Slack) handle(r *http.Request, path string) reply {
	body, err := readBody(r)
	if err != nil {
		return reply{err: err}
	}
	name, isMethod := strings.CutPrefix(path, "/api/")
	switch {
	case isMethod:
		a, err := parseArgs(r, body)
		return s.call(r.Context(), name, a, func() (answer, error) {
			if err != nil {
				return nil, err
			}
			return s.run(name, a)
		})
	case strings.HasPrefix(path, "/commands/"), strings.HasPrefix(path, "/actions/"):
		return s.call(r.Context(), "response_url", jsonArgs(body), func() (answer, error) {
			return s.respond(path, jsonArgs(body))
		})
	case strings.HasPrefix(path, "/upload/"):
		return s.call(r.Context(), "upload", args{"path": path}, func() (answer, error) {
			return s.upload(path, r.Header.Get("Content-Type"), body)
		})
	case path == "/signin":
		return htmlReply(http.StatusOK, "Sign in")
	}
	return htmlReply(http.StatusNotFound, "There is no such page")
}

func readBody(r *http.Request) ([]byte, error) {
	if r.Body == nil {
		return nil, nil
	}
	defer r.Body.Close()
	return io.ReadAll(io.LimitReader(r.Body, maxBody))
}

// call records a request, plays the faults that concern it and answers it.
func (s *Slack) call(ctx context.Context, name string, a args, work func() (answer, error)) reply {
	s.mu.Lock()
	seq := s.record(name, a)
	kind := s.fault(name, a)
	s.mu.Unlock()

	outcome := "nothing"
	run := func() reply {
		s.mu.Lock()
		defer s.mu.Unlock()
		out, err := work()
		rep, word := s.render(name, out, err)
		outcome = word
		return rep
	}
	var rep reply
	if kind == nil {
		rep = run()
	} else {
		rep = kind.play(ctx, run)
		outcome = kind.outcome(outcome)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settle(seq, outcome)
	return rep
}

// render puts an answer, or a refusal, into JSON.
func (s *Slack) render(name string, out answer, err error) (rep reply, outcome string) {
	full := answer{"ok": err == nil}
	maps.Copy(full, out)
	outcome = "ok"
	status := http.StatusOK
	if err != nil {
		outcome = err.Error()
		full["error"] = outcome
		if r, ok := errors.AsType[*refusal](err); ok {
			maps.Copy(full, r.fields)
			status = max(status, r.status)
		}
	}
	rep = jsonReply(full)
	rep.status = status
	if name == "auth.test" || outcome == "missing_scope" {
		rep.header.Set("X-OAuth-Scopes", strings.Join(s.opts.Scopes, ","))
	}
	if name == "upload" && err == nil {
		rep = reply{status: http.StatusOK, header: http.Header{"Content-Type": {"text/plain"}}, body: []byte("OK - 1")}
	}
	return rep, outcome
}

// run checks who asks, and answers.
func (s *Slack) run(name string, a args) (answer, error) {
	m, known := s.methods[name]
	switch {
	case !known:
		return nil, &refusal{code: "unknown_method", fields: answer{"req_method": name}}
	case a["token"] == "":
		return nil, refuse("not_authed")
	case a["token"] != s.opts.BotToken:
		return nil, refuse("invalid_auth")
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
	return &refusal{code: "missing_scope", fields: answer{
		"needed": strings.ReplaceAll(scope, "|", ","), "provided": strings.Join(s.opts.Scopes, ","),
	}}
}

// args are the arguments of a call. What was sent as JSON other than a string is
// kept as its JSON text, so that a form and a JSON body look alike.
type args map[string]string

func parseArgs(r *http.Request, body []byte) (args, error) {
	a := args{}
	addForm(a, r.URL.Query())
	var err error
	switch ctype, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); ctype {
	case "application/json":
		if !json.Valid(body) {
			err = refuse("invalid_json")
		}
		maps.Copy(a, jsonArgs(body))
	case "application/x-www-form-urlencoded", "":
		form, ferr := url.ParseQuery(string(body))
		if ferr != nil {
			err = refuse("invalid_form_data")
		}
		addForm(a, form)
	default:
		err = refuse("invalid_post_type")
	}
	if token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		a["token"] = token
	}
	return a, err
}

func addForm(a args, form url.Values) {
	for k := range form {
		a[k] = form.Get(k)
	}
}

func jsonArgs(body []byte) args {
	var fields map[string]json.RawMessage
	a := args{}
	if json.Unmarshal(body, &fields) != nil {
		return a
	}
	for k, v := range fields {
		var text string
		switch {
		case string(v) == "null":
		case json.Unmarshal(v, &text) == nil:
			a[k] = text
		default:
			a[k] = string(v)
		}
	}
	return a
}

func (a args) bool(key string) bool { return a[key] == "true" || a[key] == "1" }

func (a args) has(key string) bool { _, ok := a[key]; return ok }

// list splits a list given with commas or as a JSON array.
func (a args) list(key string) []string {
	var all []string
	if json.Unmarshal([]byte(a[key]), &all) == nil {
		return all
	}
	for v := range strings.SplitSeq(a[key], ",") {
		if v = strings.TrimSpace(v); v != "" {
			all = append(all, v)
		}
	}
	return all
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

func (s *Slack) record(name string, a args) (seq *Call) {
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
	s.mu.Lock()
	defer s.mu.Unlock()
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
