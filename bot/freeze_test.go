package bot

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/oncalm/oncalm/bot/rights"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/rollbacks"
	"github.com/oncalm/oncalm/rollbacks/freeze"
)

// turnstile is a gate.
type turnstile struct {
	mu   sync.Mutex
	hold rollbacks.Hold
}

func (g *turnstile) Held(context.Context) (rollbacks.Hold, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.hold, nil
}

func (g *turnstile) Hold(_ context.Context, reason string) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.hold = rollbacks.Hold{On: true, Reason: reason}
	return nil
}

func (g *turnstile) Release(context.Context) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.hold = rollbacks.Hold{}
	return nil
}

// TestFreeze: whoever may ask for rollbacks freezes the pipelines of a service and thaws them by a word; the card says so.
func TestFreeze(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gate, rules := &turnstile{}, rights.Rules{rights.Viewer: {"cy"}}
		w := begin(t, func(o *Options) {
			o.Rights = rules
			o.Freezes = freeze.New(freeze.Options{
				Book: o.Book, Log: slog.New(slog.DiscardHandler), From: func(string) string { return "" },
				Gates: func(service string) []rollbacks.Lever {
					if service != "checkout" {
						return nil
					}
					return []rollbacks.Lever{{Kind: "codepipeline", Name: "codepipeline web/deploy"}}
				},
				Gate: func(context.Context, rollbacks.Lever, string) (rollbacks.Gate, error) { return gate, nil },
				May:  func(person string) bool { return rules.Can(person, rights.RollBack) },
			})
		})
		id := w.alarm("checkout-5xx", func(o *incidents.Opened) { o.Service = "checkout" })
		w.wait(3 * time.Second)
		contains(t, w.typed(cy, "/incident", "freeze"), "You may not ask for rollbacks")
		contains(t, w.typed(ana, "/incident", "unfreeze "+id), "Nothing is frozen for ", "/incident freeze "+id)
		contains(t, w.typed(ana, "/incident", "freeze "+id+" now"), "I do not understand “now”", "/incident freeze "+id)
		contains(t, w.typed(ana, "/incident", "freeze"), "You asked to freeze the pipelines of ", "/incident unfreeze "+id)
		w.wait(10 * time.Second)
		if h, _ := gate.Held(t.Context()); !h.On || !strings.Contains(h.Reason, "incident "+id+" (checkout-5xx)") {
			t.Errorf("%+v", h)
		}
		contains(t, string(w.slack.Messages(channel)[0].Blocks), "asked to freeze ", "froze ", "codepipeline web/deploy")
		contains(t, w.typed(bo, "/incident", "freeze"), "already, or about to be", "/incident unfreeze "+id)
		contains(t, w.typed(bo, "/incident", "thaw"), "You asked to thaw the pipelines of ")
		w.wait(10 * time.Second)
		if h, _ := gate.Held(t.Context()); h.On {
			t.Errorf("%+v", h)
		}
		contains(t, string(w.slack.Messages(channel)[0].Blocks), "thawed ", "asked to thaw the pipelines")
		contains(t, w.typed(ana, "/incident", "freeze "+id), "You asked to freeze")
		w.wait(10 * time.Second)
		w.record(id, incidents.Resolved{})
		w.wait(10 * time.Second)
		if h, _ := gate.Held(t.Context()); h.On {
			t.Errorf("after the incident: %+v", h)
		}
		contains(t, w.typed(ana, "/incident", "freeze "+id), "resolved")
		other := w.alarm("search-5xx", func(o *incidents.Opened) { o.Service = "search" })
		w.wait(3 * time.Second)
		contains(t, w.typed(ana, "/incident", "freeze "+other), "Nothing of ", "search", "can be frozen", "codepipeline")
		w.sound(id)
	})
}
