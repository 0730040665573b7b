package sockets

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// A Hub has the connections of one bot.
type Hub struct {
	mu      sync.Mutex
	last    int             // number of a ticket, a connection, or an envelope
	tickets map[string]bool // that were not used yet
	open    []*conn         // the newest last
	deaf    bool            // nobody gets in
	sent    []Envelope      // the newest last
	acked   map[string]chan []byte
	acks    []json.RawMessage // that came
}

// NewHub makes a hub without connections.
func NewHub() *Hub { return &Hub{tickets: map[string]bool{}, acked: map[string]chan []byte{}} }

// path is where connections come in.
const path = "/link/"

// Ticket makes an address for one connection; base is where the hub is, or empty for the host that is there in memory only.
func (h *Hub) Ticket(base string) string {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.last++
	ticket := "ticket-" + strconv.Itoa(h.last)
	h.tickets[ticket] = true
	if base == "" {
		base = "wss://wss-primary.slack.com"
	}
	return base + path + "?ticket=" + ticket
}

// ServeHTTP lets a connection in whose ticket is good, and serves it until it ends. A ticket is used up even if it is
// refused.
func (h *Hub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	ticket := r.URL.Query().Get("ticket")
	h.mu.Lock()
	good := h.tickets[ticket] && !h.deaf
	delete(h.tickets, ticket)
	h.mu.Unlock()
	if !good {
		http.Error(w, "no such ticket", http.StatusForbidden)
		return
	}
	up := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
	ws, err := up.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	h.serve(&conn{ws: ws})
}

// Dial connects in memory. Each connection has a server of its own, which speaks the real protocol over a pipe.
func (h *Hub) Dial(context.Context, string, string) (net.Conn, error) {
	h.mu.Lock()
	deaf := h.deaf
	h.mu.Unlock()
	if deaf {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("connection refused")}
	}
	ours, theirs := net.Pipe()
	server := &http.Server{Handler: h, ReadHeaderTimeout: time.Second}
	go func() { _ = server.Serve(&once{conn: newBuffered(ours)}) }() // it ends after the one connection
	return theirs, nil
}

// once is a listener to which one comes.
type once struct {
	mu   sync.Mutex
	conn net.Conn
}

// Accept returns the one connection, and then the end.
func (l *once) Accept() (net.Conn, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	c := l.conn
	if l.conn = nil; c == nil {
		return nil, io.EOF
	}
	return c, nil
}

func (l *once) Close() error   { return nil }
func (l *once) Addr() net.Addr { return &net.TCPAddr{} }

// buffered takes what is written at once, as the network does: in a pipe, two who write to each other at the same moment wait for
// each other.
type buffered struct {
	net.Conn
	written chan []byte
	done    chan struct{}
	end     func()
}

// newBuffered begins to send at once.
func newBuffered(c net.Conn) *buffered {
	b := &buffered{Conn: c, written: make(chan []byte, 256), done: make(chan struct{})}
	b.end = sync.OnceFunc(func() { close(b.done) })
	go b.send()
	return b
}

func (b *buffered) send() {
	for {
		select {
		case <-b.done:
			return
		case text := <-b.written:
			_, _ = b.Conn.Write(text) // whoever reads has gone
		}
	}
}

func (b *buffered) Write(text []byte) (int, error) {
	select {
	case <-b.done:
		return 0, net.ErrClosed
	case b.written <- bytes.Clone(text):
		return len(text), nil
	}
}

func (b *buffered) Close() error {
	b.end()
	return b.Conn.Close()
}

// Deaf lets nobody in any more, and cuts the connections that there are; or lets them in again.
func (h *Hub) Deaf(on bool) {
	h.mu.Lock()
	h.deaf = on
	h.mu.Unlock()
	if on {
		h.Cut()
	}
}

// Cut ends all connections without a word. The bot sees an error of the network, and no close message.
func (h *Hub) Cut() {
	for _, c := range h.connections() {
		_ = c.ws.UnderlyingConn().Close()
	}
}

// Refresh asks for a new connection in the place of each that there is. The old ones end when the bot has had time to open it.
func (h *Hub) Refresh(reason string) {
	for _, c := range h.connections() {
		c.write(map[string]any{"type": "disconnect", "reason": reason, "debug_info": map[string]any{"host": "applink-1"}})
		time.AfterFunc(5*time.Second, c.hangUp)
	}
}

// Connections is how many there are.
func (h *Hub) Connections() int { return len(h.connections()) }

func (h *Hub) connections() []*conn {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]*conn{}, h.open...)
}
