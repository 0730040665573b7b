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
	// glance is how often a full door looks again who has become slow.
	glance = 50 * time.Millisecond
	// maxLines is how many lines the headers of a request may have: a list of tiny headers takes many times its size.
	maxLines = 500
)

var errLines = errors.New("too many headers")

// A Crowd is a listener with so many connections open at a time at most. When it is full, whoever wants in gets the place of the
// one that has been silent for longest, or else of the one whose request has been arriving for longest. Nobody is closed whose
// request has arrived: if those are all, others wait.
type Crowd struct {
	net.Listener
	most  int
	onEnd func() // called for each connection that was closed for another

	mu      sync.Mutex
	guests  map[*guest]bool
	changed chan struct{} // somebody left, or fell silent
	closed  chan struct{}
	once    sync.Once
}

// NewCrowd makes a Crowd of a listener. onEnd, which may be nil, is called for each connection that was closed for another.
func NewCrowd(l net.Listener, most int, onEnd func()) *Crowd {
	return &Crowd{
		Listener: l, most: most, onEnd: onEnd, guests: map[*guest]bool{}, changed: make(chan struct{}, 1), closed: make(chan struct{}),
	}
}

// A stage is how far a connection has come with its present request.
type stage int

const (
	silent  stage = iota // nothing has come, or not all headers
	sending              // the body is arriving
	served               // all has arrived: it is being worked on, or answered
)

// guest is a connection. Its stage is guarded by the crowd's lock.
type guest struct {
	net.Conn
	crowd *Crowd
	stage stage
	since time.Time // when the stage began
	known bool      // it has sent a request before: who loses such a connection tries again

	awaited atomic.Bool  // somebody is waiting for what it sends
	lines   atomic.Int32 // of headers that have come, while it is silent
}

// Read reads, and counts the lines of headers.
func (g *guest) Read(p []byte) (int, error) {
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

// Guard makes a server tell the crowd how far its connections are. It is called before the server serves.
func (c *Crowd) Guard(s *http.Server) {
	s.ConnState = func(conn net.Conn, state http.ConnState) {
		g, ok := conn.(*guest)
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
		return context.WithValue(ctx, guestKey{}, conn)
	}
	next := s.Handler
	s.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Body == nil || r.Body == http.NoBody {
			arrived(r)
		}
		next.ServeHTTP(w, r)
	})
}

type guestKey struct{}

// arrived notes that all of a request has come.
func arrived(r *http.Request) {
	if g, ok := r.Context().Value(guestKey{}).(*guest); ok {
		g.crowd.enter(g, served)
	}
}

// Accept returns the next connection that there is a place for.
func (c *Crowd) Accept() (net.Conn, error) {
	conn, err := c.Listener.Accept()
	if err != nil {
		return nil, err
	}
	g := &guest{Conn: conn, crowd: c}
	look := time.NewTicker(glance)
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
func (c *Crowd) admit(g *guest, now time.Time) bool {
	c.mu.Lock()
	var out *guest
	if len(c.guests) >= c.most {
		for out = c.longest(now); out != nil && pending(out.Conn); out = c.longest(now) {
			out.since = now // it has spoken, and was not heard yet
		}
		if out == nil {
			c.mu.Unlock()
			return false
		}
		delete(c.guests, out)
	}
	g.since = now
	c.guests[g] = true
	c.mu.Unlock()
	if out != nil {
		_ = out.Conn.Close()
		if c.onEnd != nil {
			c.onEnd()
		}
	}
	return true
}

// longest is the connection to close for another: the one that has been silent for longest, or else sending. It is nil if all have
// a claim to stay: nobody pays for it that we are slow ourselves.
func (c *Crowd) longest(now time.Time) *guest {
	var out *guest
	for g := range c.guests {
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
func (c *Crowd) enter(g *guest, s stage) {
	c.mu.Lock()
	defer c.mu.Unlock()
	g.stage, g.since = s, time.Now()
	g.lines.Store(-1)
	if s == silent {
		g.lines.Store(0)
		g.known = true
		c.tell()
	}
}

// leave gives the place of a connection back, once.
func (c *Crowd) leave(g *guest) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.guests, g)
	c.tell()
}

// tell wakes whoever waits for a place.
func (c *Crowd) tell() {
	select {
	case c.changed <- struct{}{}:
	default:
	}
}

// Close closes the listener and ends the wait for a place.
func (c *Crowd) Close() error {
	c.once.Do(func() { close(c.closed) })
	return c.Listener.Close()
}

// Close closes the connection and gives its place back.
func (g *guest) Close() error {
	defer g.crowd.leave(g)
	return g.Conn.Close()
}
