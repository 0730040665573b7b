package doors

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// A place where requests are answered, in which a test knows who was closed for others.
type place struct {
	t      *testing.T
	addr   string
	closed atomic.Int32
	hold   chan struct{} // requests to /hold wait for it
	held   atomic.Int32
}

func newPlace(t *testing.T, most int, l func(net.Listener) net.Listener) *place {
	t.Helper()
	p := &place{t: t, hold: make(chan struct{})}
	bodies := NewReader(1, time.Second)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, done, err := bodies.Read(w, r)
		defer done()
		if err != nil {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		if r.URL.Path == "/hold" {
			p.held.Add(1)
			<-p.hold
		}
		_, _ = fmt.Fprintf(w, "%d bytes", len(body))
	}))
	if l == nil {
		limited := NewLimitedListener(server.Listener, most, func() { p.closed.Add(1) })
		limited.Guard(server.Config)
		server.Listener = limited
	} else {
		server.Listener = l(server.Listener)
	}
	server.Start()
	p.addr = server.Listener.Addr().String()
	t.Cleanup(server.Close)
	return p
}

// dial connects and says something.
func (p *place) dial(says string) net.Conn {
	p.t.Helper()
	c, err := net.Dial("tcp", p.addr)
	if err == nil {
		_, err = io.WriteString(c, says)
	}
	if err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() { _ = c.Close() })
	return c
}

const get = "GET / HTTP/1.1\r\nHost: h\r\n\r\n"

// answer reads one answer, if one comes in time.
func answer(c net.Conn, patience time.Duration) error {
	_ = c.SetReadDeadline(time.Now().Add(patience))
	resp, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	return err
}

func (p *place) reached(n int32, count *atomic.Int32) {
	p.t.Helper()
	for begun := time.Now(); count.Load() < n; <-time.After(time.Millisecond) { // real sockets are not in a bubble
		if time.Since(begun) > 10*time.Second {
			p.t.Fatalf("%d after 10 s, want %d", count.Load(), n)
		}
	}
}

// TestSilentGoFirst: the one that has been silent for longest makes room, and nobody else.
func TestSilentGoFirst(t *testing.T) {
	p := newPlace(t, 4, nil)
	first := p.dial(get)
	if err := answer(first, 5*time.Second); err != nil {
		t.Fatal(err)
	}
	held := p.dial("GET /hold HTTP/1.1\r\nHost: h\r\n\r\n")
	p.reached(1, &p.held)
	second, third := p.dial(""), p.dial("GET / HT")
	if err := answer(p.dial(get), 5*time.Second); err != nil {
		t.Errorf("a newcomer: %v", err)
	}
	if err := answer(first, 5*time.Second); !errors.Is(err, io.EOF) && !strings.Contains(fmt.Sprint(err), "reset") &&
		!errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("the one that was silent for longest: %v, want it closed", err)
	}
	if n := p.closed.Load(); n != 1 {
		t.Errorf("%d were closed for one", n)
	}
	if _, err := io.WriteString(third, "TP/1.1\r\nHost: h\r\n\r\n"); err != nil || answer(third, 5*time.Second) != nil {
		t.Errorf("one that was slow for a moment: %v", err)
	}
	_ = second
	close(p.hold)
	if err := answer(held, 5*time.Second); err != nil {
		t.Errorf("the one that was waited for: %v", err)
	}
}

// TestServedStay: nobody is closed whose request has come; others wait.
func TestServedStay(t *testing.T) {
	p := newPlace(t, 3, nil)
	var inside []net.Conn
	for range 3 {
		inside = append(inside, p.dial("POST /hold HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody"))
	}
	p.reached(3, &p.held)
	outside := p.dial(get)
	if err := answer(outside, slow+newcomer); err == nil {
		t.Error("a fourth was let in")
	}
	close(p.hold)
	for _, c := range append(inside, p.dial(get)) {
		if err := answer(c, 5*time.Second); err != nil {
			t.Error(err)
		}
	}
	if n := p.closed.Load(); n > 2 { // of those that had their answers
		t.Errorf("%d were closed", n)
	}
}

