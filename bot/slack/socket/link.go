package socket

import (
	"context"
	"errors"
	"net/url"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"github.com/oncalm/oncalm/bot/slack"
)

// A link is one connection.
type link struct {
	*Door
	ws      *websocket.Conn
	writing sync.Mutex
	reading sync.Mutex
	leaving bool          // nothing more is read
	replace chan struct{} // closed when another is to take its place
	retire  func()        // closes it
	greeted bool
	why     string // it ends, if Slack has said
}

// errAddress says that an address is none to connect to. It does not name it: who knows it can speak for Slack.
var errAddress = errors.New("the address for connections is not one with TLS")

// connect opens a connection.
func (d *Door) connect(ctx context.Context) (*link, error) {
	ctx, cancel := context.WithTimeout(ctx, handshake)
	defer cancel()
	address, err := d.o.Link(ctx)
	if err != nil {
		return nil, err
	}
	if u, err := url.Parse(address); err != nil || u.Scheme != "wss" && (u.Scheme != "ws" || !d.o.Insecure) {
		return nil, errAddress
	}
	ws, resp, err := d.dialer.DialContext(ctx, address, nil)
	if resp != nil && resp.Body != nil {
		_ = resp.Body.Close()
	}
	if err != nil {
		return nil, err
	}
	l := &link{Door: d, ws: ws, replace: make(chan struct{})}
	l.retire = sync.OnceFunc(func() { close(l.replace) })
	return l, nil
}

// reason names an error without an address in it.
func reason(err error) string {
	if code := slack.CodeOf(err); code != "" {
		return "Slack says " + code
	}
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		err = wrapped.Err
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return "Slack does not answer"
	}
	return err.Error()
}

// attend takes what comes over a connection until it ends, or ctx does, and returns when that was handled.
func (l *link) attend(ctx context.Context) {
	var beside sync.WaitGroup
	defer beside.Wait()
	defer l.retire()
	ended := make(chan struct{})
	defer close(ended)
	beside.Go(func() { l.ping(ctx, ended) })
	l.ws.SetReadLimit(largest)
	l.heard()
	echo := l.ws.PingHandler()
	l.ws.SetPingHandler(func(said string) error { l.heard(); return echo(said) })
	l.ws.SetPongHandler(func(string) error { l.heard(); return nil })
	var work sync.WaitGroup
	for {
		_, message, err := l.ws.ReadMessage()
		if err != nil {
			l.end(ctx, err)
			break
		}
		l.heard()
		l.read(ctx, message, &work)
	}
	work.Wait() // what was read is handled, and acknowledged if there still is a way
	_ = l.ws.Close()
}

// heard notes that the other side is alive.
func (l *link) heard() {
	l.reading.Lock()
	defer l.reading.Unlock()
	if !l.leaving {
		_ = l.ws.SetReadDeadline(time.Now().Add(silence))
	}
}

// leave makes an end of the reading. Acknowledgements still go out.
func (l *link) leave() {
	l.reading.Lock()
	defer l.reading.Unlock()
	l.leaving = true
	_ = l.ws.SetReadDeadline(time.Unix(1, 0))
}

// end notes that nothing comes any more.
func (l *link) end(ctx context.Context, err error) {
	if l.why == "" {
		l.why = reason(err)
	}
	if l.greeted && l.state.part(time.Now(), l.why) && ctx.Err() == nil {
		l.o.Log.Info("the connection to Slack has ended; opening another", "why", l.why)
	}
}

// ping says from time to time that we are there. When ctx ends, or another connection has taken this one's place for long enough,
// it makes an end of the reading.
func (l *link) ping(ctx context.Context, ended <-chan struct{}) {
	each := time.NewTicker(pinging)
	defer each.Stop()
	replaced, over := l.replace, (<-chan time.Time)(nil)
	for {
		select {
		case <-ended:
			return
		case <-ctx.Done():
			l.leave()
			return
		case <-over:
			l.leave()
			return
		case <-replaced:
			replaced, over = nil, time.After(linger)
		case <-each.C:
			_ = l.ws.WriteControl(websocket.PingMessage, nil, time.Now().Add(time.Second)) // if it fails, nothing comes back
		}
	}
}
