package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/oncalm/oncalm/cmd/oncalm/cli"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/bolt"
)

// callStore runs a command on the store at path.
func callStore(path string, args ...string) (out string, code int) {
	var text bytes.Buffer
	code = run(context.Background(), slices.Insert(args, 1, "-store", path), func(string) (string, bool) { return "", false },
		nil, &text, &text)
	return text.String(), code
}

// flipIn flips a bit in the value of a key, as the disk may, in its copies that are out of use as well. A program may have the
// file open.
func flipIn(t *testing.T, path, key string) {
	t.Helper()
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	disk, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer disk.Close()
	found := 0
	for at := 0; ; found++ {
		n := bytes.Index(file[at:], []byte(key+"{"))
		if n < 0 {
			break
		}
		at += n + len(key) + 5
		if _, err := disk.WriteAt([]byte{file[at] ^ 1}, int64(at)); err != nil {
			t.Fatal(err)
		}
	}
	if found == 0 {
		t.Fatalf("%s is not found", key)
	}
}

// eventKeys are those of all events in a store.
func eventKeys(t *testing.T, path string) (keys []string) {
	t.Helper()
	db, err := bolt.Open(path, bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	err = db.View(t.Context(), func(tx store.Tx) error {
		for key := range tx.Range("incident/", "incident0") {
			if strings.Contains(key, "/event/") {
				keys = append(keys, key)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

// TestLostEvent damages each event in turn, and some together. After a repair fsck has no more to say than that it is lost; the
// incidents stand as before, and the timeline says what is missing.
func TestLostEvent(t *testing.T) {
	whole := filepath.Join(t.TempDir(), "oncalm.db")
	if err := makeStore(whole); err != nil {
		t.Fatal(err)
	}
	before, _ := callStore(whole, "incidents")
	keys := eventKeys(t, whole)
	if len(keys) != 9 {
		t.Fatalf("%d events", len(keys))
	}
	losses := [][]string{keys[1:4], keys[4:6], keys[6:]}
	for _, key := range keys {
		losses = append(losses, []string{key})
	}
	for _, lost := range losses {
		t.Run(strings.ReplaceAll(fmt.Sprint(lost), "/", "."), func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "oncalm.db")
			file, err := os.ReadFile(whole)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, file, 0o600); err != nil {
				t.Fatal(err)
			}
			for _, key := range lost {
				flipIn(t, path, key)
			}
			out, code := callStore(path, "fsck")
			if want := lost[0] + ": the value does not match its checksum: the event is lost, and a repair says so on the timeline; oncalm fsck -repair repairs it\n"; code != cli.ExitNo || !strings.Contains(out, want) {
				t.Errorf("fsck: exit %d: %s\nwant: …%s", code, out, want)
			}
			if out, code := callStore(path, "fsck", "-repair"); code != cli.ExitFine {
				t.Errorf("fsck -repair: exit %d: %s", code, out)
			}
			want := "  1 damaged value was set aside by a repair, under damaged/\n  1 event is lost for good, as its timeline says\n  nothing is wrong\n"
			if n := len(lost); n > 1 {
				want = fmt.Sprintf("  %d damaged values were set aside by a repair, under damaged/\n  %d events are lost for good, as their timelines say\n  nothing is wrong\n", n, n)
			}
			if out, code := callStore(path, "fsck"); code != cli.ExitFine || !strings.HasSuffix(out, want) {
				t.Errorf("fsck again: exit %d: %s\nwant …%s", code, out, want)
			}
			if after, _ := callStore(path, "incidents"); after != before {
				t.Errorf("incidents before:\n%safter:\n%s", before, after)
			}
			out, code = callStore(path, "timeline", strings.TrimLeft(store.Parts(lost[0])[1], "0"))
			if n := strings.Count(out, "This event was damaged on the disk, and is lost."); code != cli.ExitFine || n != len(lost) || !strings.Contains(out, "Repaired the store; the incident was") {
				t.Errorf("timeline: exit %d:\n%s", code, out)
			}
		})
	}
}

// TestLostEventAndHead: if the head is damaged as well, the incident is what the rest of its timeline says.
func TestLostEventAndHead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "oncalm.db")
	if err := makeStore(path); err != nil {
		t.Fatal(err)
	}
	flipIn(t, path, "incident/00000001/event/00000005")
	flipIn(t, path, "incident/00000001/head")
	if out, code := callStore(path, "fsck", "-repair"); code != cli.ExitFine {
		t.Errorf("fsck -repair: exit %d: %s", code, out)
	}
	if out, code := callStore(path, "fsck"); code != cli.ExitFine || !strings.Contains(out, "nothing is wrong") {
		t.Errorf("fsck again: exit %d: %s", code, out)
	}
	if out, _ := callStore(path, "incidents"); !strings.Contains(out, "1   resolved") {
		t.Errorf("incidents:\n%s", out)
	}
}
