package main

import (
	"fmt"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"
	"unsafe"

	"github.com/oncalm/oncalm/clocks"
)

// hands turn the clock of a world's machine. The time of the bubble is what is true, for everybody else; the machine's wall clock
// is off by something, and the time that it slept went by without Go's timers.
type hands struct {
	mu    sync.Mutex
	up    time.Time     // when the machine was started
	off   time.Duration // how far its wall clock is ahead; whole seconds
	slept time.Duration // since it was started, without the bubble
	boots int

	silent bool          // Slack's answers have no date
	lies   time.Duration // by which the date of the next answer is wrong
}

func newHands() *hands { return &hands{up: time.Now()} }

// clock is the machine's, for one process.
func (h *hands) clock() *clocks.Clock {
	h.mu.Lock()
	defer h.mu.Unlock()
	return &clocks.Clock{Boot: fmt.Sprint("boot ", h.boots), Wall: h.wall, Up: func() time.Duration {
		h.mu.Lock()
		defer h.mu.Unlock()
		return time.Since(h.up) + h.slept
	}}
}

func (h *hands) wall() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return readBoth(time.Now().Add(h.off+h.slept), time.Since(h.up))
}

// readBoth is what [time.Now] returns when the wall clock says wall and Go's monotonic clock mono: only so is a clock that is set
// told from time that passes. In a bubble there is no monotonic clock, and package time cannot put such a time together.
func readBoth(wall time.Time, mono time.Duration) time.Time {
	var t time.Time
	const monotonic = 1 << 63
	since := uint64(wall.Unix() - time.Date(1885, 1, 1, 0, 0, 0, 0, time.UTC).Unix())
	parts := (*struct { // the layout of time.Time; TestReadBoth sees to it
		wall uint64
		ext  int64
		loc  *time.Location
	})(unsafe.Pointer(&t))
	parts.wall, parts.ext, parts.loc = monotonic|since<<30|uint64(wall.Nanosecond()), int64(mono), time.UTC
	return t
}

func TestReadBoth(t *testing.T) {
	noon := time.Date(2026, 11, 30, 12, 0, 0, 123, time.UTC)
	for _, by := range []time.Duration{0, time.Hour, -time.Hour, -30 * 365 * 24 * time.Hour} {
		a, b := readBoth(noon, time.Hour), readBoth(noon.Add(by), time.Hour+time.Second)
		if d := b.Sub(a); d != time.Second {
			t.Errorf("by Go's clock %v passed, want 1s", d)
		}
		if !b.Round(0).Equal(noon.Add(by)) {
			t.Errorf("the wall says %v, want %v", b, noon.Add(by))
		}
	}
}

// dated is Slack, which says in each answer what time it is.
type dated struct {
	http.RoundTripper
	hands *hands
}

func (d dated) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := d.RoundTripper.RoundTrip(r)
	d.hands.mu.Lock()
	defer d.hands.mu.Unlock()
	if err == nil && !d.hands.silent {
		resp.Header = resp.Header.Clone()
		if resp.Header == nil {
			resp.Header = http.Header{}
		}
		resp.Header.Set("Date", time.Now().Add(d.hands.slept+d.hands.lies).UTC().Format(http.TimeFormat))
		d.hands.lies = 0
	}
	return resp, err
}

func (h *hands) set(change func(*hands)) {
	h.mu.Lock()
	defer h.mu.Unlock()
	change(h)
}

// Step sets the machine's clock.
func (w *world) Step(by time.Duration) {
	w.hands.set(func(h *hands) { h.off += by })
	synctest.Wait()
}

// Sleep suspends the machine.
func (w *world) Sleep(d time.Duration) {
	w.hands.set(func(h *hands) { h.slept += d })
	w.Wait(time.Second) // until it is noticed
}

// Reboot starts the machine anew, with its clock off by something.
func (w *world) Reboot(off time.Duration) {
	w.t.Helper()
	w.stop()
	w.hands.set(func(h *hands) {
		h.boots++
		h.up, h.off, h.slept = time.Now(), off, 0
	})
	w.start()
}
