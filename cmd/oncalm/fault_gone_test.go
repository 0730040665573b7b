package main

import (
	"errors"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/oncalm/oncalm/cmd/oncalm/cli"
	"github.com/oncalm/oncalm/incidents"
)

// TestStoreGone takes the store's file away from under the program, which alarms come to or
// not. It answers none of them well, says so in Slack to whoever is on call, too, saves what
// it held, and ends; with what it saved nothing is lost.
func TestStoreGone(t *testing.T) {
	t.Parallel() // it waits more than it computes
	for name, lose := range map[string]func(path string) error{
		"removed":  os.Remove,
		"moved":    func(path string) error { return os.Rename(path, path+".moved") },
		"replaced": func(path string) error { return os.Rename(path+".older", path) },
	} {
		for _, idle := range []bool{false, true} {
			t.Run(name, func(t *testing.T) { storeGone(t, lose, idle) })
		}
	}
}

func storeGone(t *testing.T, lose func(string) error, idle bool) {
	slack := newSlack(t)
	r := newRig(t, slack.APIURL())
	path := r.path("oncalm.db")
	r.start()
	if out, code := r.call("backup", "-config", r.path("oncalm.yaml"), path+".older"); code != cli.ExitFine {
		t.Fatalf("backup: exit %d: %s", code, out)
	}
	body := r.alarm("alarm-00001", incidents.AlarmFiring, time.Now())
	accepted := map[string]string{messageID(t, body): "alarm-00001"}
	if status := r.post(body); status != http.StatusOK {
		t.Fatal(status)
	}
	r.allPaged(slack, accepted, 1)
	if err := lose(path); err != nil {
		t.Fatal(err)
	}
	if !idle {
		if status := r.post(r.alarm("alarm-00002", incidents.AlarmFiring, time.Now())); status == http.StatusOK {
			t.Error("an alarm was accepted that nobody will find")
		}
	}
	if code := r.wait(); code != cli.ExitUnknown || !strings.Contains(r.logs.String(), "the store's file is not where it was") {
		t.Errorf("exit %d, want %d:\n%s", code, cli.ExitUnknown, r.logs)
	}
	want := []string{"channel: 🔴 Oncalm has lost its store", "ana: 🔴 Oncalm has lost its store", "bo: 🔴 Oncalm has lost its store"}
	if got := selfPages(slack); !slices.Equal(got, want) {
		t.Errorf("self-pages: %q, want %q", got, want)
	}
	kept, err := filepath.Glob(path + ".replaced-*")
	if err != nil || len(kept) != 1 {
		t.Fatalf("saved: %v, %v\n%s", kept, err, r.logs)
	}
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) { // a supervisor starts it again at once
		out, code := r.call("serve", "-config", r.path("oncalm.yaml"))
		if want := "put its file back, or what is left with: oncalm restore -store " + path + " -force " + kept[0] + ";"; code != cli.ExitDamaged || !strings.Contains(out, want) {
			t.Errorf("started without its store: exit %d: %s\nwant exit %d: %s", code, out, cli.ExitDamaged, want)
		}
		for _, args := range [][]string{{"fsck"}, {"incidents"}, {"backup", r.path("copy.db")}} { // all of them say the same
			out, code := r.call(append(append(args[:1:1], "-config", r.path("oncalm.yaml")), args[1:]...)...)
			if code != cli.ExitDamaged || !strings.Contains(out, "put its file back") {
				t.Errorf("%s: exit %d: %s", args[0], code, out)
			}
		}
	}
	if out, code := r.call("restore", "-config", r.path("oncalm.yaml"), "-force", kept[0]); code != cli.ExitFine {
		t.Fatalf("restore: exit %d: %s", code, out)
	}
	holdsAccepted(t, path, accepted)
}

// TestLockGone removes the lock beside a store that is in use. The store cannot be restored
// over, nor served a second time.
func TestLockGone(t *testing.T) {
	r := newRig(t, newSlack(t).APIURL())
	path := r.path("oncalm.db")
	r.start()
	if out, code := r.call("backup", "-config", r.path("oncalm.yaml"), r.path("backup.db")); code != cli.ExitFine {
		t.Fatalf("backup: exit %d: %s", code, out)
	}
	for _, args := range [][]string{
		{"restore", "-config", r.path("oncalm.yaml"), "-force", r.path("backup.db")},
		{"serve", "-config", r.path("oncalm.yaml")},
		{"fsck", "-config", r.path("oncalm.yaml"), "-repair"},
	} {
		if err := os.Remove(path + ".lock"); err != nil {
			t.Fatal(err)
		}
		if out, code := r.call(args...); code != cli.ExitInUse {
			t.Errorf("%s: exit %d, want %d: %s", args[0], code, cli.ExitInUse, out)
		}
	}
	if status := r.post(r.alarm("alarm-00001", incidents.AlarmFiring, time.Now())); status != http.StatusOK {
		t.Errorf("an alarm to the one that has it: %d", status)
	}
}
