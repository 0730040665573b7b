package storetest

import (
	"context"
	"errors"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/oncalm/oncalm/store"
)

// TestEngine holds that the contract can be kept by an engine that runs functions again
// when others came between.
func TestEngine(t *testing.T) {
	Test(t, func(testing.TB) store.Store { return newEngine("") })
}

func TestMemory(t *testing.T) {
	Test(t, func(testing.TB) store.Store { return Memory() })
}

func TestTwice(t *testing.T) {
	Test(t, func(testing.TB) store.Store { return Twice(newEngine("")) })
}

// faultName is how TestFaults tells its child which engine to test.
const faultName = "ONCALM_TEST_FAULT"

// TestFaultyEngine is run by TestFaults in a process of its own, where it must fail.
func TestFaultyEngine(t *testing.T) {
	fault := os.Getenv(faultName)
	if fault == "" {
		return // not the child
	}
	Test(t, func(testing.TB) store.Store { return newEngine(fault) })
}

// TestFaults proves that the contract finds engines that do not keep it.
func TestFaults(t *testing.T) {
	all := faults()
	for _, fault := range slices.Sorted(maps.Keys(all)) {
		t.Run(fault, func(t *testing.T) {
			t.Parallel()
			cmd := exec.Command(os.Args[0], "-test.run=^TestFaultyEngine$", "-test.v", "-rapid.nofailfile", "-test.timeout=60s")
			cmd.Env = append(os.Environ(), faultName+"="+fault, "GORACE=atexit_sleep_ms=0")
			said, err := cmd.CombinedOutput()
			if _, failed := errors.AsType[*exec.ExitError](err); !failed {
				t.Fatalf("the contract passed an engine with the fault %q: %v\n%s", fault, err, said)
			}
			for _, check := range all[fault] {
				name := "--- FAIL: TestFaultyEngine/" + strings.ReplaceAll(check, " ", "_") + " "
				if !strings.Contains(string(said), name) {
					t.Errorf("the check %q passed an engine with the fault %q", check, fault)
				}
			}
		})
	}
}

// TestTwiceFindsEffects shows what Twice is for.
func TestTwiceFindsEffects(t *testing.T) {
	s := Twice(newEngine(""))
	runs := 0
	update(t, s, func(tx store.Tx) {
		runs++
		putInt(tx, "runs", getInt(tx, "runs")+1)
	})
	if runs != 2 {
		t.Errorf("the function ran %d times, want 2", runs)
	}
	holds(t, s, pair{"runs", "1"})
	err := s.Update(context.Background(), func(store.Tx) error { return errRefused })
	is(t, "Update whose function fails", err, errRefused)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	is(t, "Update of a closed store", s.Update(context.Background(), func(store.Tx) error { return nil }), store.ErrClosed)
}
