package bolt

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/storetest"
)

// Tests that end a process, or let its system calls fail, run this binary again as a
// child: the variable says what it does, the arguments with which store and how.
const childName = "ONCALM_TEST_CHILD"

func TestMain(m *testing.M) {
	do, ok := map[string]func(path string, o Options) error{
		"hold": childHold, "load": childLoad, "script": childScript,
	}[os.Getenv(childName)]
	if !ok {
		os.Exit(m.Run())
	}
	o := Options{
		Pinned: true, NoSync: slices.Contains(os.Args, "nosync"), early: slices.Contains(os.Args, "early"),
	}
	runtime.LockOSThread() // faults are aimed at threads
	if err := do(os.Args[1], o); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}

// child is the command that runs this binary as a child, under another program if one
// is given.
func child(do, path string, options []string, under ...string) *exec.Cmd {
	args := slices.Concat(under, []string{os.Args[0], path}, options)
	cmd := exec.Command(args[0], args[1:]...)
	// The race detector would wait a second before it lets a child end.
	cmd.Env = append(os.Environ(), childName+"="+do, "GORACE=atexit_sleep_ms=0")
	return cmd
}

// childHold opens the store, says so, and holds it until its input ends.
func childHold(path string, o Options) error {
	d, err := Open(path, o)
	if err != nil {
		return err
	}
	fmt.Println("open")
	if _, err := io.Copy(io.Discard, os.Stdin); err != nil {
		return err
	}
	return d.Close()
}

// loaders is how many write at a time in childLoad.
const loaders = 16

// childLoad writes without end, and says of each update when it was answered. Its keys
// begin with the third argument.
func childLoad(path string, o Options) error {
	d, err := Open(path, o)
	if err != nil {
		return err
	}
	var all sync.WaitGroup
	for who := range loaders {
		all.Go(func() {
			for n := 0; ; n++ {
				key := fmt.Sprintf("%s/%02d/%06d", os.Args[2], who, n)
				err := d.Update(background, func(tx store.Tx) error {
					putLoad(tx, key)
					return nil
				})
				if err != nil {
					fmt.Println(err)
					return
				}
				fmt.Println("ack", key) // one write: whole or not at all
			}
		})
	}
	all.Wait()
	return d.Close()
}

// putLoad writes one update of childLoad: three keys, apart from each other.
func putLoad(tx store.Tx, key string) {
	val := []byte(strings.Repeat(key+" ", 10))
	tx.Put("a/"+key, val)
	tx.Put("b/"+reverse(key), []byte(key))
	tx.Put("c/"+key, nil)
}

// hasLoad says whether the store has all of an update of childLoad.
func hasLoad(tx store.Tx, key string) bool {
	return string(tx.Get("a/"+key)) == strings.Repeat(key+" ", 10) &&
		string(tx.Get("b/"+reverse(key))) == key && tx.Get("c/"+key) != nil
}

func reverse(s string) string {
	b := []byte(s)
	slices.Reverse(b)
	return string(b)
}

// steps is how many updates a script has.
const steps = 12

// scriptStep makes one of the updates of a script: it writes, overwrites and deletes,
// and now and then makes the file grow.
func scriptStep(tx store.Tx, n int) {
	tx.Put("step", strconv.AppendInt(nil, int64(n), 10))
	for i := range 5 {
		tx.Put(fmt.Sprintf("key/%d/%d", i, n), []byte(strings.Repeat(strconv.Itoa(n), 100*i)))
		tx.Delete(fmt.Sprintf("key/%d/%d", i, n-2))
	}
	if n%4 == 3 {
		tx.Put("large", []byte(strings.Repeat(strconv.Itoa(n%10), 10_000*n)))
	}
}

// childScript runs the script and says of each step how it was answered. After a
// failure it goes on with the same step until nothing can be written any more.
func childScript(path string, o Options) error {
	d, err := Open(path, o)
	if err != nil {
		return err
	}
	begin := 0
	err = d.View(background, func(tx store.Tx) (err error) {
		begin, err = strconv.Atoi(string(tx.Get("step")))
		return err
	})
	if err != nil {
		begin = 0 // the script has not begun
	}
	for n := begin + 1; n <= steps; {
		err := d.Update(background, func(tx store.Tx) error {
			scriptStep(tx, n)
			return nil
		})
		switch {
		case err == nil:
			fmt.Println("ack", n)
			n++
		case errors.Is(err, store.ErrFull):
			fmt.Println("full", n)
		default:
			fmt.Println("failed", n, err)
			return sayFailed(d, err)
		}
	}
	return d.Close()
}

// sayFailed says what a store that cannot write any more is like.
func sayFailed(d *DB, err error) error {
	select {
	case <-d.Failed():
		fmt.Println("Failed is closed")
	default:
	}
	later := d.Update(background, func(store.Tx) error { return nil })
	fmt.Println("unknown outcome:", errors.Is(err, store.ErrUnknownOutcome), errors.Is(later, store.ErrUnknownOutcome))
	fmt.Println("view:", d.View(background, func(tx store.Tx) error {
		_ = tx.Get("step")
		return nil
	}))
	return d.Close()
}

// acked reads how many steps of a script were answered.
func acked(said string) (n int) {
	for line := range strings.Lines(said) {
		if step, ok := strings.CutPrefix(line, "ack "); ok {
			n, _ = strconv.Atoi(strings.TrimSpace(step))
		}
	}
	return n
}

// scriptModel is what is in the store after so many steps.
func scriptModel(t testing.TB, n int) map[string]string {
	t.Helper()
	model := storetest.Memory()
	for i := 1; i <= n; i++ {
		mustUpdate(t, model, func(tx store.Tx) { scriptStep(tx, i) })
	}
	return storetest.Content(t, model)
}

// start starts a child and returns the lines that it says.
func start(t *testing.T, cmd *exec.Cmd) (lines *bufio.Scanner) {
	t.Helper()
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = cmd.Stdout
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	return bufio.NewScanner(out)
}

// inMemory is a directory of the test that is not on a disk, if there can be one.
func inMemory(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "oncalm-test-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// needStrace finds the program that lets system calls fail.
func needStrace(t *testing.T) string {
	t.Helper()
	if testing.Short() {
		t.Skip("a short run: the crash tests take a while")
	}
	if runtime.GOOS != "linux" {
		t.Skip("no strace on " + runtime.GOOS)
	}
	path, err := exec.LookPath("strace")
	if err != nil {
		t.Skip("strace is not installed")
	}
	if said, err := exec.Command(path, "-o", filepath.Join(t.TempDir(), "o"), "true").CombinedOutput(); err != nil {
		t.Skipf("strace may not trace here: %s", said)
	}
	return path
}
