package faults

import (
	"context"
	"net"
	"net/http"
	"os"
	"strconv"
	"syscall"
	"time"

	"github.com/oncalm/oncalm/bot/slackfake/wire"
)

// Kind is a way to fail. The functions that return a Kind list the ways there are.
type Kind struct {
	name   string
	stores bool
	run    func(ctx context.Context, run func() wire.Reply) wire.Reply
}

// Play answers a call: run does the work, if it gets so far.
func (k Kind) Play(ctx context.Context, run func() wire.Reply) wire.Reply { return k.run(ctx, run) }

// String names the kind as it appears in the outcome of a call.
func (k Kind) String() string { return k.name }

// Outcome is the word for the outcome of a call, given what the work itself came to.
func (k Kind) Outcome(work string) string {
	if k.stores {
		return work + ", then " + k.name
	}
	return k.name
}

func fixed(name string, rep wire.Reply) Kind {
	return Kind{name: name, run: func(context.Context, func() wire.Reply) wire.Reply { return rep }}
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
	return Kind{name: "hang", run: func(ctx context.Context, _ func() wire.Reply) wire.Reply {
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
	return Kind{name: "slow", stores: true, run: func(ctx context.Context, run func() wire.Reply) wire.Reply {
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
	return Kind{name: then.name, stores: true, run: func(ctx context.Context, run func() wire.Reply) wire.Reply {
		rep := run()
		return then.run(ctx, func() wire.Reply { return rep })
	}}
}

// StoredButTimedOut does what was asked but never answers.
func StoredButTimedOut() Kind { return Stored(Hang()) }
