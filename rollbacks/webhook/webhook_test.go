package webhook_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/rollbacks"
	"github.com/oncalm/oncalm/rollbacks/webhook"
)

const secret = "a secret of some length"

// server is a deployment server that can go back.
type server struct {
	t       *testing.T
	deaf    bool // it does what it is told, and does not say so
	status  int
	answer  string // instead of its own
	started map[string]int
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	stamp := r.Header.Get(webhook.HeaderTimestamp)
	if err != nil || r.Method != http.MethodPost ||
		r.Header.Get(webhook.HeaderSignature) != webhook.Sign(secret, stamp, body) {
		s.t.Errorf("%s %q is not signed", r.Method, body)
	}
	var in struct{ Action, Key, Ref, From, To string }
	if err := json.Unmarshal(body, &in); err != nil {
		s.t.Error(err)
	}
	if s.status != 0 {
		w.WriteHeader(s.status)
		return
	}
	out := map[string]any{}
	switch in.Action {
	case "plan":
		out = map[string]any{"from": "web:43", "to": "web:42", "will": []string{"two hosts restart"}}
	case "start":
		if in.From != "web:43" || in.To != "web:42" {
			s.t.Errorf("from %q to %q", in.From, in.To)
		}
		if s.started[in.Key]++; s.deaf {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		out["ref"] = "job 7"
	case "state":
		if out["state"] = "unknown"; s.started[in.Key] > 0 {
			out["state"], out["ref"], out["note"] = "done", "job 7", "2 of 2"
		}
	}
	if s.answer != "" {
		_, _ = io.WriteString(w, s.answer)
		return
	}
	_ = json.NewEncoder(w).Encode(out)
}

func hook(t *testing.T) (*server, *webhook.Hook) {
	t.Helper()
	s := &server{t: t, started: map[string]int{}}
	h := httptest.NewServer(s)
	t.Cleanup(h.Close)
	return s, webhook.New(h.URL, secret)
}

// TestHook: planned, started, found, and told how far it is.
func TestHook(t *testing.T) {
	s, h := hook(t)
	ctx := t.Context()
	plan, err := h.Plan(ctx)
	want := rollbacks.Plan{From: "web:43", To: "web:42", Will: []string{"the webhook is asked to go back", "two hosts restart"}}
	if diff := cmp.Diff(want, plan); err != nil || diff != "" {
		t.Error(err, diff)
	}
	if _, found, err := h.Find(ctx, "4/rollback/1", plan); found || err != nil {
		t.Error("found before it was started", err)
	}
	s.deaf = true
	_, err = h.Start(ctx, "4/rollback/1", plan)
	if _, no := errors.AsType[*rollbacks.Refused](err); err == nil || no {
		t.Errorf("%v: nobody knows whether it was started", err)
	}
	ref, found, err := h.Find(ctx, "4/rollback/1", plan)
	if !found || err != nil {
		t.Error("not found", err)
	}
	s.deaf = false
	if again, err := h.Start(ctx, "4/rollback/2", plan); err != nil || again == ref {
		t.Error(again, err)
	}
	state, err := h.State(ctx, ref)
	if diff := cmp.Diff(rollbacks.State{Stage: rollbacks.Done, Note: "2 of 2"}, state); err != nil || diff != "" {
		t.Error(err, diff)
	}
}

// TestHookRefuses: what is refused was not started; what is odd was perhaps; and there may be no way back.
func TestHookRefuses(t *testing.T) {
	s, h := hook(t)
	s.status = http.StatusForbidden
	_, err := h.Start(t.Context(), "k", rollbacks.Plan{})
	if _, no := errors.AsType[*rollbacks.Refused](err); !no {
		t.Error(err)
	}
	for _, status := range []int{http.StatusInternalServerError, http.StatusFound} { // a redirect is not followed
		s.status = status
		if _, err := h.Plan(t.Context()); err == nil {
			t.Error(status)
		}
	}
	s.status = 0
	for answer, want := range map[string]string{
		`{"impossible":"no release before\u202e","instead":"deploy 41"}`: "no release before; deploy 41",
		`{}`:                              "the webhook does not say from which version it goes to which; mend what answers it",
		`{"from":"web:42","to":"web:42"}`: "it is web:42 already",
	} {
		s.answer = answer
		_, err := h.Plan(t.Context())
		if no, ok := errors.AsType[*rollbacks.Impossible](err); !ok || no.Error() != want {
			t.Errorf("%s: %v, want %s", answer, err, want)
		}
	}
	for _, answer := range []string{"<html>", `{"state":"perhaps"}`, ""} {
		if s.answer = answer; answer == "" {
			h = webhook.New("http://127.0.0.1:1/secret-path", secret)
		}
		_, err := h.State(t.Context(), `{"key":"k"}`)
		if err == nil || strings.Contains(err.Error(), "secret-path") {
			t.Errorf("%q: %v", answer, err)
		}
	}
}

// TestKeys: what the configuration may say.
func TestKeys(t *testing.T) {
	keys := webhook.Maker().Keys
	for value, ok := range map[string]bool{
		"https://deploy.example.com/x": true, "http://127.0.0.1:8080/x": true, "http://deploy.example.com": false,
		"ftp://x.example.com": false, "https://a:b@x.example.com": false, "x": false, "http://localhost.example.com": false,
	} {
		if err := keys[0].Check(value); (err == nil) != ok {
			t.Errorf("%s: %v", value, err)
		}
	}
	if keys[1].Check("short") == nil || keys[1].Check(secret) != nil {
		t.Error("secrets")
	}
	if _, err := webhook.Maker().New(aws.Config{}, rollbacks.Settings{"url": "https://x.example.com", "secret": secret}); err != nil {
		t.Error(err)
	}
}
