package main

import (
	"bytes"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/oncalm/oncalm/bot/slackfake"
	"github.com/oncalm/oncalm/cmd/oncalm/cli"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/history"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/bolt"
)

// storedRig is a rig whose program has taken some alarms in and was stopped, with a
// backup of its store. It returns the names of the alarms by the ids of their messages.
func storedRig(t *testing.T) (r *rig, backup string, accepted map[string]string) {
	t.Helper()
	slack := newSlack(t)
	r = newRig(t, slack.APIURL())
	r.start()
	accepted = map[string]string{}
	for n := range 30 {
		name := fmt.Sprintf("alarm-%05d", n+1)
		body := r.alarm(name, incidents.AlarmFiring, time.Now())
		if status := r.post(body); status != http.StatusOK {
			t.Fatal(status)
		}
		accepted[messageID(t, body)] = name
	}
	r.allPaged(slack, accepted, 1)
	backup = r.path("backup.db")
	if out, code := r.call("backup", "-config", r.path("oncalm.yaml"), backup); code != cli.ExitFine {
		t.Fatalf("backup: exit %d: %s", code, out)
	}
	if code := r.stop(); code != cli.ExitFine {
		t.Fatalf("exit %d", code)
	}
	return r, backup, accepted
}

// damages are ways in which a file is not the store that it was.
var damages = map[string]func(file []byte) []byte{
	"both meta pages zero":        func(f []byte) []byte { clear(f[:2*os.Getpagesize()]); return f },
	"all but the meta pages zero": func(f []byte) []byte { clear(f[2*os.Getpagesize():]); return f },
	"a page of data zero":         func(f []byte) []byte { return onData(f, func(page []byte) { clear(page) }) },
	"a page of data flipped": func(f []byte) []byte {
		return onData(f, func(page []byte) {
			for n := range page {
				page[n] ^= 0xff
			}
		})
	},
	"a page in the place of another": func(f []byte) []byte {
		return onData(f, func(page []byte) { copy(page, f[:os.Getpagesize()]) })
	},
	"cut off in the middle":      func(f []byte) []byte { return f[:used(f)/2/os.Getpagesize()*os.Getpagesize()] },
	"cut off within a page":      func(f []byte) []byte { return f[:used(f)-100] },
	"cut off after one page":     func(f []byte) []byte { return f[:os.Getpagesize()] },
	"cut off after some bytes":   func(f []byte) []byte { return f[:17] },
	"garbage":                    func(f []byte) []byte { return bytes.Repeat([]byte("garbage "), len(f)/8) },
	"XML":                        func([]byte) []byte { return []byte("<?xml version=\"1.0\"?>\n<Error><Code>NoSuchKey</Code></Error>\n") },
	"an error of a proxy, large": func([]byte) []byte { return bytes.Repeat([]byte("<html>502 Bad Gateway</html>\n"), 10_000) },
}

// used is how much of a file has been written: it grows ahead of what it holds.
func used(f []byte) int { return len(bytes.TrimRight(f, "\x00")) }

// onData changes each page that has data of ours in it.
func onData(f []byte, change func(page []byte)) []byte {
	size := os.Getpagesize()
	for at := 2 * size; at+size <= len(f); at += size {
		if page := f[at : at+size]; bytes.Contains(page, []byte("incident/")) {
			change(page)
		}
	}
	return f
}

// restoreCommand is the command that a damaged store is answered with.
var restoreCommandSaid = regexp.MustCompile(`the file was left as it is; put a backup in its place with: oncalm (restore -store (\S+) -force) BACKUP`)

