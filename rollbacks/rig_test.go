package rollbacks_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/response"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/rollbacks"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/bolt"
	"github.com/oncalm/oncalm/store/storetest"
)

// shelf is a target with versions on it: going back takes the one before, and a while.
type shelf struct {
	mu       sync.Mutex
	versions []string
	begun    time.Time     // of the rollback under way; zero if none is
	takes    time.Duration // a rollback
	started  int           // how often it was
	keys     map[string]bool
	keyed    bool  // one key is one rollback
	deaf     bool  // does not answer whoever starts something, and does it
	down     error // does nothing at all
	refuses  error
	breaks   bool // the rollback fails
	hangs    bool // answers nobody
	hung     int  // who waits for an answer
	lies     bool // says that it is keyed, and is not
}

func newShelf() *shelf {
	return &shelf{versions: []string{"web:41", "web:42", "web:43"}, takes: 40 * time.Second, keys: map[string]bool{}}
}

func (s *shelf) Plan(ctx context.Context) (rollbacks.Plan, error) {
	s.mu.Lock()
	if s.hangs {
		s.hung++
		s.mu.Unlock()
		<-ctx.Done()
		return rollbacks.Plan{}, ctx.Err()
	}
	defer s.mu.Unlock()
	if s.down != nil {
		return rollbacks.Plan{}, s.down
	}
	n := len(s.versions)
	if n < 2 {
		return rollbacks.Plan{}, &rollbacks.Impossible{Why: "there is no version before", Instead: "mend it and deploy"}
	}
	return rollbacks.Plan{From: s.versions[n-1], To: s.versions[n-2], Will: []string{"it is taken off the shelf"}, Keyed: s.keyed || s.lies}, nil
}

func (s *shelf) Start(_ context.Context, key string, p rollbacks.Plan) (rollbacks.Ref, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.refuses != nil {
		return "", &rollbacks.Refused{Err: s.refuses}
	}
	if s.down != nil {
		return "", s.down
	}
	if !s.keyed || !s.keys[key] {
		s.started++
		s.keys[key] = true
		s.begun = time.Now()
		if s.versions[len(s.versions)-1] == p.From {
			s.versions = s.versions[:len(s.versions)-1]
		}
	}
	if s.deaf {
		return "", errors.New("no answer")
	}
	return "shelf", nil
}

func (s *shelf) Find(_ context.Context, _ string, p rollbacks.Plan) (rollbacks.Ref, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return "shelf", s.versions[len(s.versions)-1] == p.To && !s.begun.IsZero(), s.down
}

func (s *shelf) State(context.Context, rollbacks.Ref) (rollbacks.State, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.down != nil:
		return rollbacks.State{}, s.down
	case time.Since(s.begun) < s.takes:
		return rollbacks.State{Note: "1 of 3 tasks"}, nil
	case s.breaks:
		return rollbacks.State{Stage: rollbacks.Failed, Note: "the tasks do not start"}, nil
	}
	return rollbacks.State{Stage: rollbacks.Done}, nil
}

// shelfKind makes the shelf the target of a lever of that kind.
func shelfKind(s *shelf) rollbacks.Maker {
	return rollbacks.Maker{Kind: "shelf", New: func(aws.Config, rollbacks.Settings) (rollbacks.Target, error) { return s, nil }}
}

// world is the desk at work on a real store.
type world struct {
	t     *testing.T
	db    *bolt.DB
	mind  *storetest.Mortal
	book  *incidents.Book
	desk  *rollbacks.Desk
	shelf *shelf
	mu    sync.Mutex
	lever rollbacks.Lever
	more  []rollbacks.Lever
	may   map[rollbacks.Right][]string
	roles []string // that were assumed, with the sessions
	stop  func()
	// handlers are those of the outbox, besides the desk's.
	handlers map[string]outbox.Handler
}

