package rollbacks

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/store"
)

const (
	draftPrefix = "rollback/draft/"
	busyPrefix  = "rollback/busy/"
)

// Keys are all keys of rollbacks, with their checks.
func Keys() []store.Check { return []store.Check{{Prefix: draftPrefix}, {Prefix: busyPrefix}} }

func draftKey(digest string) string { return draftPrefix + digest }

// readDraft is a plan that was shown. One whose digest is another by now, such as of another version, is none.
func readDraft(tx store.Tx, digest string) (d Draft, ok bool) {
	val := tx.Get(draftKey(digest))
	return d, val != nil && json.Unmarshal(val, &d) == nil && d.Digest() == digest
}

// busyKey is for a target, whichever incident it is about: the name is one of the configuration, and may have any length.
func busyKey(target string) string {
	sum := sha256.Sum256([]byte(target))
	return busyPrefix + hex.EncodeToString(sum[:16])
}

// busyOf is the value under that key.
func busyOf(incident string, n int) string { return incident + "." + strconv.Itoa(n) }

// busy reports whether a rollback of that target goes on, of whichever incident. The key is never taken away: what counts
// is whether the rollback that it names still goes on.
func busy(tx store.Tx, target string) bool {
	id, number, _ := strings.Cut(string(tx.Get(busyKey(target))), ".")
	n, err := strconv.Atoi(number)
	if err != nil {
		return false
	}
	i, err := incidents.Head(tx, id)
	return err == nil && i.Response.Rollback.Active() && i.Response.Rollback.N == n
}

// sweepBatch is how many keys are deleted in one transaction.
const sweepBatch = 50

// Sweep deletes drafts that nobody can request any more, and returns how many.
func Sweep(ctx context.Context, s store.Store, now time.Time) (int, error) {
	old := func(_ store.Tx, _ string, val []byte) bool {
		var d Draft
		return json.Unmarshal(val, &d) != nil || now.Sub(d.At) > draftKept
	}
	return store.Sweep(ctx, s, draftPrefix, store.After(draftPrefix), sweepBatch, old)
}
