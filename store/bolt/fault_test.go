package bolt

import (
	"fmt"
	"maps"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/store/storetest"
)

// The system calls by which a store becomes durable. A question mark stands before
// those that not every machine has.
var calls = []string{"pwrite64", "fdatasync", "ftruncate", "fsync", "?rename,?renameat,?renameat2"}

// inject runs a script in which the n-th of those calls (of each thread) goes wrong.
// It returns what the child said, and whether it ended well.
func inject(strace, path, call, fault string, n int, options ...string) (said string, ok bool) {
	cmd := child("script", path, options, strace, "-f", "-qq", "-o", path+".trace",
		"-e", "trace="+call, "-e", fmt.Sprintf("inject=%s:%s:when=%d", call, fault, n))
	cmd.Env = append(cmd.Env, "GOMAXPROCS=2")
	out, err := cmd.CombinedOutput()
	return string(out), err == nil
}

// holdsScript opens the store and holds that it has all answered steps, at most one
// more, and nothing else.
func holdsScript(t *testing.T, path string, acked int) {
	t.Helper()
	d, err := Open(path, Options{NoSync: true})
	if err != nil {
		t.Fatalf("after %d answers: %v", acked, err)
	}
	defer d.Close()
	sound(t, d)
	got := storetest.Content(t, d)
	want := scriptModel(t, acked)
	if maps.Equal(want, got) || acked < steps && maps.Equal(scriptModel(t, acked+1), got) {
		return
	}
	t.Errorf("content after %d answers (-want +got):\n%s", acked, cmp.Diff(want, got))
}

// prepared makes a store that is the same each time, as a script finds it when the
// file need not be created.
func prepared(t *testing.T, path string) {
	t.Helper()
	d, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestKillAtEveryCall kills a script at each call by which something becomes durable,
// from the creation of the file on.
func TestKillAtEveryCall(t *testing.T) {
	strace := needStrace(t)
	for _, fresh := range []bool{true, false} {
		for _, call := range calls {
			name, _, _ := strings.Cut(strings.TrimPrefix(call, "?"), ",")
			t.Run(fmt.Sprintf("%s/fresh=%v", name, fresh), func(t *testing.T) {
				t.Parallel()
				points := 0
				for n := 1; ; n++ {
					path := filepath.Join(inMemory(t), "oncalm.db")
					if !fresh {
						prepared(t, path)
					}
					said, ok := inject(strace, path, call, "signal=KILL", n)
					holdsScript(t, path, acked(said))
					if ok {
						break
					}
					points++
				}
				t.Logf("killed at %d calls", points)
			})
		}
	}
}

// TestBrokenDisk lets each call that must not fail do so. The store says that it does
// not know, stops, and after opening again has all that was answered.
func TestBrokenDisk(t *testing.T) {
	strace := needStrace(t)
	for _, call := range []string{"pwrite64", "fdatasync"} {
		t.Run(call, func(t *testing.T) {
			t.Parallel()
			failures := 0
			for n := 4; n <= 24; n++ {
				path := filepath.Join(inMemory(t), "oncalm.db")
				prepared(t, path)
				said, ok := inject(strace, path, call, "error=EIO", n)
				if !ok {
					t.Fatalf("call %d: the child ended with\n%s", n, said)
				}
				holdsScript(t, path, acked(said))
				if acked(said) == steps {
					break
				}
				failures++
				for _, want := range []string{"Failed is closed\n", "unknown outcome: true true\n", "view: <nil>\n", "input/output error"} {
					if !strings.Contains(said, want) {
						t.Errorf("call %d: the child did not say %q but\n%s", n, want, said)
					}
				}
			}
			if failures == 0 {
				t.Error("no call failed")
			}
		})
	}
}

// TestFullDisk lets calls fail for lack of space, for a while. Nothing is lost, nothing
// is half there, and the store goes on.
func TestFullDisk(t *testing.T) {
	strace := needStrace(t)
	var full atomic.Int64
	var all sync.WaitGroup
	for _, call := range []string{"pwrite64", "ftruncate", "fsync"} {
		all.Go(func() {
			for n := 1; n <= 8; n++ {
				path := filepath.Join(inMemory(t), "oncalm.db")
				prepared(t, path)
				said, ok := inject(strace, path, call, "error=ENOSPC", n)
				holdsScript(t, path, acked(said))
				switch {
				case !ok && acked(said) == 0 && strings.Contains(said, "no space left"):
					// not even opened
				case !ok || acked(said) != steps:
					t.Errorf("%s %d: the script ended with\n%s", call, n, said)
				case strings.Contains(said, "full"):
					full.Add(1)
				}
			}
		})
	}
	all.Wait()
	if full.Load() == 0 {
		t.Error("no call failed for lack of space")
	}
}
