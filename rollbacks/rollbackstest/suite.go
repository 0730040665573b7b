package rollbackstest

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/aws/transport/http"

	"github.com/oncalm/oncalm/awshttp"
	"github.com/oncalm/oncalm/rollbacks"
	"github.com/oncalm/oncalm/rollbacks/awsfake"
)

// A Stage is a fake that stands so that one way back is planned.
type Stage struct {
	Fake interface {
		Fake
		http.Handler
	}
	Maker rollbacks.Maker
	Keys  rollbacks.Settings // account is added
	Pass  func(time.Duration)
	// Moves has somebody else change what is rolled back.
	Moves func()
	// Back reports whether it went back in truth, as the fake has it.
	Back func() bool
}

// A Way is one in which a target goes back.
type Way struct {
	Name   string
	Starts string // the operation that starts it
	Set    func(t *testing.T) Stage
	// Refuses are error codes with their HTTP status by which AWS says that it has not started it.
	Refuses map[string]int
	// Keyed says that AWS knows a repeated call by its key.
	Keyed bool
}

// longest is longer than any rollback of a fake takes.
const longest = time.Hour

func (s Stage) target(t *testing.T, door http.Handler) rollbacks.Target {
	t.Helper()
	if s.Keys["account"] == "" {
		s.Keys["account"] = awsfake.Account
	}
	return Target(t, s.Maker, s.Keys, door)
}

// Test holds what must hold for each way back of each target.
func Test(t *testing.T, ways ...Way) {
	t.Helper()
	for _, w := range ways {
		t.Run(w.Name, func(t *testing.T) {
			t.Run("goes back", w.goesBack)
			t.Run("unanswered", w.unanswered)
			t.Run("refused", w.refused)
			t.Run("nobody knows", w.nobodyKnows)
			t.Run("moved", w.moved)
			t.Run("unknown member", w.unknownMember)
			t.Run("foreign account", w.foreign)
			t.Run("unreachable", w.unreachable)
		})
	}
}

// goesBack: nothing is found before the start; after it, the same plan is not made again, and it comes to its end.
func (w Way) goesBack(t *testing.T) {
	s := w.Set(t)
	target := s.target(t, s.Fake)
	p := Plan(t, target)
	if p.Keyed != w.Keyed {
		t.Errorf("keyed: %v", p.Keyed)
	}
	if _, found, err := target.Find(t.Context(), "4/rollback/1", p); found || err != nil {
		t.Error("found before it was started", err)
	}
	ref, err := target.Start(t.Context(), "4/rollback/1", p)
	if err != nil || s.Fake.Calls(w.Starts) != 1 {
		t.Fatal(err, s.Fake.Calls(w.Starts))
	}
	if again, err := target.Plan(t.Context()); err == nil && Digest(again) == Digest(p) {
		t.Error("while it goes on, the same is planned again")
	}
	if ref, found, err := target.Find(t.Context(), "4/rollback/1", p); !found || err != nil || ref == "" {
		t.Error("not found after it was started", err)
	}
	s.Pass(longest)
	if state := State(t, target, ref); state.Stage != rollbacks.Done || !s.Back() {
		t.Errorf("%+v, went back: %v", state, s.Back())
	}
	if s.Fake.Calls(w.Starts) != 1 {
		t.Errorf("asked for %d times", s.Fake.Calls(w.Starts))
	}
}

// unanswered: AWS does what it is told and does not answer. It is asked once, nobody takes that for a refusal, and it is found.
func (w Way) unanswered(t *testing.T) {
	s := w.Set(t)
	target := s.target(t, s.Fake)
	p := Plan(t, target)
	s.Fake.Fail(w.Starts, awsfake.Fault{Deaf: true, Left: -1})
	_, err := target.Start(t.Context(), "4/rollback/1", p)
	if _, no := errors.AsType[*rollbacks.Refused](err); err == nil || no || s.Fake.Calls(w.Starts) != 1 {
		t.Errorf("%v, asked %d times", err, s.Fake.Calls(w.Starts))
	}
	if _, found, err := target.Find(t.Context(), "4/rollback/1", p); !found || err != nil {
		t.Fatal("not found", err)
	}
	s.Pass(longest)
	ref, found, err := target.Find(t.Context(), "4/rollback/1", p)
	if !found || err != nil {
		t.Fatal("not found when it is over", err)
	}
	if state := State(t, target, ref); state.Stage != rollbacks.Done || !s.Back() || s.Fake.Calls(w.Starts) != 1 {
		t.Errorf("%+v, went back: %v, asked %d times", state, s.Back(), s.Fake.Calls(w.Starts))
	}
	if !w.Keyed {
		return
	}
	s.Fake.Fail(w.Starts, awsfake.Fault{})
	if _, err := target.Start(t.Context(), "4/rollback/1", p); err != nil {
		t.Errorf("asked again with the same key: %v", err)
	}
}

