package doors

import (
	"bytes"
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// newcomer is how long a new connection may be silent before it can be closed for others: its request may be on the way.
	newcomer = time.Second
	// slow is how long a request may take to arrive before it can be closed for others.
	slow = time.Second
	// recheckEvery is how often a full listener checks which connections have become slow.
	recheckEvery = 50 * time.Millisecond
	// maxLines is how many lines the headers of a request may have: a list of tiny headers takes many times its size.
	maxLines = 500
)

var errLines = errors.New("too many headers")

// A LimitedListener keeps at most so many connections open. When it is full, a new connection gets the place of the
// one that has been silent for longest, or else of the one whose request has been arriving for longest. Nobody is closed whose
// request has arrived: if those are all, others wait.
type LimitedListener struct {
	net.Listener
	most  int
	onEnd func() // called for each connection that was closed for another

	mu      sync.Mutex
	conns   map[*trackedConn]bool
	changed chan struct{} // somebody left, or fell silent
	closed  chan struct{}
	once    sync.Once
}

// NewLimitedListener limits l to most connections. onEnd, which may be nil, is called for each connection that is closed for another.
func NewLimitedListener(l net.Listener, most int, onEnd func()) *LimitedListener {
	return &LimitedListener{
		Listener: l, most: most, onEnd: onEnd, conns: map[*trackedConn]bool{}, changed: make(chan struct{}, 1),
		closed: make(chan struct{}),
	}
}

// A stage is how far a connection has come with its present request.
type stage int

const (
	silent  stage = iota // nothing has come, or not all headers
	sending              // the body is arriving
	served               // all has arrived: it is being worked on, or answered
)

// trackedConn is a connection. Its stage is guarded by the listener's lock.
type trackedConn struct {
	net.Conn
	listener *LimitedListener
	stage    stage
	since    time.Time // when the stage began
	known    bool      // it has sent a request before: who loses such a connection tries again

	awaited atomic.Bool  // somebody is waiting for what it sends
	lines   atomic.Int32 // of headers that have come, while it is silent
}

// Read reads, and counts the lines of headers.
func (g *trackedConn) Read(p []byte) (int, error) {
	g.awaited.Store(true)
	n, err := g.Conn.Read(p)
	g.awaited.Store(false)
	if g.lines.Load() < 0 {
		return n, err
	}
	headers, _, _ := bytes.Cut(p[:n], []byte("\r\n\r\n"))
	if g.lines.Add(int32(bytes.Count(headers, []byte("\n")))) > maxLines {
		return 0, errLines
	}
	return n, err
}

// Guard makes a server report to the listener how far its connections are. It is called before the server serves.
func (c *LimitedListener) Guard(s *http.Server) {
	s.ConnState = func(conn net.Conn, state http.ConnState) {
		g, ok := conn.(*trackedConn)
		switch {
		case !ok:
		case state == http.StateActive:
			c.enter(g, sending)
		case state == http.StateIdle:
			c.enter(g, silent)
		case state == http.StateHijacked, state == http.StateClosed:
			c.leave(g)
		}
	}
	s.ConnContext = func(ctx context.Context, conn net.Conn) context.Context {
		return context.WithValue(ctx, connKey{}, conn)
	}
	next := s.Handler
	s.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Body == nil || r.Body == http.NoBody {
			arrived(r)
		}
		next.ServeHTTP(w, r)
	})
}

type connKey struct{}

// arrived notes that all of a request has come.
func arrived(r *http.Request) {
	if g, ok := r.Context().Value(connKey{}).(*trackedConn); ok {
		g.listener.enter(g, served)
	}
}

// Accept returns the next connection that there is a place for.
func (c *LimitedListener) Accept() (net.Conn, error) {
	conn, err := c.Listener.Accept()
	if err != nil {
		return nil, err
	}
	g := &trackedConn{Conn: conn, listener: c}
	look := time.NewTicker(recheckEvery)
	defer look.Stop()
	for !c.admit(g, time.Now()) {
		select {
		case <-c.changed:
		case <-look.C:
		case <-c.closed:
			_ = conn.Close()
			return nil, net.ErrClosed
		}
	}
	return g, nil
}

// admit gives a connection a place, if there is one or somebody can be closed for it.
func (c *LimitedListener) admit(g *trackedConn, now time.Time) bool {
	c.mu.Lock()
	var out *trackedConn
	if len(c.conns) >= c.most {
		for out = c.evictable(now); out != nil && pending(out.Conn); out = c.evictable(now) {
			out.since = now // its bytes have arrived, and were not read yet
		}
		if out == nil {
			c.mu.Unlock()
			return false
		}
		delete(c.conns, out)
	}
	g.since = now
	c.conns[g] = true
	c.mu.Unlock()
	if out != nil {
		_ = out.Conn.Close()
		if c.onEnd != nil {
			c.onEnd()
		}
	}
	return true
}

// evictable is the connection to close for another: the one that has been silent for longest, or else sending. It is nil if all have
// a claim to stay: nobody pays for it that we are slow ourselves.
func (c *LimitedListener) evictable(now time.Time) *trackedConn {
	var out *trackedConn
	for g := range c.conns {
		if !g.awaited.Load() {
			continue
		}
		quiet := now.Sub(g.since)
		may := g.stage == silent && (g.known && quiet > 0 || quiet >= newcomer) || g.stage == sending && quiet >= slow
		if may && (out == nil || g.stage < out.stage || g.stage == out.stage && g.since.Before(out.since)) {
			out = g
		}
	}
	return out
}

// enter notes that a connection has come to a stage.
func (c *LimitedListener) enter(g *trackedConn, s stage) {
	c.mu.Lock()
	defer c.mu.Unlock()
	g.stage, g.since = s, time.Now()
	g.lines.Store(-1)
	if s == silent {
		g.lines.Store(0)
		g.known = true
		c.wakeWaiting()
	}
}

// leave gives the place of a connection back, once.
func (c *LimitedListener) leave(g *trackedConn) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.conns, g)
	c.wakeWaiting()
}

// wakeWaiting wakes whoever waits for a place.
func (c *LimitedListener) wakeWaiting() {
	select {
	case c.changed <- struct{}{}:
	default:
	}
}

// Close closes the listener and ends the wait for a place.
func (c *LimitedListener) Close() error {
	c.once.Do(func() { close(c.closed) })
	return c.Listener.Close()
}

// Close closes the connection and gives its place back.
func (g *trackedConn) Close() error {
	defer g.listener.leave(g)
	return g.Conn.Close()
}
