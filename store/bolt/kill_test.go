package bolt

import (
	"fmt"
	"math/rand/v2"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/oncalm/oncalm/store"
)

// killUnderLoad lets a child write, kills it after so many answers, and returns the keys
// of the updates that were answered.
func killUnderLoad(t *testing.T, path, prefix string, answers int, options ...string) (acked []string) {
	t.Helper()
	cmd := child("load", path, append([]string{prefix}, options...))
	lines := start(t, cmd)
	for lines.Scan() {
		key, ok := strings.CutPrefix(lines.Text(), "ack ")
		if !ok {
			t.Fatalf("the child said %q", lines.Text())
		}
		if acked = append(acked, key); len(acked) == answers {
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := cmd.Wait(); err == nil {
		t.Fatal("the child ended by itself")
	}
	return acked
}

// lost returns the answered updates that the store does not have.
func lost(t *testing.T, path string, acked []string) (missing []string) {
	t.Helper()
	d, err := Open(path, Options{MustExist: true})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	sound(t, d)
	err = d.View(background, func(tx store.Tx) error {
		for _, key := range acked {
			if !hasLoad(tx, key) {
				missing = append(missing, key)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return missing
}

// TestKill kills a process that writes again and again. What was answered is there.
func TestKill(t *testing.T) {
	rounds := 20
	if testing.Short() {
		rounds = 3
	}
	path := filepath.Join(t.TempDir(), "oncalm.db")
	var all []string
	for round := range rounds {
		all = append(all, killUnderLoad(t, path, fmt.Sprintf("%02d", round), 1+rand.N(600))...)
		if missing := lost(t, path, all); missing != nil {
			t.Fatalf("round %d: %d of %d answered updates are lost, the first %s", round, len(missing), len(all), missing[0])
		}
	}
	t.Logf("%d answered updates in %d rounds, none lost", len(all), rounds)
}

// TestKillFindsEarlyAnswers proves that TestKill can fail: it does for a store that
// answers before it commits.
func TestKillFindsEarlyAnswers(t *testing.T) {
	for round := range 40 {
		path := filepath.Join(t.TempDir(), "oncalm.db")
		acked := killUnderLoad(t, path, "0", 1+rand.N(500), "early")
		if missing := lost(t, path, acked); missing != nil {
			t.Logf("round %d: %d of %d answered updates are lost, as they should be", round, len(missing), len(acked))
			return
		}
	}
	t.Error("a store that answers before it commits lost nothing: the test finds nothing")
}

// TestKilledHolder holds that a killed process holds nothing any more.
func TestKilledHolder(t *testing.T) {
	path := filepath.Join(t.TempDir(), "oncalm.db")
	cmd := child("hold", path, nil)
	holdOpen(t, cmd)
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	d, err := Open(path, Options{MustExist: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Error(err)
	}
}

// holdOpen starts a child that holds a store.
func holdOpen(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = in.Close()
		_ = cmd.Wait()
	})
	if lines := start(t, cmd); !lines.Scan() || lines.Text() != "open" {
		t.Fatalf("the child said %q, want open", lines.Text())
	}
}