// refused: what AWS refuses was not started.
func (w Way) refused(t *testing.T) {
	for code, status := range w.Refuses {
		s := w.Set(t)
		target := s.target(t, s.Fake)
		p := Plan(t, target)
		s.Fake.Fail(w.Starts, awsfake.Fault{Code: code, Status: status, Left: -1})
		_, err := target.Start(t.Context(), "4/rollback/1", p)
		no, refused := errors.AsType[*rollbacks.Refused](err)
		if !refused || s.Fake.Calls(w.Starts) != 1 || !strings.Contains(no.Error(), code) {
			t.Errorf("%s: %v, asked %d times", code, err, s.Fake.Calls(w.Starts))
		}
		if s.Back() {
			t.Errorf("%s: it went back", code)
		}
	}
}

// nobodyKnows: of what breaks on the side of AWS nobody knows whether it was started, and nothing is found if it was not.
func (w Way) nobodyKnows(t *testing.T) {
	for code, status := range map[string]int{"InternalFailure": 500, "ServiceUnavailable": 503} {
		s := w.Set(t)
		target := s.target(t, s.Fake)
		p := Plan(t, target)
		s.Fake.Fail(w.Starts, awsfake.Fault{Code: code, Status: status, Left: -1})
		_, err := target.Start(t.Context(), "4/rollback/1", p)
		if _, no := errors.AsType[*rollbacks.Refused](err); err == nil || no || s.Fake.Calls(w.Starts) != 1 {
			t.Errorf("%s: %v, asked %d times", code, err, s.Fake.Calls(w.Starts))
		}
		if _, found, err := target.Find(t.Context(), "4/rollback/1", p); found || err != nil {
			t.Errorf("%s: found: %v %v", code, found, err)
		}
	}
}

// moved: when somebody else has changed it, it is another plan, or none, so nothing that was approved before is started.
func (w Way) moved(t *testing.T) {
	s := w.Set(t)
	target := s.target(t, s.Fake)
	p := Plan(t, target)
	s.Moves()
	if again, err := target.Plan(t.Context()); err == nil && Digest(again) == Digest(p) {
		t.Error("the plan is still the same")
	}
}

// unknownMember: the fake refuses what AWS's model does not have.
func (w Way) unknownMember(t *testing.T) {
	s := w.Set(t)
	var broken atomic.Bool
	target := s.target(t, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if broken.Load() {
			r = withMember(r)
		}
		s.Fake.ServeHTTP(rw, r)
	}))
	p := Plan(t, target)
	broken.Store(true)
	_, err := target.Start(t.Context(), "4/rollback/1", p)
	if _, no := errors.AsType[*rollbacks.Refused](err); !no || s.Back() {
		t.Errorf("a request with an unknown member: %v", err)
	}
}

// withMember adds a member to a request that no model has.
func withMember(r *http.Request) *http.Request {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return r
	}
	var members map[string]any
	if json.Unmarshal(body, &members) == nil {
		members["Quite unheard of"] = "x"
		if body, err = json.Marshal(members); err != nil {
			return r
		}
	} else {
		body = append(body, "&Unheard=x"...)
	}
	changed := r.Clone(r.Context())
	changed.Body, changed.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	return changed
}

// foreign: with credentials of another account there is no plan.
func (w Way) foreign(t *testing.T) {
	s := w.Set(t)
	s.Keys["account"] = "999999999999"
	_, err := s.target(t, s.Fake).Plan(t.Context())
	no, ok := errors.AsType[*rollbacks.Impossible](err)
	if !ok || !strings.Contains(no.Why, "of the account "+awsfake.Account) || no.Instead == "" {
		t.Error(err)
	}
}

// unreachable: without a connection nothing was started. A connection that is kept from the call before may have carried the request, so each
// call has its own here.
func (w Way) unreachable(t *testing.T) {
	s := w.Set(t)
	s.Keys["account"] = awsfake.Account
	server := httptest.NewServer(s.Fake)
	cfg := Config(t, s.Fake)
	cfg.BaseEndpoint = &server.URL
	cfg.HTTPClient = awshttp.Client(sdk.NewBuildableClient().WithTransportOptions(func(t *http.Transport) {
		t.DisableKeepAlives = true
	}))
	target, err := s.Maker.New(cfg, s.Keys)
	if err != nil {
		t.Fatal(err)
	}
	p := Plan(t, target)
	server.Close()
	_, err = target.Start(t.Context(), "4/rollback/1", p)
	if _, no := errors.AsType[*rollbacks.Refused](err); !no || s.Fake.Calls(w.Starts) != 0 {
		t.Errorf("%v, asked %d times", err, s.Fake.Calls(w.Starts))
	}
}
