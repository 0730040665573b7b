package slackfake

import (
	"context"
	"net"
	"net/http"
	"os"
	"slices"
	"strconv"
	"syscall"
	"time"

	"github.com/oncalm/oncalm/bot/slackfake/wire"
	"github.com/oncalm/oncalm/bot/slackfake/workspace"
)

// Fault makes calls fail. Empty filters match everything.
type Fault struct {
	Method  string // "chat.postMessage", …, "response_url", "upload"
	Channel string // id or name
	User    string // who is named in the call, or whose direct messages it concerns
	Skip    int    // lets so many matching calls through first
	Times   int    // fails so many calls; 0 means until [Slack.Clear]
	Kind    Kind
}

// Kind is a way to fail. The functions that return a Kind list the ways there are.
type Kind struct {
	name   string
	stores bool
	play   func(ctx context.Context, run func() wire.Reply) wire.Reply
}

// String names the kind as it appears in Call.Outcome.
func (k Kind) String() string { return k.name }

// outcome is the word for Call.Outcome, given what the work itself came to.
func (k Kind) outcome(work string) string {
	if k.stores {
		return work + ", then " + k.name
	}
	return k.name
}

func fixed(name string, rep wire.Reply) Kind {
	return Kind{name: name, play: func(context.Context, func() wire.Reply) wire.Reply { return rep }}
}

// RateLimited answers 429 with this Retry-After header, which Slack sends in whole
// seconds; "" leaves it out.
func RateLimited(retryAfter string) Kind {
	rep := wire.JSONReply(wire.Answer{"ok": false, "error": "ratelimited"})
	rep.Status = http.StatusTooManyRequests
	if retryAfter != "" {
		rep.Header.Set("Retry-After", retryAfter)
	}
	return fixed("429", rep)
}

// Status answers with this status code and an HTML page.
func Status(code int) Kind {
	return fixed(strconv.Itoa(code), wire.HTMLReply(code, http.StatusText(code)))
}

// Redirect answers 302 to a sign-in page, which is HTML with status 200.
func Redirect() Kind {
	rep := wire.HTMLReply(http.StatusFound, "Moved")
	rep.Header.Set("Location", "/signin")
	return fixed("302", rep)
}

// HTML answers 200 with a page instead of JSON.
func HTML() Kind { return fixed("html", wire.HTMLReply(http.StatusOK, "We will be back soon")) }

// Truncated answers 200 with JSON that breaks off; nothing is done.
func Truncated() Kind {
	rep := wire.JSONReply(wire.Answer{"ok": true})
	rep.Body = []byte(`{"ok":true,"channel":"C0`)
	return fixed("truncated", rep)
}

// JSON answers 200 with this text; nothing is done.
func JSON(text string) Kind {
	rep := wire.JSONReply(nil)
	rep.Body = []byte(text)
	return fixed("json", rep)
}

// Empty answers 200 with no body; nothing is done.
func Empty() Kind {
	rep := wire.JSONReply(nil)
	rep.Body = nil
	return fixed("empty", rep)
}

// Error answers ok:false with this error.
func Error(code string) Kind {
	return fixed(code, wire.JSONReply(wire.Answer{"ok": false, "error": code}))
}

// Hang never answers; the caller waits until its own patience ends.
func Hang() Kind {
	return Kind{name: "hang", play: func(ctx context.Context, _ func() wire.Reply) wire.Reply {
		<-ctx.Done()
		return wire.Reply{Err: ctx.Err()}
	}}
}

// Reset cuts the connection.
func Reset() Kind { return broken("reset", "read", syscall.ECONNRESET) }

// Refused refuses the connection (in memory), or answers 503 (over a socket).
func Refused() Kind { return broken("refused", "dial", syscall.ECONNREFUSED) }

func broken(name, op string, cause syscall.Errno) Kind {
	return fixed(name, wire.Reply{Err: &net.OpError{Op: op, Net: "tcp", Err: os.NewSyscallError(op, cause)}})
}

