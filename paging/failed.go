package paging

import (
	"errors"
	"time"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/store"
)

// Unsure is the error of a page that may have got through, by a channel that cannot look whether it has.
type Unsure struct{ Err error }

func (e *Unsure) Error() string { return e.Err.Error() + "; it may have arrived" }

// Unwrap returns the reason.
func (e *Unsure) Unwrap() error { return e.Err }

const ( // for other channels than Slack, which is waited for: see docs/decisions/0055
	tries = 3           // that fail until the next channel begins
	soon  = time.Second // between them
	blind = 2           // attempts that may have got through are the last
)

// failed says what follows from an attempt of a page that failed. What may yet get through is tried on, also when the next
// channel has begun: it may be the only one that comes back.
func failed(p *Pager, e outbox.Entry, b pageBody, i *incidents.Incident, err error) (func(store.Tx) error, error) {
	_, refused := errors.AsType[*Undeliverable](err)
	_, unsure := errors.AsType[*Unsure](err)
	if unsure {
		b.Unsure++
		e.Body = outbox.Body(b)
	}
	undelivered := p.recording(i.ID, incidents.Undelivered{Key: e.Key, Person: b.Person, Via: b.Via, Error: err.Error()})
	switch {
	case refused || b.Unsure >= blind:
		return undelivered, nil
	case unsure:
		return joints{p}.postponing(e, p.Clock.Now().Add(soon)), nil
	case b.Via == incidents.ViaSlack || i.Pages[e.Key].Failed:
		return nil, err
	case e.Attempt+1 < tries:
		return nil, &outbox.Later{After: soon, Err: err}
	}
	again := joints{p}.postponing(e, p.Clock.Now().Add(soon))
	return func(tx store.Tx) error {
		if err := undelivered(tx); err != nil {
			return err
		}
		return again(tx)
	}, nil
}

// givenUp reports whether a joint message that failed is not tried again.
func givenUp(e outbox.Entry, via string, err error) bool {
	_, refused := errors.AsType[*Undeliverable](err)
	_, unsure := errors.AsType[*Unsure](err)
	return refused || via != incidents.ViaSlack && (e.Attempt+1 >= tries || unsure && e.PerhapsDone)
}
