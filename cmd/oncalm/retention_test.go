package main

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/oncalm/oncalm/cmd/oncalm/cli"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/history"
	"github.com/oncalm/oncalm/postmortems/archive"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/bolt"
)

// TestArchiveIsRead: what the commands say of an incident is the same before and after it was archived, and the store is sound.
func TestArchiveIsRead(t *testing.T) {
	path, then := filepath.Join(t.TempDir(), "oncalm.db"), time.Date(2025, 3, 28, 12, 0, 0, 0, time.UTC)
	db, err := cli.OpenStore(t.Context(), path, bolt.Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	err = db.Update(t.Context(), func(tx store.Tx) error {
		book := &incidents.Book{Store: db, Followers: []incidents.Follower{history.Follow}}
		for n, severity := range []string{"sev1", "sev2", "sev3"} {
			i, err := book.Open(tx, then, then, incidents.Oncalm(), incidents.Opened{
				Title: "it burns", Service: "shop", Severity: severity, Quiet: "a test",
			})
			if err == nil && n < 2 {
				over := incidents.Event{By: incidents.Person("ana"), Body: incidents.Resolved{}}
				_, err = book.Append(tx, then.Add(time.Hour), i.ID, over)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	shown := func(args ...string) map[string]string {
		said := map[string]string{}
		for _, command := range [][]string{{"incidents", "-status", "resolved"}, {"incidents", "-json", "-severity", "sev1"},
			{"timeline", "1"}, {"timeline", "-json", "2"}, {"postmortem", "1"}, {"postmortem", "-json", "2"}} {
			out, code := callStore(path, append(command, args...)...)
			if code != cli.ExitFine {
				t.Errorf("%q: %d, %s", command, code, out)
			}
			said[strings.Join(command, " ")] = out
		}
		return said
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	before := shown()
	if db, err = cli.OpenStore(t.Context(), path, bolt.Options{NoSync: true}); err != nil {
		t.Fatal(err)
	}
	a := archive.Archiver{Path: path, Kept: func() time.Duration { return archive.Least }}
	if n, err := a.Sweep(t.Context(), db, then.Add(archive.Least*2)); n != 2 || err != nil {
		t.Fatalf("%d archived, %v", n, err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	file := archive.File(path, then)
	for command, after := range shown("-archive", file) {
		if after != before[command] {
			t.Errorf("%s says another thing of the archive:\n%s\nand of the store:\n%s", command, after, before[command])
		}
	}
	if out, code := callStore(path, "timeline", "1"); code != cli.ExitNo || !strings.Contains(out, "may be in an archive") {
		t.Errorf("of what is not in the store any more: %d, %s", code, out)
	}
	if out, code := callStore(path, "incidents"); code != cli.ExitFine || strings.Count(out, "\n") != 2 {
		t.Errorf("in the store: %d, %s", code, out)
	}
	if out, code := callStore(path, "fsck"); code != cli.ExitFine {
		t.Errorf("fsck: %d, %s", code, out)
	}
	if out, code := callStore(path, "incidents", "-archive", path); code != cli.ExitUsage || !strings.Contains(out, "is no archive") {
		t.Errorf("of the store as an archive: %d, %s", code, out)
	}
}
