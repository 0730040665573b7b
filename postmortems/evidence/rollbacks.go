package evidence

import (
	"slices"
	"time"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/response"
	"github.com/oncalm/oncalm/postmortems/document"
	"github.com/oncalm/oncalm/postmortems/wording"
)

// Rollbacks are those that were requested, in that order, with what became of each.
func (r *Reading) Rollbacks() []document.Rollback {
	follow := rollbacks{at: map[int]int{}}
	r.facts(follow.fact)
	return follow.all
}

// rollbacks follows rollbacks through a timeline.
type rollbacks struct {
	all []document.Rollback
	at  map[int]int // where each is, by its number
}

// fact takes one fact in. The last word counts, so that one of which nothing was known may be finished after all.
func (s *rollbacks) fact(e incidents.Event, f response.Fact) {
	switch f := f.(type) {
	case response.RollbackRequested:
		s.at[f.N] = len(s.all)
		s.all = append(s.all, document.Rollback{
			N: f.N, Target: wording.Clean(f.Target), From: wording.Clean(f.From), To: wording.Clean(f.To),
			By: wording.Said(f.Person), Reason: wording.Clean(f.Reason), Requested: e.At.UTC(), Dry: f.Dry,
			Alone: f.Alone, Outcome: document.RollbackRequested, Events: []int{e.Seq},
		})
	case response.RollbackApproved:
		s.of(f.N, e, func(b *document.Rollback) {
			if who := wording.Said(f.Person); !slices.Contains(b.Approved, who) {
				b.Approved = append(b.Approved, who)
			}
		})
	case response.RollbackDeclined:
		s.end(f.N, e, document.RollbackDeclined, f.Reason)
	case response.RollbackExpired:
		s.end(f.N, e, document.RollbackExpired, "")
	case response.RollbackVoided:
		s.end(f.N, e, document.RollbackVoided, f.Why)
	case response.RollbackFailed:
		s.end(f.N, e, document.RollbackFailed, f.Why)
	case response.RollbackUnknown:
		s.end(f.N, e, document.RollbackUnknown, f.Why)
	case response.RollbackStarted:
		s.of(f.N, e, func(b *document.Rollback) { b.Started, b.Outcome = when(f.When, e), document.RollbackStarted })
	case response.RollbackFinished:
		s.of(f.N, e, func(b *document.Rollback) {
			b.Finished, b.Outcome, b.Detail = when(f.When, e), document.RollbackFinished, wording.Clean(f.Note)
		})
	case response.RollbackProven:
		s.of(f.N, e, func(b *document.Rollback) {
			b.Proof = wording.Clean(string(f.Proof))
			b.After = document.Seconds(time.Duration(f.After) * time.Second)
			for _, a := range f.Alarms {
				b.Alarms = append(b.Alarms, wording.Clean(a))
			}
		})
	}
}

// of changes the rollback of that number, if it is known.
func (s *rollbacks) of(n int, e incidents.Event, change func(*document.Rollback)) {
	if at, ok := s.at[n]; ok {
		change(&s.all[at])
		s.all[at].Events = append(s.all[at].Events, e.Seq)
	}
}

// end notes how a rollback came to an end, and why.
func (s *rollbacks) end(n int, e incidents.Event, outcome, detail string) {
	s.of(n, e, func(b *document.Rollback) { b.Outcome, b.Detail = outcome, wording.Clean(detail) })
}

// when is a time that an event tells of, or that of the event.
func when(t time.Time, e incidents.Event) time.Time {
	if t.IsZero() {
		return e.At.UTC()
	}
	return t.UTC()
}
