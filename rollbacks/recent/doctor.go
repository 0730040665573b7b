package recent

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/oncalm/oncalm/changes"
	"github.com/oncalm/oncalm/changes/around"
	"github.com/oncalm/oncalm/rollbacks"
)

// A Trouble is why what was done to a target cannot be asked for, and what to do about it.
type Trouble struct {
	Target string
	Denied bool // a permission is missing
	Err    error
	Mend   string
}

// Look asks each of some targets once, all at the same time, and returns in their order what cannot be asked.
func Look(ctx context.Context, ask Ask, levers []rollbacks.Lever, now time.Time) (all []Trouble) {
	errs := make([]error, len(levers))
	var asking sync.WaitGroup
	for n, l := range levers {
		asking.Go(func() {
			ctx, cancel := context.WithTimeout(ctx, each)
			defer cancel()
			_, _, errs[n] = ask(ctx, l, now.Add(-around.Before), now)
		})
	}
	asking.Wait()
	for n, l := range levers {
		if err := errs[n]; err != nil {
			all = append(all, Trouble{l.Name, rollbacks.Denied(err), rollbacks.Told(err), mendOf(l)})
		}
	}
	return all
}

// final reports whether it is of no use to ask again.
func final(err error) bool {
	_, impossible := errors.AsType[*rollbacks.Impossible](err)
	return impossible || rollbacks.Denied(err)
}

// reasonOf is why it cannot be asked, without what is another each time, such as the number of a request.
func reasonOf(err error) string {
	if rollbacks.Denied(err) {
		return "denied"
	}
	said, _, _ := strings.Cut(rollbacks.Told(err).Error(), ":")
	return said
}

func mendOf(l rollbacks.Lever) string {
	return "allow the role of Oncalm to read it, as templates/aws/iam/rollback-" + l.Kind + ".json has it"
}

// arnOf names a thing that has no ARN, such as one of Kubernetes, in the form of one.
func arnOf(t changes.Thing) string {
	kind, name, _ := strings.Cut(t.Name, "/")
	return "arn:aws:" + kind + ":" + t.Region + ":" + t.Account + ":" + name
}
