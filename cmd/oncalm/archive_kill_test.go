package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/oncalm/oncalm/cmd/oncalm/cli"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/history"
	"github.com/oncalm/oncalm/postmortems/archive"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/bolt"
)

// archivedFrom is when the first of the incidents was resolved that are archived: two years have one each, so there are two archives.
func archivedFrom() time.Time { return time.Date(2024, 12, 30, 12, 0, 0, 0, time.UTC) }

// archivingMain archives what is in a store, once. strace counts the calls of each thread: those for archives come from this one, those
// for the store from that of the committer.
func archivingMain() int {
	runtime.LockOSThread()
	s := &cli.Session{Stderr: os.Stderr}
	db, err := cli.OpenStore(context.Background(), os.Args[1], bolt.Options{MustExist: true, Pinned: true})
	if err != nil {
		return s.Fail(err)
	}
	a := archive.Archiver{Path: os.Args[1], Kept: func() time.Duration { return archive.Least }}
	if _, err := a.Sweep(context.Background(), db, archivedFrom().AddDate(1, 0, 0)); err != nil {
		return s.Fail(err)
	}
	return s.Fail(db.Close())
}

// old is a store with so many incidents that are to be archived, one a day, and one that is not.
type old struct {
	t     *testing.T
	path  string
	n     int
	lines map[string]string // the timeline of each
}

// newOld makes the store at path.
func newOld(t *testing.T, path string, n int) *old {
	t.Helper()
	o := &old{t, path, n, map[string]string{}}
	db, err := cli.OpenStore(t.Context(), path, bolt.Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	book := &incidents.Book{Store: db, Followers: []incidents.Follower{history.Follow}}
	err = db.Update(t.Context(), func(tx store.Tx) error {
		for m := range n + 1 {
			at := archivedFrom().AddDate(0, 0, m)
			if m == n {
				at = time.Now()
			}
			i, err := book.Open(tx, at, at, incidents.Oncalm(), incidents.Opened{
				Title: fmt.Sprint("it burns ", m+1), Service: "shop", Severity: "sev2", Quiet: "a test",
			})
			if err == nil {
				over := incidents.Event{By: incidents.Person("ana"), Body: incidents.Resolved{}}
				_, err = book.Append(tx, at.Add(time.Hour), i.ID, over)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		err = db.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	for m := range n {
		id := fmt.Sprint(m + 1)
		o.lines[id] = o.timeline(id)
	}
	return o
}

// timeline is that of an incident, from the store or from an archive.
func (o *old) timeline(id string, args ...string) string {
	o.t.Helper()
	out, code := callStore(o.path, append([]string{"timeline", "-json"}, append(args, id)...)...)
	if code != cli.ExitFine {
		return fmt.Sprintf("exit %d: %s", code, out)
	}
	return out
}

// listed are the incidents of a list, how often each is there.
func (o *old) listed(args ...string) map[string]int {
	o.t.Helper()
	out, code := callStore(o.path, append([]string{"incidents", "-json"}, args...)...)
	if code != cli.ExitFine {
		o.t.Errorf("incidents %q: %d, %s", args, code, out)
	}
	var all []struct{ ID string }
	if err := json.Unmarshal([]byte(out), &all); err != nil {
		o.t.Errorf("incidents %q: %v, %s", args, err, out)
	}
	found := map[string]int{}
	for _, i := range all {
		found[i.ID]++
	}
	return found
}

// archives are the files beside the store.
func (o *old) archives() []string {
	o.t.Helper()
	files, err := filepath.Glob(o.path + ".archive-*.jsonl")
	if err != nil {
		o.t.Fatal(err)
	}
	return files
}

// left are the incidents that are in the store, and that should not be there.
func (o *old) left() (n int) {
	for id := range o.listed() {
		if _, ok := o.lines[id]; ok {
			n++
		}
	}
	return n
}

// wrong is what does not hold when the archive is complete: each incident is in one archive once, as it was, and none in the store.
func (o *old) wrong() (all []string) {
	o.t.Helper()
	say := func(format string, args ...any) { all = append(all, fmt.Sprintf(format, args...)) }
	if n := o.left(); n > 0 {
		say("%d incidents are left in the store", n)
	}
	found := map[string]int{}
	for _, file := range o.archives() {
		for id, n := range o.listed("-archive", file) {
			if found[id] += n; o.timeline(id, "-archive", file) != o.lines[id] {
				say("the timeline of %s is not what it was", id)
			}
		}
	}
	for _, id := range slices.Sorted(maps.Keys(o.lines)) {
		if found[id] != 1 {
			say("incident %s is %d times in the archives", id, found[id])
		}
	}
	if kept := fmt.Sprint(o.n + 1); found[kept] > 0 || o.listed()[kept] != 1 {
		say("what is not over for so long is not where it was")
	}
	if out, code := callStore(o.path, "fsck"); code != cli.ExitFine {
		say("fsck: exit %d: %s", code, out)
	}
	return all
}

// TestKilledWhileArchiving kills the program at each call by which it archives incidents, and lets it go on: each is archived once.
func TestKilledWhileArchiving(t *testing.T) {
	strace := needStrace(t)
	var kills atomic.Int64
	var all sync.WaitGroup
	for _, call := range []string{"pwrite64", "fdatasync", "fsync", "write"} {
		all.Go(func() {
			for n, killed := 1, true; killed; n++ {
				t.Run(fmt.Sprintf("%s/%d", call, n), func(t *testing.T) {
					killed = false
					o := newOld(t, filepath.Join(t.TempDir(), "oncalm.db"), 4)
					r := &rig{t: t, kind: "archiving", logs: &syncBuffer{}}
					r.wrap = []string{strace, "-f", "-qq", "-o", os.DevNull, "-e", "trace=" + call, "-e",
						fmt.Sprintf("inject=%s:signal=KILL:when=%d", call, n)}
					for range 2 { // it is killed once more while it goes on
						if r.command(o.path).Run() != nil {
							killed = true
							kills.Add(1)
						}
					}
					r.wrap = nil
					if err := r.command(o.path).Run(); err != nil {
						t.Fatalf("%v\n%s", err, r.logs)
					}
					for _, w := range o.wrong() {
						t.Error(w)
					}
				})
				if testing.Short() {
					n += 6
				}
			}
		})
	}
	all.Wait()
	if t.Logf("killed at %d calls", kills.Load()); kills.Load() < 12 {
		t.Error("so few that the test has no teeth")
	}
}

// TestArchivingControl shows that the test above can fail: a line that is lost, or changed, is missed.
func TestArchivingControl(t *testing.T) {
	o := newOld(t, filepath.Join(t.TempDir(), "oncalm.db"), 4)
	r := &rig{t: t, kind: "archiving", logs: &syncBuffer{}}
	if err := r.command(o.path).Run(); err != nil {
		t.Fatalf("%v\n%s", err, r.logs)
	}
	if wrong := o.wrong(); len(wrong) > 0 {
		t.Fatal(wrong)
	}
	path := o.archives()[0]
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	first, _, _ := strings.Cut(string(text), "\n")
	for _, worse := range []string{first + "\n", strings.ReplaceAll(string(text), "it burns", "it does not burn")} {
		if err := os.WriteFile(path, []byte(worse), 0o600); err != nil {
			t.Fatal(err)
		}
		if len(o.wrong()) == 0 {
			t.Errorf("nothing is wrong with an archive of %q", worse)
		}
	}
}