// Slow answers properly, but d later. If the caller does not wait that long,
// nothing is done.
func Slow(d time.Duration) Kind {
	return Kind{name: "slow", stores: true, play: func(ctx context.Context, run func() wire.Reply) wire.Reply {
		late := time.NewTimer(d)
		defer late.Stop()
		select {
		case <-ctx.Done():
			return wire.Reply{Err: ctx.Err()}
		case <-late.C:
			return run()
		}
	}}
}

// Stored does what was asked and then fails in the given way: the caller cannot
// know that it was done.
func Stored(then Kind) Kind {
	return Kind{name: then.name, stores: true, play: func(ctx context.Context, run func() wire.Reply) wire.Reply {
		rep := run()
		return then.play(ctx, func() wire.Reply { return rep })
	}}
}

// StoredButTimedOut does what was asked but never answers.
func StoredButTimedOut() Kind { return Stored(Hang()) }

// Fail adds a fault. Of several that match a call, the first added one counts.
func (s *Slack) Fail(f Fault) {
	s.ws.Lock()
	defer s.ws.Unlock()
	s.faults = append(s.faults, &f)
}

type everyNth struct {
	n, count int
	kind     Kind
}

// FailEvery makes each n-th call from now on fail, whatever its method; n = 0 turns
// that off.
func (s *Slack) FailEvery(n int, k Kind) {
	s.ws.Lock()
	defer s.ws.Unlock()
	s.every = everyNth{n: n, kind: k}
}

type outage struct {
	on    bool
	until time.Time
}

func (o outage) at(now time.Time) bool { return o.on || now.Before(o.until) }

// Down takes Slack down until Down(false): connections are refused in memory, and
// over a socket every call gets 503. While it is down nobody gets through to the
// bot either.
func (s *Slack) Down(on bool) {
	s.ws.Lock()
	defer s.ws.Unlock()
	s.down = outage{on: on}
	s.ws.Changes.Mark()
}

// DownFor takes Slack down for a while.
func (s *Slack) DownFor(d time.Duration) {
	s.ws.Lock()
	defer s.ws.Unlock()
	s.down = outage{until: time.Now().Add(d)}
	s.ws.Changes.Mark()
}

// IsDown tells whether Slack is down, and until when if that is known.
func (s *Slack) IsDown() (bool, time.Time) {
	s.ws.Lock()
	defer s.ws.Unlock()
	return s.down.at(time.Now()), s.down.until
}

// Clear ends all faults and outages.
func (s *Slack) Clear() {
	s.ws.Lock()
	defer s.ws.Unlock()
	s.faults, s.every, s.down = nil, everyNth{}, outage{}
	s.ws.Changes.Mark()
}

// fault chooses how a call fails; nil means that it does not.
func (s *Slack) fault(name string, a wire.Args) *Kind {
	if s.down.at(time.Now()) {
		k := Refused()
		return &k
	}
	for _, f := range s.faults {
		if !s.concerns(f, name, a) {
			continue
		}
		if f.Skip > 0 {
			f.Skip--
			continue
		}
		if f.Times > 0 {
			if f.Times--; f.Times == 0 {
				s.faults = slices.DeleteFunc(s.faults, func(x *Fault) bool { return x == f })
			}
		}
		k := f.Kind
		return &k
	}
	if s.every.n > 0 {
		if s.every.count++; s.every.count%s.every.n == 0 {
			k := s.every.kind
			return &k
		}
	}
	return nil
}

func (s *Slack) concerns(f *Fault, name string, a wire.Args) bool {
	if f.Method != "" && f.Method != name {
		return false
	}
	c := s.ws.Find(a["channel"])
	if c == nil {
		c = s.ws.Find(a["channel_id"])
	}
	if f.Channel != "" && (c == nil || s.ws.Find(f.Channel) != c) {
		return false
	}
	if f.User == "" {
		return true
	}
	named := slices.Concat(a.List("user"), a.List("users"), a.List("user_id"), []string{a["channel"]})
	return slices.Contains(named, f.User) || a["channel"] == workspace.DMID(f.User)
}