// TestSlowMakeRoom: whoever sends a body slowly, or none, goes when others come.
func TestSlowMakeRoom(t *testing.T) {
	p := newPlace(t, 3, nil)
	for range 10 {
		p.dial("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\nx")
	}
	if err := answer(p.dial(get), 20*time.Second); err != nil {
		t.Errorf("a newcomer: %v", err)
	}
}

// TestPending: whoever has spoken is not silent, though nobody has had the time to listen.
func TestPending(t *testing.T) {
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := NewLimitedListener(inner, 2, nil)
	defer c.Close()
	enter := func(says string) net.Conn {
		out, err := net.Dial("tcp", inner.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = out.Close() })
		if _, err := io.WriteString(out, says); err != nil {
			t.Fatal(err)
		}
		in, err := c.Accept()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = in.Close() })
		in.(*trackedConn).awaited.Store(true)
		return in
	}
	spoke, silent := enter("GET"), enter("")
	for !pending(spoke.(*trackedConn).Conn) {
		<-time.After(time.Millisecond)
	}
	enter("")
	if _, err := spoke.Read(make([]byte, 3)); err != nil {
		t.Errorf("the one that spoke: %v", err)
	}
	if _, err := silent.Read(make([]byte, 1)); !errors.Is(err, net.ErrClosed) {
		t.Errorf("the one that did not: %v, want it closed", err)
	}
}

// TestManyHeaders: a list of tiny headers is not taken apart to its end.
func TestManyHeaders(t *testing.T) {
	p := newPlace(t, 3, nil)
	for lines, want := range map[int]string{maxLines - 10: "HTTP/1.1 200", maxLines + 10: "HTTP/1.1 400"} {
		c := p.dial("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4000\r\n" + strings.Repeat("a:\r\n", lines) + "\r\n" + strings.Repeat("x\n", 2000))
		said := make([]byte, len(want))
		if _, err := io.ReadFull(c, said); err != nil || string(said) != want {
			t.Errorf("%d headers: %q %v, want %q", lines, said, err, want)
		}
	}
}

// TestLimitWithoutEviction is the control: where nobody goes, the silent shut the door.
func TestLimitWithoutEviction(t *testing.T) {
	p := newPlace(t, 0, func(l net.Listener) net.Listener { return &turnstile{l, make(chan struct{}, 3)} })
	for range 3 {
		p.dial("")
	}
	if err := answer(p.dial(get), 500*time.Millisecond); err == nil {
		t.Error("a newcomer was answered")
	}
}

// turnstile lets so many in, and no more.
type turnstile struct {
	net.Listener
	places chan struct{}
}

func (s *turnstile) Accept() (net.Conn, error) {
	select {
	case s.places <- struct{}{}:
		return s.Listener.Accept()
	case <-time.After(time.Second):
		return nil, net.ErrClosed
	}
}

// TestFullListenerCloses: closing a listener ends a wait for a place.
func TestFullListenerCloses(t *testing.T) {
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := NewLimitedListener(inner, 1, nil)
	for range 2 {
		conn, err := net.Dial("tcp", inner.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
	}
	conn, err := c.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	arrived((&http.Request{}).WithContext(context.WithValue(t.Context(), connKey{}, conn)))
	ended := make(chan error, 1)
	go func() { _, err := c.Accept(); ended <- err }()
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	if err := <-ended; !errors.Is(err, net.ErrClosed) {
		t.Errorf("%v, want net.ErrClosed", err)
	}
}

func TestShare(t *testing.T) {
	tests := []struct {
		files  int
		want   Places
		scarce bool
	}{
		{1 << 16, Places{512, 64, 96}, false},
		{1024, Places{512, 64, 96}, false},
		{256, Places{129, 43, 64}, true},
		{64, Places{21, 7, 16}, true},
		{20, Places{6, 2, 8}, true},
	}
	for _, tt := range tests {
		got, scarce := Share(tt.files)
		if got != tt.want || scarce != tt.scarce {
			t.Errorf("%d files: %+v %v, want %+v %v", tt.files, got, scarce, tt.want, tt.scarce)
		}
		if all := got.Public + got.Private + got.Outgoing + ownFiles; all > max(tt.files, 40) {
			t.Errorf("%d files: %d are given", tt.files, all)
		}
	}
	if Files() < 10 {
		t.Errorf("%d files", Files())
	}
}
