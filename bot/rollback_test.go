package bot

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/oncalm/oncalm/bot/bottest"
	"github.com/oncalm/oncalm/bot/rights"
	"github.com/oncalm/oncalm/bot/slackfake/workspace"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/response"
	"github.com/oncalm/oncalm/rollbacks"
)

// lift is a target that goes down one floor when it is told to.
type lift struct {
	mu      sync.Mutex
	floor   int
	started int
	slow    time.Duration // to plan
	err     error
	text    string
}

func (l *lift) Plan(ctx context.Context) (rollbacks.Plan, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.slow > 0 {
		select {
		case <-ctx.Done():
			return rollbacks.Plan{}, ctx.Err()
		case <-time.After(l.slow):
		}
	}
	floors := []string{"web:41", "web:42", "web:43"}
	return rollbacks.Plan{From: floors[l.floor] + l.text, To: floors[l.floor-1] + l.text, Differs: []string{"the image" + l.text},
		Will: []string{"tasks are replaced"}, Cannot: []string{"the database"}, Warnings: []string{"look out"}}, l.err
}

func (l *lift) Start(context.Context, string, rollbacks.Plan) (rollbacks.Ref, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.started++
	l.floor--
	return "r", nil
}

func (l *lift) Find(context.Context, string, rollbacks.Plan) (rollbacks.Ref, bool, error) {
	return "r", l.started > 0, nil
}

func (l *lift) State(context.Context, rollbacks.Ref) (rollbacks.State, error) {
	return rollbacks.State{Stage: rollbacks.Done}, nil
}

// rolling makes a world in which checkout can be rolled back, and an alarm has fired.
func rolling(t *testing.T, change func(*lift, *rollbacks.Lever), do func(w *world, l *lift, id string)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		l := &lift{floor: 2}
		lever := rollbacks.Lever{Kind: "lift", Name: "lift web", Approvals: 1}
		if change != nil {
			change(l, &lever)
		}
		rules := rights.Rules{rights.Approver: {"ana", "bo"}, rights.Viewer: {"cy"}}
		w := begin(t, func(o *Options) {
			o.Rights = rules
			o.Rollbacks = rollbacks.New(rollbacks.Options{
				Book: o.Book, Log: slog.New(slog.DiscardHandler),
				Levers: func(service string) []rollbacks.Lever {
					if service != "checkout" {
						return nil
					}
					return []rollbacks.Lever{lever}
				},
				Makers: []rollbacks.Maker{{Kind: "lift", Apart: true,
					New: func(aws.Config, rollbacks.Settings) (rollbacks.Target, error) { return l, nil }}},
				May: func(person string, r rollbacks.Right) bool {
					return rules.Can(person, map[rollbacks.Right]rights.Action{
						rollbacks.MayRequest: rights.RollBack, rollbacks.MayApprove: rights.Approve}[r])
				},
			})
		})
		id := w.alarm("checkout-5xx", func(o *incidents.Opened) { o.Service = "checkout" })
		w.wait(3 * time.Second)
		do(w, l, id)
		w.sound(id)
	})
}

// ofRollback is the message of a rollback in the channel.
func (w *world) ofRollback() (m workspace.Message) {
	w.t.Helper()
	for _, x := range w.slack.Messages(channel) {
		if strings.Contains(x.Text, "Rollback of") {
			m = x
		}
	}
	return m
}

// TestRollback: the button on the card opens the plan, whoever sends it asks, another approves in the channel, it is done once, and the
// alarm says whether it helped.
func TestRollback(t *testing.T) {
	rolling(t, nil, func(w *world, l *lift, id string) {
		card := w.slack.Messages(channel)[0]
		contains(t, labels(card), "Roll back")
		w.press(card, "Roll back", ana)
		form, ok := w.slack.View(ana)
		if !ok {
			t.Fatal("no form is open")
		}
		contains(t, string(form.Blocks), "lift web", "web:43", "web:42", "the image", "What happens: tasks are replaced",
			"Not undone: the database", "look out", "It needs 1 approval within 10 minutes, by bo.")
		r := w.slack.Hands.SubmitView(context.Background(), ana, map[string]string{"reason": "the deploy"})
		if r.Err != nil || len(r.Errors) > 0 {
			t.Fatal(r.Err, r.Errors)
		}
		w.wait(3 * time.Second)
		after, _ := w.slack.View(ana)
		contains(t, string(after.Blocks), "You asked for the rollback of ", "bo can approve it within 10 minutes.")
		m := w.ofRollback()
		contains(t, string(m.Blocks), "web:43", "It needs 1 approval by bo", "asked to roll", "the deploy")
		contains(t, w.only(w.slack.DM(bo)).Text, "ana asks you to approve a rollback of lift web")
		for range 3 {
			w.press(m, "Approve", ana) // who asked does not count
		}
		w.press(m, "Approve", cy) // nor who may not
		w.wait(2 * time.Second)
		contains(t, strings.Join(texts(w.slack.Ephemerals(channel, ana)), "\n"), "A second person must approve")
		contains(t, strings.Join(texts(w.slack.Ephemerals(channel, cy)), "\n"), "You may not approve rollbacks")
		if l.started != 0 {
			t.Fatal("it was started without approval")
		}
		for range 100 {
			w.press(m, "Approve", bo)
		}
		w.wait(10 * time.Second)
		if phase := w.head(id).Response.Rollback.Phase; phase != response.Finished || l.started != 1 {
			t.Errorf("%s, started %d times", phase, l.started)
		}
		m = w.ofRollback()
		contains(t, string(m.Blocks), "approved the rollback", "finished the rollback: it is ")
		if labels(m) != "" {
			t.Errorf("the message still has the buttons %s", labels(m))
		}
		w.wait(16 * time.Minute)
		contains(t, string(w.ofRollback().Blocks), "did not help: still ALARM 15 m after it had finished")
		contains(t, w.typed(ana, "/incident", "timeline"), "asked to roll", "did not help")
		contains(t, w.typed(ana, "/incident", "rollback dry"), "web:42", "web:41")
		contains(t, labels(last(t, w.slack.Ephemerals(channel, ana))), "Dry run")
	})
}

