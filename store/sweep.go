package store

import "context"

// reads is how many keys [Sweep] looks at in one View, at most.
const reads = 4096

// Sweep deletes the keys with from <= key < to that are dead, and returns how many it
// deleted. It goes through them in pieces: no transaction deletes more than limit, and
// none is long. dead is asked again in the transaction that deletes; it may read through
// its Tx, and must not have effects.
func Sweep(ctx context.Context, s Store, from, to string, limit int,
	dead func(tx Tx, key string, val []byte) bool) (n int, err error) {
	limit = max(limit, 1)
	for {
		var found []string
		from, found, err = findDead(ctx, s, from, to, limit, dead)
		if err != nil {
			return n, err
		}
		if len(found) > 0 {
			gone, err := bury(ctx, s, found, dead)
			n += gone
			if err != nil {
				return n, err
			}
		}
		if from == "" {
			return n, nil
		}
	}
}

// findDead looks at some keys. It returns those that are dead, and where to go on; ""
// if that was all.
func findDead(ctx context.Context, s Store, from, to string, limit int,
	dead func(Tx, string, []byte) bool) (next string, found []string, err error) {
	err = s.View(ctx, func(tx Tx) error {
		next, found = "", nil
		looked := 0
		for key, val := range tx.Range(from, to) {
			if looked == reads || len(found) == limit {
				next = key
				return nil
			}
			looked++
			if dead(tx, key, val) {
				found = append(found, key)
			}
		}
		return nil
	})
	return next, found, err
}

// bury deletes those keys that are still dead.
func bury(ctx context.Context, s Store, keys []string, dead func(Tx, string, []byte) bool) (n int, err error) {
	err = s.Update(ctx, func(tx Tx) error {
		n = 0
		for _, key := range keys {
			if val := tx.Get(key); val != nil && dead(tx, key, val) {
				tx.Delete(key)
				n++
			}
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	return n, nil
}
