package fates

import (
	"context"
	"slices"
	"time"

	"github.com/oncalm/oncalm/store"
)

const (
	// delayed is how long after it was sent a message is expected at the latest: keys say when it was sent, and who asks
	// means when it came.
	delayed = 2 * time.Hour
	// readAtOnce is how many fates are read in one View, so that none takes long.
	readAtOnce = 500
)

// Between calls each with the fates of the messages that came in from one time until before another, in the order in which
// they were sent. Few are in memory at a time. What cannot be read is left out. Messages may come much later than they were
// sent, so the order is not that in which they came in.
func Between(ctx context.Context, s store.Store, from, to time.Time, each func(Fate) error) error {
	return scan(ctx, s, from, to, func(_ store.Tx, f *Fate) Fate { return f.clone() }, each)
}

// scan calls each with what read makes of each fate, within the View in which it was read: f is valid only there.
func scan[T any](
	ctx context.Context, s store.Store, from, to time.Time, read func(tx store.Tx, f *Fate) T, each func(T) error,
) error {
	next, end := keyAt(from.Add(-delayed)), keyAt(to.Add(time.Second))
	for next != "" {
		var some []T
		err := s.View(ctx, func(tx store.Tx) error {
			some = some[:0]
			seen := 0
			for key, val := range tx.Range(next, end) {
				if seen++; seen > readAtOnce {
					next = key
					return nil
				}
				if f, err := decode(idOf(key), val); err == nil && !f.At.Before(from) && f.At.Before(to) {
					some = append(some, read(tx, &f))
				}
			}
			next = ""
			return nil
		})
		if err != nil {
			return err
		}
		for _, one := range some {
			if err := each(one); err != nil {
				return err
			}
		}
	}
	return nil
}

// Newest returns at most limit fates that are wanted, the newest first, of those that came in since a time. It looks at the
// last hour first, and further back only as long as that does not suffice.
func Newest(
	ctx context.Context, s store.Store, since, now time.Time, limit int, wanted func(*Fate) bool,
) ([]Fate, error) {
	var found []Fate
	for to, span := now.Add(time.Second), time.Hour; to.After(since) && len(found) < limit; span *= 4 {
		from := to.Add(-span)
		if from.Before(since) {
			from = since
		}
		var some []Fate
		err := scan(ctx, s, from, to, func(_ store.Tx, f *Fate) *Fate {
			if !wanted(f) {
				return nil
			}
			f.raw = nil
			return f
		}, func(f *Fate) error {
			if f != nil {
				some = append(some, *f)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		found, to = append(found, newestOf(some, limit-len(found))...), from
	}
	return found, nil
}

// newestOf are at most n of some, the newest first.
func newestOf(some []Fate, n int) []Fate {
	slices.SortStableFunc(some, func(a, b Fate) int { return b.At.Compare(a.At) })
	return some[:min(len(some), n)]
}
