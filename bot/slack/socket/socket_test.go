package socket

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"strings"
	"testing"
	"time"
)

// TestState: one connection that holds is one, however many come and go; one that ends at once is none.
func TestState(t *testing.T) {
	begin := time.Unix(1_000_000, 0)
	at := func(seconds int) time.Time { return begin.Add(time.Duration(seconds) * time.Second) }
	var s state
	want := func(when string, second, since int) {
		t.Helper()
		got, _ := s.lost(at(second))
		if since < 0 && !got.IsZero() || since >= 0 && !got.Equal(at(since)) {
			t.Errorf("%s: lost since %v, want %d", when, got, since)
		}
	}
	s.begin(at(0))
	want("at the start", 5, 0)
	s.greet(at(5))
	want("just connected", 6, 0)
	want("connected", 15, -1)
	s.greet(at(100))
	s.part(at(105), "refresh")
	want("with the next", 106, -1)
	s.part(at(200), "cut")
	want("cut", 260, 200)
	for n := range 10 { // it flaps
		s.greet(at(260 + 2*n))
		s.part(at(261+2*n), "cut")
	}
	want("flapping", 281, 200)
	if _, why := s.lost(at(281)); why != "cut" {
		t.Errorf("why: %q", why)
	}
	if !s.fail("x") || s.fail("x") || !s.fail("y") {
		t.Error("a failure is news once")
	}
}

// TestAddress: only an address with TLS is connected to, and no error names one.
func TestAddress(t *testing.T) {
	errDialed := errors.New("dialed")
	for address, dials := range map[string]bool{
		"wss://wss.slack.com/link/?ticket=secret": true, "ws://wss.slack.com/link/?ticket=secret": false,
		"http://wss.slack.com/?ticket=secret": false, "wss://[::1/?ticket=secret": false, "": false,
	} {
		for _, insecure := range []bool{false, true} {
			d := New(Options{
				Link:     func(context.Context) (string, error) { return address, nil },
				Dial:     func(context.Context, string, string) (net.Conn, error) { return nil, errDialed },
				Insecure: insecure, Log: slog.New(slog.DiscardHandler),
			})
			_, err := d.connect(t.Context())
			want := dials || insecure && strings.HasPrefix(address, "ws:")
			if errors.Is(err, errDialed) != want || strings.Contains(reason(err), "secret") {
				t.Errorf("%q, insecure %v: %v", address, insecure, err)
			}
		}
	}
}
