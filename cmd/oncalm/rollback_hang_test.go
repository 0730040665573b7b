//go:build unix

package main

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/oncalm/oncalm/bot/slackfake"
	"github.com/oncalm/oncalm/bot/slackfake/workspace"
	"github.com/oncalm/oncalm/incidents"
)

// asking has so many people ask for plans of a rollback, again and again, until it is ended.
func asking(t testing.TB, s *slackfake.Slack, id string, people int) (end func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var all sync.WaitGroup
	for range people {
		all.Go(func() {
			for ctx.Err() == nil {
				_ = s.Hands.Command(ctx, "U0ANA", "C0INCIDENTS", "/incident", "rollback "+id)
			}
		})
	}
	return func() { cancel(); all.Wait() }
}

// TestPagesWhileAWSHangs: AWS takes calls and answers none, for plans that people ask for and for a rollback that was approved. Meanwhile
// an alarm is paged and acknowledged, and the rollback waits.
func TestPagesWhileAWSHangs(t *testing.T) {
	t.Parallel() // it waits more than it computes
	k := requested(t, "{approver: [bo]}")
	fires := func(alarm string) {
		t.Helper()
		if status := k.post(k.alarm(alarm, incidents.AlarmFiring, time.Now())); status != http.StatusOK {
			t.Fatalf("%s: %d", alarm, status)
		}
		k.eventually("a page about "+alarm, func() bool { return pagesAbout(k.slack, alarm) == 1 })
	}
	fires("checkout-second")
	k.path.hangs.Store(true)
	m, _ := k.said()
	if r := k.slack.Hands.Press(t.Context(), m, "Approve", "U0BO"); r.Err != nil {
		t.Fatal(r.Err)
	}
	k.eventually("AWS is asked for what was approved", func() bool { return k.path.hung.Load() > 0 && k.phase() == "approved" })
	const people = 12
	end := asking(t, k.slack, "2", people)
	defer end()
	k.eventually("AWS is asked for plans", func() bool { return k.path.hung.Load() > people })
	fires("checkout-late")
	if n := k.path.hung.Load(); n == 0 {
		t.Error("AWS does not hang any more: that shows nothing")
	}
	k.eventually("it is acknowledged", func() bool {
		_ = k.slack.Hands.Command(t.Context(), "U0ANA", "C0INCIDENTS", "/incident", "ack 3")
		out, _ := k.call("timeline", "-config", k.rig.path("oncalm.yaml"), "3")
		return strings.Contains(out, "Acknowledged")
	})
	if k.path.hung.Load() == 0 || k.phase() != "approved" || k.path.asked != 0 {
		t.Errorf("%d wait for AWS, the rollback is %s, and was asked for %d times", k.path.hung.Load(), k.phase(), k.path.asked)
	}
	k.kill()
}

// BenchmarkHanging is the time from an alarm's POST to the call of Slack with an AWS that answers nobody while people ask it for plans, and
// without, each alarm in turns on two servers at the same time.
func BenchmarkHanging(b *testing.B) {
	const people, alarms, warm = 12, 500, 100
	for b.Loop() {
		var took [2][]time.Duration
		var rigs [2]*rig
		var lines [2]*connection
		var receivers [2]*receiver
		var l *loads
		stuck := &path{}
		stuck.hangs.Store(true)
		for n := range rigs {
			rigs[n], receivers[n], l = newLoadRig(b)
			rigs[n].rolls(stuck)
			rigs[n].start()
			lines[n] = rigs[n].dial()
		}
		for n := range alarms {
			if n == 1 { // there is an incident
				hands := slackfake.New(slackfake.Options{ // the receiver takes messages, and nobody types there
					Team: workspace.Team{ID: "T0TEST"}, Users: []workspace.User{{ID: "U0ANA", Name: "ana"}},
					Channels: []workspace.Channel{{ID: "C0INCIDENTS", Name: "incidents"}},
				})
				hands.Bot.Connect("http://"+rigs[1].addr, nil)
				defer asking(b, hands, "1", people)()
				rigs[1].eventually("AWS is asked for plans", func() bool { return stuck.hung.Load() >= people })
			}
			for _, side := range []int{n % 2, 1 - n%2} {
				begun := time.Now()
				if status, err := lines[side].do(l.bodies[n]); status != http.StatusOK {
					b.Fatal(status, err)
				}
				at := receivers[side].page(fmt.Sprintf("%d/page/0.0/ana", n+1), 5*time.Second)
				if n >= warm {
					took[side] = append(took[side], at.Sub(begun))
				}
			}
		}
		b.ReportMetric(float64(stuck.hung.Load()), "hanging")
		p50 := func(all []time.Duration) float64 { slices.Sort(all); return all[len(all)/2].Seconds() * 1000 }
		p99 := func(all []time.Duration) float64 { return all[len(all)*99/100].Seconds() * 1000 }
		quiet, hanging := p50(took[0]), p50(took[1])
		b.ReportMetric(quiet, "quiet-p50-ms")
		b.ReportMetric(hanging, "hanging-p50-ms")
		b.ReportMetric(p99(took[0]), "quiet-p99-ms")
		b.ReportMetric(p99(took[1]), "hanging-p99-ms")
		b.ReportMetric(hanging/quiet, "ratio")
		for n := range rigs {
			lines[n].Close()
			rigs[n].kill()
		}
	}
}
