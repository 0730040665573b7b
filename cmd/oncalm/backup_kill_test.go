package main

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/oncalm/oncalm/cmd/oncalm/cli"
	"github.com/oncalm/oncalm/incidents"
)

// TestKilledBackup kills a backup at each of its writes, waits for the disk and changes of
// names. The target is the one of before or a whole one, and nothing is left beside it that
// the next backup to that target does not take away.
func TestKilledBackup(t *testing.T) {
	t.Parallel() // it waits more than it computes
	strace := needStrace(t)
	r := newRig(t, newSlack(t).APIURL())
	r.start()
	if status := r.post(r.alarm("alarm-00001", incidents.AlarmFiring, time.Now())); status != http.StatusOK {
		t.Fatal(status)
	}
	dir := t.TempDir()
	target := filepath.Join(dir, "latest.db")
	killed := 0
	for _, call := range []string{"write", "fsync", "linkat", "renameat"} {
		for n := 1; n <= 6; n++ {
			r.wrap = []string{strace, "-f", "-qq", "-o", os.DevNull, "-e", "trace=" + call, "-e", fmt.Sprintf("inject=%s:signal=KILL:when=%d", call, n)}
			cmd := r.command("backup", "-config", r.path("oncalm.yaml"), "-force", target)
			r.wrap = nil
			ended := cmd.Run() == nil
			if !ended {
				killed++
			}
			names, err := filepath.Glob(filepath.Join(dir, "*"))
			if err != nil {
				t.Fatal(err)
			}
			for _, name := range names {
				if name != target && name != target+".partial" || call != "renameat" && name != target {
					t.Errorf("killed at %s %d: %s is left", call, n, name)
				}
			}
			if ended {
				break
			}
		}
	}
	if killed < 4 {
		t.Errorf("only %d backups were killed", killed)
	}
	if out, code := r.call("backup", "-config", r.path("oncalm.yaml"), "-force", target); code != cli.ExitFine {
		t.Errorf("exit %d: %s", code, out)
	}
	if names, err := filepath.Glob(filepath.Join(dir, "*")); err != nil || len(names) != 1 {
		t.Errorf("after a whole one there are %v, %v", names, err)
	}
	if out, code := r.call("fsck", "-config", r.path("oncalm.yaml"), "-store", target); code != cli.ExitFine {
		t.Errorf("fsck: exit %d: %s", code, out)
	}
}
