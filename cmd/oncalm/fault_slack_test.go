package main

import (
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/oncalm/oncalm/alarms/aws"
	"github.com/oncalm/oncalm/bot/slackfake/faults"
	"github.com/oncalm/oncalm/cmd/oncalm/cli"
	"github.com/oncalm/oncalm/incidents"
)

// postAll posts new alarms, several at a time, and returns those that were accepted and
// what all were answered.
func (r *rig) postAll(n int) (accepted map[string]string, answers map[int]int) {
	r.t.Helper()
	accepted, answers = map[string]string{}, map[int]int{}
	var mu sync.Mutex
	var next atomic.Int64
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			for k := next.Add(1); k <= int64(n); k = next.Add(1) {
				name := fmt.Sprintf("alarm-%05d", k)
				body := r.alarm(name, incidents.AlarmFiring, time.Now())
				status := r.post(body)
				mu.Lock()
				answers[status]++
				if status == http.StatusOK {
					accepted[messageID(r.t, body)] = name
				}
				mu.Unlock()
			}
		})
	}
	all.Wait()
	return accepted, answers
}

// pagedOnce says that the pages of n incidents came, each once.
func pagedOnce(t *testing.T, slack *receiver, n int, patience time.Duration) {
	t.Helper()
	slack.pagesOut(n, patience)
	pages := slack.paged()
	if len(pages) != n {
		t.Errorf("%d different pages came, want %d", len(pages), n)
	}
	for key, times := range pages {
		if times != 1 {
			t.Errorf("%s came %d times", key, times)
		}
	}
}

// TestSlackFailsTwice: Slack answers 500 to the first two attempts at each of 100 pages.
func TestSlackFailsTwice(t *testing.T) {
	t.Parallel() // it waits more than it computes
	n := 100
	if testing.Short() {
		n = 3
	}
	slack := newReceiver(t)
	slack.failing = 2
	r := newRig(t, slack.URL+"/api/")
	r.singly()
	r.start()
	if accepted, answers := r.postAll(n); len(accepted) != n {
		t.Errorf("%d alarms were accepted: %v", len(accepted), answers)
	}
	begun := time.Now()
	pagedOnce(t, slack, n, time.Minute)
	t.Logf("%d pages were out after %s", n, time.Since(begun).Round(time.Millisecond))
}

// TestManyAlarms: of 10,000 distinct alarms none is refused, and each is paged once.
func TestManyAlarms(t *testing.T) {
	n := manyAlarms
	if testing.Short() {
		n = 500
	}
	slack := newReceiver(t)
	r := newRig(t, slack.URL+"/api/")
	r.singly()
	requests := make([][]byte, n)
	var signing sync.WaitGroup
	for half := range 2 {
		signing.Go(func() {
			for k := half; k < n; k += 2 {
				requests[k] = request(r.alarm(fmt.Sprintf("alarm-%05d", k), incidents.AlarmFiring, time.Now()))
			}
		})
	}
	signing.Wait()
	r.start()
	begun := time.Now()
	taken := pour(r, 64, requests) // each must be answered 200
	pagedOnce(t, slack, n, 3*time.Minute)
	t.Logf("%d alarms were accepted after %s, and paged after %s", n, taken.Round(time.Millisecond), time.Since(begun).Round(time.Millisecond))
}

// delivered waits until it is recorded that the pages of n incidents were delivered.
func (r *rig) delivered(n int) {
	r.t.Helper()
	server, err := cli.OpenRecords(r.t.Context(), r.path("oncalm.db"))
	if err != nil {
		r.t.Fatal(err)
	}
	defer server.Close()
	end := time.Now().Add(30 * time.Second)
	for id := 1; id <= n; {
		last := ""
		err := server.Timeline(r.t.Context(), fmt.Sprint(id), func(events []incidents.Event) error {
			last = events[len(events)-1].Kind()
			return nil
		})
		if err == nil && last == "delivered" {
			id++
			continue
		}
		if time.Now().After(end) {
			r.t.Fatalf("it is not recorded that the page of incident %d was delivered: %v", id, err)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// TestKilledAfterThePage: what was delivered and recorded is not paged again after a
// crash, though SNS sends the message again, or CloudWatch the same word in another one.
func TestKilledAfterThePage(t *testing.T) {
	t.Parallel() // it waits more than it computes
	const n = 20
	slack := newReceiver(t)
	r := newRig(t, slack.URL+"/api/")
	r.singly()
	r.start()
	at := time.Now()
	var same, other [][]byte
	for k := range n {
		x := aws.Example{Name: fmt.Sprintf("alarm-%05d", k+1), At: at}
		for _, to := range []*[][]byte{&same, &other} {
			body, err := r.topic.Alarm(x)
			if err != nil {
				t.Fatal(err)
			}
			*to = append(*to, body)
		}
		if status := r.post(same[k]); status != http.StatusOK {
			t.Fatal(status)
		}
	}
	r.delivered(n)
	r.kill()
	r.start()
	for k := range n {
		for _, body := range [][]byte{same[k], other[k], same[k]} {
			if status := r.post(body); status != http.StatusOK {
				t.Errorf("sent again: %d", status)
			}
		}
	}
	if status := r.post(r.alarm("alarm-99999", incidents.AlarmFiring, time.Now())); status != http.StatusOK {
		t.Fatal(status)
	}
	pagedOnce(t, slack, n+1, 10*time.Second) // the new one came after all that could have come
}

// TestKilledBeforeThePage kills the program while Slack hangs, with what it was sent or
// without. After the start everybody is paged, and exactly once.
func TestKilledBeforeThePage(t *testing.T) {
	t.Parallel() // it waits more than it computes
	const n = 40
	for name, hanging := range map[string]faults.Kind{
		"nothing stored": faults.Hang(), "stored but not answered": faults.StoredButTimedOut(),
	} {
		t.Run(name, func(t *testing.T) {
			slack := newSlack(t)
			slack.Faults.Fail(faults.Fault{Method: "chat.postMessage", Kind: hanging})
			r := newRig(t, slack.APIURL())
			r.start()
			accepted, answers := r.postAll(n)
			if len(accepted) != n {
				t.Errorf("%d alarms were accepted: %v", len(accepted), answers)
			}
			early := len(slack.DM("U0ANA"))
			r.kill()
			slack.Faults.Clear()
			r.start()
			r.allPaged(slack, accepted, 1)
			r.delivered(n)
			for key, times := range keysOf(slack) {
				if times != 1 {
					t.Errorf("%s came %d times", key, times)
				}
			}
			t.Logf("%d of %d pages were stored when the program was killed", early, n)
		})
	}
}
