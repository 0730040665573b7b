package graphs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/oncalm/oncalm/clocks"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/response"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/text"
)

// Kind is the kind of outbox entries that look at a metric.
const Kind = "graph"

// MostValues is how many values a graph has at most.
const MostValues = 300

const (
	// soon is how long after its beginning an incident's metric is looked at, at most: the page has gone by then, and the card stands.
	soon = 20 * time.Second
	// apart is how far apart two looks are, so that a storm is no storm for CloudWatch.
	apart = time.Second
	// patience is how long one look may take, and useful how long after its time it is still of use.
	patience = 20 * time.Second
	useful   = 15 * time.Minute
	// atLeast is how much time before the alarm is shown, if its periods are short.
	atLeast = 3 * time.Hour
	// evaluations is how many times that on which an alarm decides are shown, if its periods are long.
	evaluations = 30
)

// ErrNone is that an alarm has no metric of which a graph could be drawn.
var ErrNone = errors.New("the alarm has no metric")

// ErrDenied is that we may not ask.
var ErrDenied = errors.New("not permitted")

// A Source says what the metric of an alarm was between two times, in at most [MostValues] values. Errors wrap [ErrNone], [ErrDenied], or
// are those of a call that may be tried again.
type Source interface {
	// Lag is how long after a moment its values are there.
	Lag() time.Duration
	Measure(ctx context.Context, a *incidents.Alarm, from, to time.Time) (response.Measured, error)
}

// A Watcher has the metrics of incidents looked at. Its fields are set before it is used.
type Watcher struct {
	Book   *incidents.Book
	Source Source // nil: nothing is looked at
	Clock  *clocks.Clock
	Log    *slog.Logger

	mu   sync.Mutex
	next time.Time // when the next look may be
}

// work is the body of an entry.
type work struct {
	Incident string `json:"incident"`
	Begun    bool   `json:"begun,omitempty"` // it is about the beginning: when all is over, the look after the end shows more
}

// Follow enqueues a look at the metric (see [incidents.Follower]).
func (w *Watcher) Follow(tx store.Tx, now time.Time, i *incidents.Incident, e incidents.Event) []incidents.Body {
	if w.Source == nil || i.Quiet || i.Alarms() == 0 {
		return nil
	}
	begun, after := false, w.Source.Lag()
	switch b := e.Body.(type) {
	case incidents.Opened:
		begun, after = true, min(soon, after)
	case incidents.Reopened:
		begun, after = true, min(soon, after)
	case incidents.Resolved:
	case incidents.Responded:
		if _, proven := b.Fact.(response.RollbackProven); !proven || !i.Open() {
			return nil // what resolves the incident, too, is looked at for that
		}
	default:
		return nil
	}
	outbox.In(tx, now).Once(outbox.Entry{Key: i.ID + "/graph/" + strconv.Itoa(e.Seq), Kind: Kind, Lane: outbox.Errands,
		Due:  w.reserve(now.Add(after)),
		Body: outbox.Body(work{i.ID, begun})})
	return nil
}

// reserve returns the next time from due on at which nothing else is looked at.
func (w *Watcher) reserve(due time.Time) time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.next.After(due.Add(useful)) { // looks that come too late are of no use; it begins anew
		w.next = due
	}
	if due.Before(w.next) {
		due = w.next
	}
	w.next = due.Add(apart)
	return due
}

// Handlers returns the handlers of outbox entries by kind.
func (w *Watcher) Handlers() map[string]outbox.Handler {
	return map[string]outbox.Handler{Kind: w.look}
}

// look asks for the metric, and puts what it was on the timeline.
func (w *Watcher) look(ctx context.Context, e outbox.Entry) (func(store.Tx) error, error) {
	var body work
	if err := e.Decode(&body); err != nil {
		return nil, err
	}
	i, alarm, err := w.read(ctx, body.Incident)
	now := w.Clock.Now()
	switch {
	case err != nil:
		return nil, err
	case alarm == nil, w.Source == nil, body.Begun && !i.Open(), now.Sub(e.Due) > useful:
		return nil, nil
	}
	from, to := span(alarm, i, now)
	asking, stop := context.WithTimeout(ctx, patience)
	defer stop()
	m, err := w.Source.Measure(asking, alarm, from, to)
	switch {
	case errors.Is(err, ErrNone):
		return nil, nil
	case errors.Is(err, ErrDenied):
		w.Log.Warn("there is no graph of an alarm's metric: the role lacks a permission", "incident", i.ID, "err", err)
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("metric of alarm %s: %w", alarm.Name, err)
	}
	m.Alarm, m.Metric = alarm.Name, named(alarm, m.Metric)
	return func(tx store.Tx) error {
		_, err := w.Book.Append(tx, now, i.ID, incidents.Event{By: incidents.Oncalm(), Body: incidents.Responded{Fact: m}})
		return err
	}, nil
}

// read is an incident with the alarm that it is about; the alarm is nil if nothing can be asked of it.
func (w *Watcher) read(ctx context.Context, id string) (i *incidents.Incident, alarm *incidents.Alarm, err error) {
	err = w.Book.Store.View(ctx, func(tx store.Tx) (err error) {
		if i, err = incidents.Head(tx, id); err == nil {
			alarm, err = incidents.Evidence(tx, i)
		}
		return err
	})
	if errors.Is(err, incidents.ErrNotFound) {
		return nil, nil, nil
	}
	if alarm != nil && (alarm.Region == "" || !strings.HasPrefix(alarm.ARN, "arn:")) {
		alarm = nil
	}
	return i, alarm, err
}

// span is the time that is shown: so long before the alarm that one sees what is usual, until now.
func span(a *incidents.Alarm, i *incidents.Incident, now time.Time) (from, to time.Time) {
	before := atLeast
	if m := a.Metric; m != nil && m.Period > 0 {
		period := time.Duration(m.Period) * time.Second
		before = max(before, evaluations*period*time.Duration(max(m.Periods, 1)))
		before = min(before, MostValues*period)
	}
	began := i.Opened
	if a.Measured() && a.State == incidents.AlarmFiring && a.Changed.Before(began) {
		began = a.Changed
	}
	if began.Before(now.Add(-before / 2)) { // a long one is shown whole, with some of the time before
		return began.Add(-before / 3), now
	}
	return now.Add(-before), now
}

// named is what an alarm measures, as people read it; else what CloudWatch calls it.
func named(a *incidents.Alarm, label string) string {
	m := a.Metric
	if m == nil || m.Name == "" && m.Expression == "" {
		return text.Line(label)
	}
	name := m.Name
	if m.Expression != "" {
		name = m.Expression
	}
	if m.Statistic != "" {
		name = m.Statistic + " of " + name
	}
	for n, d := range m.Dimensions {
		name += [...]string{" · ", ", "}[min(n, 1)] + d.Value
	}
	return text.Clip(text.Line(name), 150)
}