// TestRollbackTyped: what takes too long for a form is a message with a button, and what is not possible has neither.
func TestRollbackTyped(t *testing.T) {
	rolling(t, func(l *lift, _ *rollbacks.Lever) { l.slow = 2 * time.Second }, func(w *world, l *lift, id string) {
		said := w.typed(ana, "/incident", "rollback")
		w.wait(4 * time.Second)
		if m := last(t, w.slack.Ephemerals(channel, ana)); !strings.Contains(said, "That is being") || labels(m) != "Ask for approval" {
			t.Errorf("%s, then %s with %s", said, m.Text, labels(m))
		}
		l.mu.Lock()
		l.slow, l.err = 0, &rollbacks.Impossible{Why: "there is no version before", Instead: "deploy one"}
		l.mu.Unlock()
		contains(t, w.typed(ana, "/incident", "rollback "+id), "There is no way back", "there is no version before", "deploy one")
		l.mu.Lock()
		l.err = errors.New("AWS is away")
		l.mu.Unlock()
		contains(t, w.typed(ana, "/incident", "rollback "+id), "cannot be found out", "AWS is away")
		contains(t, w.typed(ana, "/incident", "rollback "+id+" fast"), "I do not understand", "fast")
		contains(t, w.typed(cy, "/incident", "rollback"), "You may not ask for rollbacks")
		if w.head(id).Response.Rollback != nil {
			t.Error("a rollback was asked for")
		}
	})
}

// TestRollbackDeclined: whoever does not want it ends it; and alone it is told to all.
func TestRollbackDeclined(t *testing.T) {
	rolling(t, func(_ *lift, lever *rollbacks.Lever) { lever.BreakGlass = true }, func(w *world, l *lift, id string) {
		w.typed(ana, "/incident", "rollback")
		_ = w.slack.Hands.SubmitView(context.Background(), ana, nil)
		w.wait(3 * time.Second)
		w.press(w.ofRollback(), "Decline", bo)
		w.wait(3 * time.Second)
		contains(t, string(w.ofRollback().Blocks), "declined the rollback")
		w.typed(bo, "/incident", "rollback")
		if r := w.slack.Hands.SubmitView(context.Background(), bo, map[string]string{"how": "alone", "reason": "now"}); r.Errors["reason"] == "" {
			t.Error("a short reason was taken")
		}
		_ = w.slack.Hands.SubmitView(context.Background(), bo, map[string]string{"how": "alone", "reason": "nobody else is awake"})
		w.wait(20 * time.Second)
		if l.started != 1 {
			t.Errorf("started %d times", l.started)
		}
		contains(t, string(w.ofRollback().Blocks), "without the approval that it needs")
	})
}

// TestRollbackOfHostileTexts: whatever a target says, its messages are some that Slack takes.
func TestRollbackOfHostileTexts(t *testing.T) {
	for _, s := range bottest.Nasty() {
		rolling(t, func(l *lift, _ *rollbacks.Lever) { l.text = s }, func(w *world, _ *lift, id string) {
			w.typed(ana, "/incident", "rollback")
			if form, ok := w.slack.View(ana); !ok || len(form.Blocks) == 0 {
				t.Fatalf("%q: no form", s)
			}
			if r := w.slack.Hands.SubmitView(context.Background(), ana, map[string]string{"reason": "x"}); r.Err != nil {
				t.Fatal(r.Err)
			}
			w.wait(3 * time.Second)
			if m := w.ofRollback(); labels(m) == "" || strings.Contains(string(m.Blocks), "<!channel>") {
				t.Errorf("%q: %s", s, m.Blocks)
			}
		})
	}
}
