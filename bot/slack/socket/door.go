package socket

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"github.com/oncalm/oncalm/bot/slack"
	"github.com/oncalm/oncalm/bot/slack/incoming"
)

// Options is what a door needs.
type Options struct {
	// Link asks Slack where a connection may be opened.
	Link func(context.Context) (address string, err error)
	// Insecure says that an address may be one without TLS: that of an emulator on this machine.
	Insecure bool
	// Dial reaches the address; nil: the network, with TLS.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	Desk *incoming.Desk
	// Answer posts a reply that is too large for an acknowledgement to the address that its request names.
	Answer func(ctx context.Context, address string, body []byte) error
	// Back is called when there is a connection after there was none: what Slack had to tell meanwhile does not come any more. It may
	// be nil.
	Back func(context.Context)
	Log  *slog.Logger
}

// A Door keeps a connection to Slack, and takes what comes over it.
type Door struct {
	o      Options
	dialer *websocket.Dialer
	state  state
	hands  chan struct{} // has room for those who handle something
}

const (
	// handling is how many requests are handled at a time; more wait.
	handling = 64
	// largest is how large a message of Slack's may be.
	largest = 1 << 20
	// firstPause and mostPause are how long it is waited before the next try: each time twice as long.
	firstPause = time.Second
	mostPause  = 20 * time.Second
	// lasting is how long a connection must have lasted for the next one to be tried at once.
	lasting = 30 * time.Second
	// linger is how long a connection that Slack wants to be replaced may go on beside the next.
	linger = 30 * time.Second
	// silence is how long nothing may come over a connection, pings and their echoes included.
	silence = 35 * time.Second
	// pinging is how often we ping.
	pinging = 10 * time.Second
	// handshake is how long it may take to connect.
	handshake = 10 * time.Second
)

// New makes a door. It connects to nobody.
func New(o Options) *Door {
	d := &Door{o: o, hands: make(chan struct{}, handling)}
	d.dialer = &websocket.Dialer{
		Proxy: http.ProxyFromEnvironment, HandshakeTimeout: handshake,
		WriteBufferSize: 2 * mostAck, // Slack wants a message in one frame
	}
	if o.Dial != nil {
		d.dialer.Proxy, d.dialer.NetDialContext, d.dialer.NetDialTLSContext = nil, o.Dial, o.Dial
	}
	return d
}

// Run keeps a connection until ctx ends, and returns when what came in was handled.
func (d *Door) Run(ctx context.Context) {
	var open sync.WaitGroup
	defer open.Wait()
	d.state.begin(time.Now())
	pause := firstPause
	for ctx.Err() == nil {
		began := time.Now()
		l, err := d.connect(ctx)
		if err != nil {
			if ctx.Err() == nil && d.state.fail(reason(err)) {
				d.o.Log.Warn("there is no connection to Slack; trying again", "err", reason(err))
			}
			rest(ctx, max(pause, slack.WaitOf(err)))
			pause = min(2*pause, mostPause)
			continue
		}
		open.Go(func() { l.attend(ctx) })
		select {
		case <-l.replace:
		case <-ctx.Done():
		}
		if time.Since(began) >= lasting {
			pause = firstPause
			continue
		}
		rest(ctx, pause)
		pause = min(2*pause, mostPause)
	}
}

// rest waits, but not beyond the end of ctx.
func rest(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

// Lost says since when there is no connection that holds, and what the last try came to; a zero time if there is one. A
// connection holds when it has lasted for a moment.
func (d *Door) Lost(now time.Time) (since time.Time, why string) { return d.state.lost(now) }
