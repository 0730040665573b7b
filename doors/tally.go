package doors

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"
)

// A Tally writes lines to a log that strangers bring about, so that they can neither fill it nor hide in it: of each class one
// line a minute. What comes within the minute is told at its end, by the newest line, with the number of those that were left out
// before it ("not_shown"). Its methods may be called by many at once.
type Tally struct {
	log *slog.Logger

	mu      sync.Mutex
	classes map[string]*class
}

// pause is how long a class waits after a line.
const pause = time.Minute

// class is one class of lines.
type class struct {
	until  time.Time // before which no line is written
	newest line      // that waits
	hidden int       // lines that came since the last one, the newest included
}

// line is what is to be written.
type line struct {
	level slog.Level
	msg   string
	args  []any
}

// NewTally makes a tally that writes to log.
func NewTally(log *slog.Logger) *Tally { return &Tally{log: log, classes: map[string]*class{}} }

// Say writes a line of a class, now or at the end of the minute. There must not be many classes: no text of a stranger makes one.
func (t *Tally) Say(level slog.Level, of, msg string, args ...any) {
	now := time.Now()
	t.mu.Lock()
	defer t.mu.Unlock()
	c := t.classes[of]
	if c == nil {
		c = &class{}
		t.classes[of] = c
	}
	if c.hidden == 0 && !now.Before(c.until) {
		c.until = now.Add(pause)
		t.write(line{level, msg, args})
		return
	}
	c.newest = line{level, msg, args}
	if c.hidden++; c.hidden == 1 {
		time.AfterFunc(c.until.Sub(now), func() { t.end(c) })
	}
}

// end writes what came within a minute.
func (t *Tally) end(c *class) {
	t.mu.Lock()
	defer t.mu.Unlock()
	l := c.newest
	if c.hidden > 1 {
		l.args = append(slices.Clip(l.args), "not_shown", c.hidden-1)
	}
	c.until, c.hidden, c.newest = time.Now().Add(pause), 0, line{}
	t.write(l)
}

func (t *Tally) write(l line) { t.log.Log(context.Background(), l.level, l.msg, l.args...) }
