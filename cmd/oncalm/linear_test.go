package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/anishathalye/porcupine"

	"github.com/oncalm/oncalm/bot/slackfake/workspace"
	"github.com/oncalm/oncalm/store"
)

const (
	linearIncidents = 3
	linearDevices   = 3  // of each person
	linearEach      = 30 // what is asked from each device
)

// unhurried is a store that takes a moment before and after each transaction, not always the same: what is asked for meanwhile is under
// way at the same time, however fast the machine is.
type unhurried struct {
	store.Store
	calls atomic.Int64
}

func (s *unhurried) pause() { time.Sleep(time.Duration(s.calls.Add(1)%3) * time.Millisecond) }

func (s *unhurried) Update(ctx context.Context, fn func(store.Tx) error) error {
	s.pause()
	defer s.pause()
	return s.Store.Update(ctx, fn)
}

func (s *unhurried) View(ctx context.Context, fn func(store.Tx) error) error {
	s.pause()
	defer s.pause()
	return s.Store.View(ctx, fn)
}

// A recorder is what was asked and answered, in the order of a clock that no two moments share.
type recorder struct {
	w     *world
	clock atomic.Int64

	mu  sync.Mutex
	ops []porcupine.Operation
}

// do asks for something, and writes down what was answered.
func (r *recorder) do(in wish, text string) {
	call := r.clock.Add(1)
	resp := r.w.slack.Hands.Command(r.w.t.Context(), slackID(in.person), "C0INCIDENTS", "/incident", text)
	done := r.clock.Add(1)
	said, ok := normalised(resp.Text())
	if resp.Err != nil || !ok {
		r.w.t.Errorf("%s typed %s: %v %s", in.person, text, resp.Err, resp.Text())
	}
	r.add(porcupine.Operation{Input: in, Output: said, Call: call, Return: done})
}

func (r *recorder) add(op porcupine.Operation) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ops = append(r.ops, op)
}

// asks has somebody type what in says.
func (r *recorder) asks(in wish) {
	text := in.word + " " + in.incident + " " + in.arg
	if in.word == "resolve" {
		text += "anyway" // its alarm fires on
	}
	r.do(in, text)
}

// TestLinearizable: whatever people ask for at the same moment, each is answered as if all had come one after the other.
func TestLinearizable(t *testing.T) {
	var all []porcupine.Operation
	play(t, func(w *world) {
		w.stop()
		w.around = func(s store.Store) store.Store { return &unhurried{Store: s} }
		w.start()
		r := &recorder{w: w}
		for n := range linearIncidents {
			w.Alarm(fmt.Sprintf("search-%d", n+1))
		}
		w.Wait(10 * time.Second)
		r.atOnce()
		for n := range linearIncidents {
			r.asks(wish{"cy", fmt.Sprint(n + 1), "info", ""})
		}
		mustBeRefused(t, r.ops)
		r.mixed()
		for n := range linearIncidents { // a title that nobody takes back, and what stands in the end
			id := fmt.Sprint(n + 1)
			r.asks(wish{"ana", id, "rename", "last" + id})
			r.asks(wish{"bo", id, "info", ""})
		}
		all = r.ops
	})
	if got := porcupine.CheckOperationsTimeout(linearModel(), all, time.Minute); got != porcupine.Ok {
		t.Errorf("%d operations: %s", len(all), got)
		for _, op := range all {
			t.Logf("%d–%d %+v: %s", op.Call, op.Return, op.Input, op.Output)
		}
	}
	if len(all) < 200 || overlapping(all) < 100 {
		t.Errorf("%d operations, of which %d overlap with others", len(all), overlapping(all))
	}
	t.Logf("%d operations, of which %d overlap with others", len(all), overlapping(all))
}