func play(t *testing.T, do func(*world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		db, err := bolt.Open(filepath.Join(t.TempDir(), "r.db"), bolt.Options{})
		if err != nil {
			t.Fatal(err)
		}
		w := &world{t: t, db: db, shelf: newShelf(), lever: rollbacks.Lever{Kind: "shelf", Name: "shelf web", Approvals: 1, Role: "arn:back"},
			may: map[rollbacks.Right][]string{rollbacks.MayRequest: {"ana", "bo", "cy"}, rollbacks.MayApprove: {"bo", "cy"}}}
		w.handlers = map[string]outbox.Handler{}
		w.start(-1, false)
		do(w)
		w.stop()
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
}

// start starts the program, which is killed at its so-many-th commit.
func (w *world) start(commits int, heard bool) {
	time.Sleep(time.Millisecond) // no program is started at the moment at which the one before was killed
	ctx, cancel := context.WithCancel(w.t.Context())
	w.mind = storetest.NewMortal(w.db, commits, heard, cancel)
	runner := &outbox.Runner{Store: w.mind, Groups: outbox.DefaultGroups(nil), Log: slog.New(slog.DiscardHandler)}
	w.book = &incidents.Book{Store: outbox.Waking(w.mind, runner)}
	w.desk = rollbacks.New(rollbacks.Options{
		Book: w.book, Makers: []rollbacks.Maker{shelfKind(w.shelf)}, Log: slog.New(slog.DiscardHandler),
		Levers: func(string) []rollbacks.Lever {
			w.mu.Lock()
			defer w.mu.Unlock()
			return append([]rollbacks.Lever{w.lever}, w.more...)
		},
		AWS: func(_ context.Context, c rollbacks.Credentials) (aws.Config, error) {
			w.mu.Lock()
			defer w.mu.Unlock()
			if c.Role != "" {
				w.roles = append(w.roles, c.Role+" "+c.Session)
			}
			return aws.Config{}, nil
		},
		May: func(person string, r rollbacks.Right) bool {
			w.mu.Lock()
			defer w.mu.Unlock()
			return slices.Contains(w.may[r], person)
		},
	})
	w.book.Followers = []incidents.Follower{w.desk.Follow}
	runner.Handlers = w.handlers
	maps.Copy(w.handlers, w.desk.Handlers())
	ended := make(chan struct{})
	go func() { defer close(ended); _ = runner.Run(ctx) }()
	w.stop = func() { cancel(); <-ended }
}

// moves changes the world while the program is at work.
func (w *world) moves(how func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.shelf.mu.Lock()
	defer w.shelf.mu.Unlock()
	how()
}

// fires opens an incident of an alarm that fires.
func (w *world) fires() (id string) {
	w.t.Helper()
	w.update(func(tx store.Tx) error {
		now := time.Now()
		alarm := incidents.Alarm{Name: "5xx", Series: "5xx", State: incidents.AlarmFiring, Changed: now}
		i, err := w.book.Open(tx, now, now, incidents.ByAlarm("5xx"),
			incidents.Opened{Title: "5xx", Service: "web", Severity: "sev1", Alarm: &alarm})
		if err == nil {
			id = i.ID
		}
		return err
	})
	return id
}

// tryFires is fires, for a program that may be killed; "" if it was before anybody knows of the incident.
func (w *world) tryFires() (id string) {
	_ = w.book.Store.Update(w.t.Context(), func(tx store.Tx) error {
		now := time.Now()
		alarm := incidents.Alarm{Name: "5xx", Series: "5xx", State: incidents.AlarmFiring, Changed: now}
		i, err := w.book.Open(tx, now, now, incidents.ByAlarm("5xx"),
			incidents.Opened{Title: "5xx", Service: "web", Severity: "sev1", Alarm: &alarm})
		if err == nil {
			id = i.ID
		}
		return err
	})
	if w.mind.Died() {
		return ""
	}
	return id
}

func (w *world) clears(id string) {
	w.t.Helper()
	alarm := incidents.Alarm{Name: "5xx", Series: "5xx", State: incidents.AlarmOK, Changed: time.Now()}
	if _, err := w.book.Record(w.t.Context(), id, incidents.ByAlarm("5xx"), incidents.Reported{Alarm: alarm}); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) update(fn func(store.Tx) error) {
	w.t.Helper()
	if err := w.book.Store.Update(w.t.Context(), fn); err != nil {
		w.t.Fatal(err)
	}
}

// plans makes a draft, and returns its digest.
func (w *world) plans(id string) string {
	w.t.Helper()
	d, err := w.desk.Plan(w.t.Context(), id, w.lever)
	if err != nil {
		w.t.Fatal(err)
	}
	return d.Digest()
}

func (w *world) asks(ask rollbacks.Ask) (err error) {
	_ = w.book.Store.Update(w.t.Context(), func(tx store.Tx) error {
		_, err = w.desk.Request(tx, time.Now(), ask)
		return err
	})
	return err
}

func (w *world) approves(person, id string, n int) (err error) {
	_ = w.book.Store.Update(w.t.Context(), func(tx store.Tx) error {
		_, err = w.desk.Approve(tx, time.Now(), person, id, n)
		return err
	})
	return err
}

func (w *world) phase(id string) response.Phase {
	w.t.Helper()
	return w.head(id).Response.Rollback.Phase
}

// asked is whether a rollback was requested.
func (w *world) asked(id string) bool { return w.head(id).Response.Rollback != nil }

func (w *world) head(id string) (i *incidents.Incident) {
	w.t.Helper()
	err := w.db.View(w.t.Context(), func(tx store.Tx) (err error) {
		i, err = incidents.Head(tx, id)
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return i
}

// want waits, and looks where the rollback has come, and how often it was started.
func (w *world) want(id string, after time.Duration, phase response.Phase, started int) {
	w.t.Helper()
	time.Sleep(after)
	synctest.Wait()
	if got := w.phase(id); got != phase {
		w.t.Errorf("%s, want %s: %s", got, phase, w.story(id))
	}
	w.moves(func() {
		if w.shelf.started != started {
			w.t.Errorf("started %d times, want %d", w.shelf.started, started)
		}
	})
}

// story is what the timeline says of rollbacks.
func (w *world) story(id string) (lines []string) {
	w.t.Helper()
	err := w.db.View(w.t.Context(), func(tx store.Tx) error {
		events, err := incidents.Timeline(tx, id)
		for _, e := range events {
			if b, ok := e.Body.(incidents.Responded); ok {
				said := e.By.Name
				for _, p := range b.Says() {
					said += " " + p.Text
				}
				lines = append(lines, said)
			}
		}
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return lines
}

// sound checks that the incident is what its timeline amounts to.
func (w *world) sound(id string) {
	w.t.Helper()
	err := w.db.View(w.t.Context(), func(tx store.Tx) error {
		events, err := incidents.Timeline(tx, id)
		if err != nil {
			return err
		}
		i, err := incidents.Fold(id, events)
		if err != nil {
			return err
		}
		head, err := incidents.Head(tx, id)
		if err != nil {
			return err
		}
		a, _ := i.Record()
		b, _ := head.Record()
		if string(a) != string(b) {
			return fmt.Errorf("head %s\nfold %s", b, a)
		}
		return nil
	})
	if err != nil {
		w.t.Error(err)
	}
}
