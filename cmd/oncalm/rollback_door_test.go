//go:build unix

package main

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/oncalm/oncalm/cmd/oncalm/cli"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/rollbacks/awsfake"
)

// requested starts the program, and has a rollback asked for.
func requested(t *testing.T, approvers string) *rolling {
	t.Helper()
	k := newRolling(t, cut{})
	k.configure("{approver: [bo]}", approvers)
	k.next = map[string]time.Time{}
	k.start()
	if status := k.post(k.alarm("checkout-5xx", incidents.AlarmFiring, k.began)); status != http.StatusOK {
		t.Fatal(status)
	}
	k.eventually("the request", func() bool {
		if k.phase() == "" {
			k.once("ask", k.asks)
		}
		return k.phase() == "requested"
	})
	return k
}

// phase is that which Slack tells of.
func (k *rolling) phase() string {
	_, phase := k.said()
	return phase
}

// presses has many press Approve at the same moment, and returns who was not answered.
func (k *rolling) presses(people ...string) (unheard []error) {
	m, _ := k.said()
	var mu sync.Mutex
	var all sync.WaitGroup
	begin := make(chan struct{})
	for _, user := range people {
		all.Go(func() {
			<-begin
			if r := k.slack.Hands.Press(k.t.Context(), m, "Approve", user); r.Err != nil || r.Status != http.StatusOK {
				mu.Lock()
				defer mu.Unlock()
				unheard = append(unheard, r.Err)
			}
		})
	}
	close(begin)
	all.Wait()
	return unheard
}

// TestDoubleClick: two approvers press the same button fifty times each, all at once, through the signed door. It was approved once, and
// ECS is asked once.
func TestDoubleClick(t *testing.T) {
	t.Parallel() // it waits more than it computes
	k := requested(t, "{approver: [ana, bo]}")
	k.path.mu.Lock()
	k.path.approved = true
	k.path.mu.Unlock()
	fifty := slices.Repeat([]string{"U0BO", "U0ANA"}, 50)
	if unheard := k.presses(fifty...); len(unheard) > 0 {
		t.Errorf("%d were not answered: %v", len(unheard), unheard[0])
	}
	phase := k.plays()
	k.stop()
	for _, w := range k.wrong(phase) { // which knows of one approval, and one start
		t.Error(w)
	}
}

// TestMovedBetween: a rollback is approved while ECS is away, and until it is back the approver has lost the role, or somebody has
// deployed. Nothing is started, and that is said.
func TestMovedBetween(t *testing.T) {
	for name, move := range map[string]func(k *rolling){
		"the role": func(k *rolling) {
			k.configure("approver: [bo]", "approver: [ana]")
			if out, code := k.call("reload", "-config", k.rig.path("oncalm.yaml")); code != cli.ExitFine {
				k.t.Fatalf("exit %d: %s", code, out)
			}
		},
		"the version": func(k *rolling) { k.path.ecs.Deployed("checkout", "checkout:44", 0) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel() // it waits more than it computes
			k := requested(t, "{approver: [bo]}")
			calls := func() int { return k.path.ecs.Calls("DescribeServices") }
			k.path.ecs.Fail("DescribeServices", awsfake.Fault{Code: "ServiceUnavailable", Status: 503, Left: -1})
			before := calls()
			if unheard := k.presses("U0BO"); len(unheard) > 0 {
				t.Fatal(unheard)
			}
			k.eventually("it is approved and not started", func() bool { return k.phase() == "approved" && calls() > before })
			move(k)
			// whoever had looked at the rights before has given up when AWS was asked so often
			before = calls()
			k.eventually("it is looked at again", func() bool { return calls() > before+3 || k.phase() == "voided" })
			k.path.ecs.Fail("DescribeServices", awsfake.Fault{})
			k.eventually("it is void", func() bool { return k.phase() == "voided" })
			k.stop()
			out, _ := callStore(k.store, "timeline", "1")
			k.path.mu.Lock()
			defer k.path.mu.Unlock()
			if k.path.asked != 0 || strings.Contains(out, "Started the rollback") || !strings.Contains(out, "pproved the rollback") {
				t.Errorf("asked %d times:\n%s", k.path.asked, out)
			}
		})
	}
}