// atOnce has three people acknowledge each incident at once: two press the button of the card, one types. One is first, and all are told.
func (r *recorder) atOnce() {
	w := r.w
	cards := map[string]workspace.Message{}
	for n := range linearIncidents {
		cards[fmt.Sprint(n+1)] = w.Card(fmt.Sprint(n + 1))
	}
	pressed := make(chan porcupine.Operation, 2*linearIncidents)
	var going sync.WaitGroup
	for id, card := range cards {
		button, _ := card.Button("Acknowledge")
		for _, person := range []string{"ana", "bo"} {
			going.Go(func() {
				op := porcupine.Operation{Input: wish{person, id, "ack", ""}, Call: r.clock.Add(1)}
				if resp := w.slack.Hands.Press(w.t.Context(), card, button.ActionID, slackID(person)); resp.Err != nil {
					w.t.Error(resp.Err)
				}
				op.Return = r.clock.Add(1)
				pressed <- op
			})
		}
		going.Go(func() { r.asks(wish{"cy", id, "ack", ""}) })
	}
	going.Wait()
	close(pressed)
	w.Wait(time.Minute)
	for op := range pressed {
		in := op.Input.(wish)
		op.Output = r.told(in)
		r.add(op)
	}
}

// told is what somebody who pressed Acknowledge was told, in the words of the model. To who was first, the card says so.
func (r *recorder) told(in wish) string {
	for _, m := range r.w.slack.Ephemerals("C0INCIDENTS", slackID(in.person)) {
		if said, ok := normalised(m.Text); ok && strings.HasPrefix(m.Text, in.incident+" was acknowledged") {
			return said
		}
	}
	card := r.w.Card(in.incident).Text
	if i, _ := r.w.Incident(in.incident); i.AcknowledgedBy.Name != in.person ||
		!strings.Contains(card, "cknowledged by "+in.person) {
		r.w.t.Errorf("%s pressed Acknowledge on %s, which is %s's, and was told nothing; the card: %s",
			in.person, in.incident, i.AcknowledgedBy.Name, card)
	}
	return "first"
}

// mixed has everybody ask for everything from each of their devices.
func (r *recorder) mixed() {
	words := []string{"ack", "ack", "resolve", "reopen", "undo", "undo", "severity", "escalate", "note", "rename", "lead", "info"}
	var going sync.WaitGroup
	for device := range 3 * linearDevices {
		person := []string{"ana", "bo", "cy"}[device%3]
		random := rand.New(rand.NewPCG(12, uint64(device)))
		going.Go(func() {
			for n := range linearEach {
				in := wish{person: person, word: words[random.IntN(len(words))],
					incident: fmt.Sprint(1 + random.IntN(linearIncidents))}
				switch in.word {
				case "severity": // sev4 pages nobody, which the model leaves out
					in.arg = fmt.Sprintf("sev%d", 1+random.IntN(3))
				case "note", "rename":
					in.arg = fmt.Sprintf("x%dn%d", device, n)
				}
				r.asks(in)
			}
		})
	}
	going.Wait()
	synctest.Wait()
}

// mustBeRefused is the control: of what began with nothing but acknowledgements, histories that nobody could have seen are found out.
func mustBeRefused(t *testing.T, begun []porcupine.Operation) {
	t.Helper()
	two, late := slices.Clone(begun), slices.Clone(begun)
	refused := slices.IndexFunc(two, func(op porcupine.Operation) bool {
		return strings.HasPrefix(op.Output.(string), "acknowledged by")
	})
	if refused < 0 {
		t.Fatal("nobody was second")
	}
	two[refused].Output = "first"
	late[len(late)-1].Output = fmt.Sprintf("sev3 search-%d triggered", linearIncidents)
	for name, history := range map[string][]porcupine.Operation{"two are first": two, "a read of before": late} {
		if porcupine.CheckOperations(linearModel(), history) {
			t.Errorf("%s: that is taken for linearizable", name)
		}
	}
	if !porcupine.CheckOperations(linearModel(), begun) {
		t.Errorf("acknowledged at once: %+v", begun)
	}
}

// overlapping counts the operations during which another of the same incident went on.
func overlapping(all []porcupine.Operation) (n int) {
	for _, a := range all {
		if slices.ContainsFunc(all, func(b porcupine.Operation) bool {
			return b.Input.(wish).incident == a.Input.(wish).incident && b.Call != a.Call &&
				b.Call < a.Return && a.Call < b.Return
		}) {
			n++
		}
	}
	return n
}
