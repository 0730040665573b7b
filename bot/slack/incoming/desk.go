package incoming

import (
	"context"
	"log/slog"
	"time"

	"github.com/oncalm/oncalm/bot/slack"
	"github.com/oncalm/oncalm/clocks"
)

// deadline is how long a request may wait for the store. Slack gives up after 3 s, and what comes after that nobody hears.
const deadline = 2500 * time.Millisecond

// A Desk does something about what was parsed, for all doors alike.
type Desk struct {
	Clock *clocks.Clock
	Log   *slog.Logger
	// Ours reports whether an address is Slack's, so that an answer may be sent there.
	Ours   func(address string) bool
	Handle slack.Handler
}

// Serve handles a request in the time that Slack has for it, and says what is to be replied. The work outlives a door that closes.
func (d *Desk) Serve(ctx context.Context, p Parsed) slack.Reply {
	if !p.Throttled.IsZero() {
		d.Log.Warn("Slack is rate-limiting events, since there are too many", "minute", p.Throttled)
	}
	if !p.asks() {
		return slack.Reply{}
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), deadline)
	defer cancel()
	in := p.Request
	in.At = d.Clock.Now()
	if in.ReplyTo != "" && !d.Ours(in.ReplyTo) {
		d.Log.Warn("a request names a response URL that is not Slack's; it gets no reply there")
		in.ReplyTo = ""
	}
	return d.Handle(ctx, in)
}
