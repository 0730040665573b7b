package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/oncalm/oncalm/bot/slackfake"
	"github.com/oncalm/oncalm/cmd/oncalm/cli"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/bolt"
)

// migratingMain opens a store as all commands do, and so migrates it. strace counts the calls of each thread: those for the
// file come from this one, those for the records from that of the committer.
func migratingMain() int {
	runtime.LockOSThread()
	s := &cli.Session{Stderr: os.Stderr}
	db, err := cli.OpenStore(context.Background(), os.Args[1], bolt.Options{MustExist: true, Pinned: true})
	if err != nil {
		return s.Fail(err)
	}
	return s.Fail(db.Close())
}

// rashMain does the same, but says that it has migrated before it has.
func rashMain() int {
	runtime.LockOSThread()
	s := &cli.Session{Stderr: os.Stderr}
	db, err := bolt.Open(os.Args[1], bolt.Options{MustExist: true, Pinned: true})
	if err != nil {
		return s.Fail(err)
	}
	err = db.Update(context.Background(), func(tx store.Tx) error {
		tx.Put(store.SchemaKey, fmt.Append(nil, cli.Newest()))
		return nil
	})
	for _, m := range cli.Migrations() {
		err = errors.Join(err, db.Update(context.Background(), m))
	}
	return s.Fail(errors.Join(err, db.Close()))
}

// killedMigration migrates a store of before with a program that is killed at its n-th call of that name, and goes on with it.
type killedMigration struct {
	packed  string
	records bool // only these are left to be migrated, not the file
	kind    string
	call    string
	n       int
}

// run returns what is wrong afterwards, and whether the program was killed.
func (k killedMigration) run(t *testing.T, strace string, slack *slackfake.Slack) (wrong []string, killed bool) {
	t.Helper()
	r := newRig(t, slack.APIURL())
	path := r.path("oncalm.db")
	unpack(t, k.packed, path)
	if k.records {
		db, err := bolt.Open(path, bolt.Options{NoSync: true})
		if err != nil {
			t.Fatal(err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
	r.kind = k.kind
	r.wrap = []string{strace, "-f", "-qq", "-o", os.DevNull, "-e", "trace=" + k.call, "-e", fmt.Sprintf("inject=%s:signal=KILL:when=%d", k.call, k.n)}
	if r.command(path).Run() == nil {
		return nil, false
	}
	r.kind, r.wrap = "plain", nil
	r.start()
	return goOnWithOlder(r), true
}

// TestKilledMigration kills the migration of stores of before at their writes and waits for the disk: each third of every
// store, and others of the next; of the newest each. The next start goes on with it: an alarm is known again, its OK resolves, and fsck finds
// nothing.
func TestKilledMigration(t *testing.T) {
	t.Parallel() // it waits more than it computes
	strace, slack := needStrace(t), newSlack(t)
	var kills atomic.Int64
	var all sync.WaitGroup
	older := olderStores(t)
	for nth, packed := range older {
		first, step := 1+nth%3, 3
		if nth == len(older)-1 {
			first, step = 1, 1
		}
		for _, records := range []bool{false, true} {
			all.Go(func() {
				for _, call := range []string{"pwrite64", "fdatasync", "ftruncate"} {
					killed := true
					for n := first; killed; n += step {
						t.Run(fmt.Sprintf("%s/records=%v/%s/%d", filepath.Base(packed), records, call, n), func(t *testing.T) {
							var wrong []string
							if wrong, killed = (killedMigration{packed, records, "migrating", call, n}).run(t, strace, slack); killed {
								kills.Add(1)
							}
							for _, w := range wrong {
								t.Error(w)
							}
						})
					}
				}
			})
		}
	}
	all.Wait()
	if t.Logf("killed at %d calls", kills.Load()); kills.Load() < 12 {
		t.Error("so few that the test has no teeth")
	}
}

// TestKilledMigrationControl shows that the test above can fail: a program that says too early that it has migrated leaves a
// store that is of before, and not known to be, when it is killed.
func TestKilledMigrationControl(t *testing.T) {
	t.Parallel()
	strace, slack := needStrace(t), newSlack(t)
	packed := olderStores(t)
	at := slices.IndexFunc(packed, func(p string) bool { return strings.Contains(p, "fingerprints") })
	for n := 5; ; n++ { // the calls before are those of saying so
		wrong, killed := killedMigration{packed[at], true, "rash", "pwrite64", n}.run(t, strace, slack)
		if len(wrong) > 0 {
			return
		}
		if !killed {
			t.Fatal("a program that says too early that it has migrated loses nothing: the test has no teeth")
		}
	}
}
