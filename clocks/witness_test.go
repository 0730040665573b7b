package clocks

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// turned is a clock that a test turns.
type turned struct{ wall, up time.Duration }

func (c *turned) clock() *Clock {
	zero := time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	return &Clock{Wall: func() time.Time { return zero.Add(c.up + c.wall) }, Up: func() time.Duration { return c.up }}
}

// says lets somebody say what time it is, off by something.
func says(w *Witness, c *turned, off time.Duration) {
	right := time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC).Add(c.up + off).Truncate(time.Second)
	w.Note(right, c.up-100*time.Millisecond, c.up)
}

func TestWitness(t *testing.T) {
	const off = 6 * time.Minute
	for name, tc := range map[string]struct {
		play  func(*Witness, *turned)
		off   time.Duration // what is known, within a second
		known bool
	}{
		"nobody":            {func(*Witness, *turned) {}, 0, false},
		"one agrees":        {func(w *Witness, c *turned) { says(w, c, 0) }, 0, true},
		"one does not":      {func(w *Witness, c *turned) { says(w, c, off) }, 0, false},
		"two do not":        {func(w *Witness, c *turned) { says(w, c, off); says(w, c, off) }, -off, true},
		"two contradict":    {func(w *Witness, c *turned) { says(w, c, off); says(w, c, 0) }, 0, false},
		"one of three lies": {func(w *Witness, c *turned) { says(w, c, 0); says(w, c, time.Hour); says(w, c, 0) }, 0, true},
		"the newest lies":   {func(w *Witness, c *turned) { says(w, c, 0); says(w, c, 0); says(w, c, -24*time.Hour) }, 0, true},
		"long ago":          {func(w *Witness, c *turned) { says(w, c, 0); c.up += 11 * time.Minute }, 0, false},
		"set since":         {func(w *Witness, c *turned) { says(w, c, 0); says(w, c, 0); c.wall = off }, off, true},
		"set right since":   {func(w *Witness, c *turned) { c.wall = off; says(w, c, 0); says(w, c, 0); c.wall = 0 }, 0, true},
		"slow answers":      {func(w *Witness, c *turned) { w.Note(time.Unix(0, 0), c.up-11*time.Second, c.up) }, 0, false},
		"changed their minds": {func(w *Witness, c *turned) {
			says(w, c, off)
			says(w, c, 0)
			says(w, c, 0)
			says(w, c, 0)
			says(w, c, 0)
		}, 0, true},
	} {
		c := &turned{up: time.Hour}
		w := NewWitness(c.clock())
		tc.play(w, c)
		by, known := w.Ahead()
		if d := by - tc.off; known != tc.known || known && d.Abs() > time.Second {
			t.Errorf("%s: ahead by %v, known %v; want %v, %v", name, by, known, tc.off, tc.known)
		}
		if want := known && tc.off == 0; w.Agrees() != want {
			t.Errorf("%s: agrees: %v", name, w.Agrees())
		}
	}
}

func TestNobodyIsHeardWithoutAWitness(t *testing.T) {
	var w *Witness
	if w.Agrees() || w.Off() != 0 || w.Observe(http.DefaultTransport) != http.DefaultTransport {
		t.Error("a nil witness has heard something")
	}
	w.Note(time.Now(), w.Up(), w.Up())
}

// TestHear hears real answers, and none that were kept on the way.
func TestHear(t *testing.T) {
	kept := false
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if kept {
			w.Header().Set("Age", "3600")
		}
	}))
	defer s.Close()
	w := NewWitness(System())
	client := &http.Client{Transport: w.Observe(http.DefaultTransport)}
	defer client.CloseIdleConnections()
	get := func() {
		resp, err := client.Get(s.URL)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
	}
	kept = true
	get()
	if _, known := w.Ahead(); known {
		t.Error("an answer out of a cache was heard")
	}
	kept = false
	get()
	if by, known := w.Ahead(); !known || by.Abs() > 2*time.Second {
		t.Errorf("ahead by %v, %v", by, known)
	}
}

// TestSystem: the machine's clock goes forward, and names its boot.
func TestSystem(t *testing.T) {
	c := System()
	_, before := c.Read()
	wall, up := c.Read()
	if up < before || time.Since(wall).Abs() > time.Minute || c.Now().IsZero() {
		t.Errorf("up %v after %v, wall %v", up, before, wall)
	}
	if c.Boot != "" && c.Boot != System().Boot {
		t.Error("a boot has two names")
	}
}
