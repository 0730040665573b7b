package alarms

import (
	"context"
	"fmt"
	"time"

	"github.com/oncalm/oncalm/alarms/judge"
	"github.com/oncalm/oncalm/alarms/known"
	"github.com/oncalm/oncalm/alarms/sns"
	"github.com/oncalm/oncalm/store"
)

// A Rehearsal takes messages in as an [Intake] does, up to the incident that one would open: it is judged, finds its service, and what
// is known of it and silences it is read, in a transaction of the same store. Instead of an incident there is what Then does in that
// transaction; nothing else is left of the message. It is for what proves that the way is open.
type Rehearsal struct {
	Intake *Intake
	Then   func(tx store.Tx, now time.Time, service string) error
}

// Take implements [sns.Taker].
func (r Rehearsal) Take(ctx context.Context, v *sns.Verified) (seen bool, err error) {
	t := r.Intake
	defer t.enter()()
	all := t.judge(v)
	if len(all) != 1 || all[0].Treatment() != judge.Page {
		return false, fmt.Errorf("a message that ought to page is judged as %d signals, the first to %s", len(all),
			all[0].Treatment())
	}
	sig, svc := all[0].Signal, all[0].service
	return false, t.Book.Store.Update(ctx, func(tx store.Tx) error {
		_, _ = t.hushed(tx, v.Received, sig, svc)
		_ = known.Of(tx, sig.Fingerprint)
		return r.Then(tx, v.Received, svc.Name)
	})
}
