package kubernetes

import (
	"context"
	"strconv"
	"time"

	"github.com/oncalm/oncalm/rollbacks"
)

// History implements [rollbacks.Historian]: the revisions that were rolled out, by when their ReplicaSets were made. One that is gone back to
// was made when it was rolled out first, so that is not seen.
func (d *Deployment) History(ctx context.Context, _ time.Time) (all []rollbacks.Deployment, err error) {
	a, err := d.dial(ctx)
	if err != nil {
		return nil, err
	}
	now, err := a.deployment(ctx)
	if err != nil {
		return nil, d.missing(err)
	}
	sets, err := a.sets(ctx, now)
	if err != nil {
		return nil, err
	}
	for _, s := range sets {
		title := "Kubernetes deployment " + d.name + ": revision " + strconv.FormatInt(s.revision(), 10)
		if containers := s.Spec.Template.containers(); len(containers) > 0 {
			title += " (" + short(containers[len(containers)-1].text("image")) + ")"
		}
		one := rollbacks.Deployment{ID: s.Metadata.UID, Kind: "kubernetes", Title: title + " rolled out", Began: s.Metadata.Created,
			Ended: s.Metadata.Created}
		all = append(all, one)
	}
	return all, nil
}