// TestDamagedStore damages the store in all those ways. The program says so, touches
// nothing, and names the command that helps; and the command does.
func TestDamagedStore(t *testing.T) {
	t.Parallel() // it waits more than it computes
	r, backup, accepted := storedRig(t)
	path := r.path("oncalm.db")
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for name, damage := range damages {
		t.Run(name, func(t *testing.T) {
			broken := damage(bytes.Clone(whole))
			if err := os.WriteFile(path, broken, 0o600); err != nil {
				t.Fatal(err)
			}
			out, code := r.call("serve", "-config", r.path("oncalm.yaml"))
			said := restoreCommandSaid.FindStringSubmatch(out)
			if code != cli.ExitDamaged || said == nil || said[2] != path || strings.Count(out, "\n") != 1 {
				t.Fatalf("exit %d, want %d: %s", code, cli.ExitDamaged, out)
			}
			if left, err := os.ReadFile(path); err != nil || !bytes.Equal(left, broken) {
				t.Errorf("the file was not left as it was: %v", err)
			}
			out, code = r.call(append(strings.Fields(said[1]), backup)...)
			if code != cli.ExitFine {
				t.Fatalf("the command that was named: exit %d: %s", code, out)
			}
			holdsAccepted(t, path, accepted)
			kept, err := filepath.Glob(path + ".replaced-*")
			if err != nil || len(kept) != 1 {
				t.Fatalf("what was there before: %v, %v", kept, err)
			}
			if text, err := os.ReadFile(kept[0]); err != nil || !bytes.Equal(text, broken) {
				t.Errorf("what was there before is not kept as it was: %v", err)
			}
			if err := os.Remove(kept[0]); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// TestEmptyFile is the one that is no damage: nothing was ever in it.
func TestEmptyFile(t *testing.T) {
	r := newRig(t, newSlack(t).APIURL())
	r.write("oncalm.db", nil)
	r.start()
	if status := r.post(r.alarm("alarm-00001", incidents.AlarmFiring, time.Now())); status != http.StatusOK {
		t.Errorf("an alarm: %d", status)
	}
	if code := r.stop(); code != cli.ExitFine {
		t.Errorf("exit %d", code)
	}
}

// TestStoreInUse starts the program a second time. It says which process has the store,
// before it takes a port; the first goes on undisturbed.
func TestStoreInUse(t *testing.T) {
	r := newRig(t, newSlack(t).APIURL())
	r.start()
	want := fmt.Sprintf("oncalm: %s is in use (pid %d): stop that process first\n", r.path("oncalm.db"), r.cmd.Process.Pid)
	if out, code := r.call("serve", "-config", r.path("oncalm.yaml")); code != cli.ExitInUse || out != want {
		t.Errorf("exit %d: %s\nwant exit %d: %s", code, out, cli.ExitInUse, want)
	}
	if status := r.post(r.alarm("alarm-00001", incidents.AlarmFiring, time.Now())); status != http.StatusOK {
		t.Errorf("an alarm to the first: %d", status)
	}
	r.kill()
	r.start() // the lock of a process that was killed is no lock
}

// TestNewerStore opens a store that a later version has written.
func TestNewerStore(t *testing.T) {
	r := newRig(t, newSlack(t).APIURL())
	db, err := cli.OpenStore(t.Context(), r.path("oncalm.db"), bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	err = db.Update(t.Context(), func(tx store.Tx) error {
		tx.Put("schema", []byte("7"))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	out, code := r.call("serve", "-config", r.path("oncalm.yaml"))
	if want := "store v7, binary knows v5: use that version, or restore a backup from before it\n"; code != cli.ExitNewer || !strings.HasSuffix(out, want) {
		t.Errorf("exit %d: %s\nwant exit %d: …%s", code, out, cli.ExitNewer, want)
	}
}

// TestPortInUse finds somebody else at each of the two addresses.
func TestPortInUse(t *testing.T) {
	r := newRig(t, newSlack(t).APIURL())
	for _, addr := range []string{r.addr, r.web} {
		l, err := net.Listen("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		want := fmt.Sprintf("oncalm: cannot listen on %s: listen tcp %[1]s: bind: address already in use: choose a free address, or stop what uses it\n", addr)
		if out, code := r.call("serve", "-config", r.path("oncalm.yaml")); code != cli.ExitUsage || out != want {
			t.Errorf("exit %d: %s\nwant exit %d: %s", code, out, cli.ExitUsage, want)
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	}
	r.start() // nothing of the failed starts is in the way
}

// TestBrokenDisk lets the disk fail, at the start and under load. Nobody can say then what
// is durable: the program says so, ends, and after the next start everything accepted is
// there.
func TestBrokenDisk(t *testing.T) {
	t.Parallel() // it waits more than it computes
	for _, tc := range []struct {
		n, code int
		said    string
	}{
		{1, cli.ExitUnknown, "start again to read what was really written"}, // it opens
		{2, cli.ExitUnknown, "start again to read what was really written"}, // it begins to work
		{9, cli.ExitUnknown, "start again to read what was really written"}, // under load
		{20, cli.ExitUnknown, "start again to read what was really written"},
		{31, cli.ExitUnknown, "start again to read what was really written"},
	} {
		t.Run(fmt.Sprintf("fdatasync %d", tc.n), func(t *testing.T) {
			r, slack, s := brokenDisk(t, "pinned", tc.n)
			if code := r.wait(); code != tc.code || !strings.Contains(r.logs.String(), tc.said) {
				t.Errorf("exit %d, want %d and %q:\n%s", code, tc.code, tc.said, r.logs)
			}
			if lost := s.lost(t, r.path("oncalm.db")); len(lost) > 0 {
				t.Errorf("accepted and not in the store: %v", lost)
			}
			t.Logf("%d alarms accepted before the disk failed", len(s.acked))
			r.kind, r.wrap = "plain", nil
			r.start()
			s.settle(r)
			r.allPaged(slack, s.names(), 2)
			if out, code := r.call("fsck", "-config", r.path("oncalm.yaml")); code != cli.ExitFine {
				t.Errorf("fsck: exit %d: %s", code, out)
			}
		})
	}
}

// TestBrokenDiskControl shows that the test above can fail: a program that answers
// before it has written loses alarms in it. Not each time: if it was told that the last
// page of a commit is not on disk, that commit can be read all the same.
func TestBrokenDiskControl(t *testing.T) {
	t.Parallel() // it waits more than it computes
	for n := range 6 {
		r, _, s := brokenDisk(t, "hasty", 8+n)
		r.kill() // it has ended, unless the disk never failed
		if lost := s.lost(t, r.path("oncalm.db")); len(lost) > 0 {
			t.Logf("%d of %d accepted alarms were lost", len(lost), len(s.acked))
			return
		}
	}
	t.Error("a program that answers before it has written lost nothing: the test has no teeth")
}

// brokenDisk runs the program under load until the n-th time that it waits for the disk,
// which fails.
func brokenDisk(t *testing.T, kind string, n int) (*rig, *slackfake.Slack, *storm) {
	t.Helper()
	strace, slack := needStrace(t), newSlack(t)
	r := newRig(t, slack.APIURL())
	prepareStore(t, r.path("oncalm.db"))
	r.kind = kind
	r.wrap = []string{strace, "-D", "-f", "-qq", "-o", os.DevNull, "-e", "trace=fdatasync", "-e", fmt.Sprintf("inject=fdatasync:error=EIO:when=%d", n)}
	s := newStorm()
	if r.launch() {
		s.blow(r, 4, 20*time.Second)
	}
	return r, slack, s
}

// lost names the alarms that were accepted and are not in a store.
func (s *storm) lost(t *testing.T, path string) (lost []string) {
	t.Helper()
	db, err := cli.OpenStore(t.Context(), path, bolt.Options{MustExist: true, NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	there := map[string]bool{}
	err = db.View(t.Context(), func(tx store.Tx) error {
		all, err := history.Newest(tx, 10_000)
		for _, i := range all {
			there[i.Title] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for name := range s.acked {
		if !there[name] {
			lost = append(lost, name)
		}
	}
	return lost
}

// names are the alarms that were accepted.
func (s *storm) names() map[string]string {
	names := map[string]string{}
	for name := range s.acked {
		names[name] = name
	}
	return names
}
