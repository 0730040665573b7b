package tickets_test

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/oncalm/oncalm/actions"
	"github.com/oncalm/oncalm/clocks"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/response"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/outbox/forge"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/storetest"
	"github.com/oncalm/oncalm/tickets"
)

// A desk is a store with an incident that has an action item.
type desk struct {
	*tickets.Desk
	t    *testing.T
	fake *fake
	log  bytes.Buffer
}

func newDesk(t *testing.T, f *fake, h forge.Host) *desk {
	t.Helper()
	d := &desk{t: t, fake: f}
	d.Desk = &tickets.Desk{Tracker: tickets.At(h, ""), Where: h.Kind + " " + h.Project,
		Book: &incidents.Book{Store: storetest.Memory()}, Clock: clocks.System(),
		Log: slog.New(slog.NewTextHandler(&d.log, nil))}
	d.Book.Followers = []incidents.Follower{actions.Follow, d.Follow}
	d.update(func(tx store.Tx) error {
		now := time.Now().Add(-time.Hour)
		_, err := d.Book.Open(tx, now, now, incidents.Person("ana"), incidents.Opened{Title: "checkout", Service: "shop", Severity: "sev2"})
		return err
	})
	d.plan("An alarm on the pool @channel fixes #7 <b>", "")
	t.Cleanup(func() {
		if strings.Contains(d.log.String(), "t0ken-secret") {
			t.Error("the token is in the log")
		}
	})
	return d
}

func (d *desk) update(fn func(store.Tx) error) {
	d.t.Helper()
	if err := d.Book.Store.Update(d.t.Context(), fn); err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) view(fn func(store.Tx)) {
	d.t.Helper()
	if err := d.Book.Store.View(d.t.Context(), func(tx store.Tx) error { fn(tx); return nil }); err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) plan(what, link string) {
	d.t.Helper()
	d.update(func(tx store.Tx) error {
		_, err := actions.Desk{Book: d.Book}.Plan(tx, time.Now().Add(-30*time.Minute), "1", incidents.Person("ana"),
			response.Planned{What: what, Person: "bo", Link: link})
		return err
	})
}

func (d *desk) item(number int) (i actions.Item) {
	d.t.Helper()
	d.view(func(tx store.Tx) {
		var err error
		if i, err = actions.Find(tx, "1", number); err != nil {
			d.t.Error(err)
		}
	})
	return i
}

// attempt runs the entry that makes the ticket of an item once, and returns what is to be committed.
func (d *desk) attempt(number int, perhaps bool) (func(store.Tx) error, error) {
	d.t.Helper()
	var e outbox.Entry
	event := d.item(number).Event
	d.view(func(tx store.Tx) {
		var ok bool
		if e, ok = outbox.In(tx, time.Now()).Get("1/ticket/" + strconv.Itoa(event)); !ok {
			d.t.Error("nothing is enqueued")
		}
	})
	e.PerhapsDone = perhaps
	return d.Handlers()[tickets.KindMake](d.t.Context(), e)
}

// makes is attempt with what is to be committed.
func (d *desk) makes(number int) {
	d.t.Helper()
	commit, err := d.attempt(number, false)
	if err != nil || commit == nil {
		d.t.Fatalf("%v, %v", commit != nil, err)
	}
	d.update(commit)
}

func (d *desk) looks() {
	d.t.Helper()
	commit, err := d.Handlers()[tickets.KindLook](d.t.Context(), outbox.Entry{})
	if err != nil {
		d.t.Fatal(err)
	}
	d.update(commit)
}

// TestOneTicket: an item has one ticket, whose link is on it; one with a link has none; nobody is called by it.
func TestOneTicket(t *testing.T) {
	onEach(t, func(t *testing.T, d *desk) {
		d.plan("has one", "https://elsewhere.example/1")
		d.view(func(tx store.Tx) {
			if _, ok := outbox.In(tx, time.Now()).Get("1/ticket/" + strconv.Itoa(d.item(2).Event)); ok {
				t.Error("an item with a link gets a ticket")
			}
		})
		d.makes(1)
		if commit, err := d.attempt(1, false); commit != nil || err != nil {
			t.Errorf("it is made again: %v", err)
		}
		if len(d.fake.issues()) != 1 {
			t.Fatalf("%d tickets", len(d.fake.issues()))
		}
		made, link := d.fake.issues()[0], d.item(1).Link
		if !strings.HasSuffix(link, "/1") && !strings.HasSuffix(link, "/browse/OPS-1") {
			t.Errorf("the link is %q", link)
		}
		for _, part := range []string{"incident 1: checkout", "Owner: bo", "oncalm"} {
			if !strings.Contains(made.body, part) {
				t.Errorf("%q is not in %s", part, made.body)
			}
		}
		if strings.ContainsAny(made.title+made.body, "@#") || !strings.HasPrefix(made.title, "An alarm on the pool") {
			t.Errorf("%s\n%s", made.title, made.body)
		}
	})
}

// TestNoCommand: what an item is called is not carried out by GitLab, which reads commands from lines of a description.
func TestNoCommand(t *testing.T) {
	onEach(t, func(t *testing.T, d *desk) {
		d.plan("/close", "")
		d.makes(2)
		if !strings.Contains(d.fake.issues()[0].body, "/close\n") {
			t.Errorf("the body is %s", d.fake.issues()[0].body)
		}
		for line := range strings.Lines(d.fake.issues()[0].body) {
			if strings.HasPrefix(line, "/") && d.fake.kind != forge.Jira { // which has none
				t.Errorf("a line is a command: %s", line)
			}
		}
	})
}

// TestNoLink: what an item is called makes no link that says something else than where it leads.
func TestNoLink(t *testing.T) {
	onEach(t, func(t *testing.T, d *desk) {
		d.plan("[read](https://evil.example) [this|https://evil.example]", "")
		d.makes(2)
		body := d.fake.issues()[0].body
		if !strings.Contains(body, "evil.example") || strings.Contains(strings.ReplaceAll(body, `\[`, ""), "[") {
			t.Errorf("the body is %s", body)
		}
	})
}

// TestKilledBetween: who is killed after a ticket was made, and before that was recorded, makes no second one; the attempt after it
// waits until the one before is over for certain.
func TestKilledBetween(t *testing.T) {
	onEach(t, func(t *testing.T, d *desk) {
		if commit, err := d.attempt(1, false); commit == nil || err != nil {
			t.Fatal(err)
		} // and what it would have committed is lost
		again := &tickets.Desk{Tracker: d.Tracker, Where: d.Where, Book: d.Book, Clock: d.Clock, Log: d.Log}
		d.Desk = again
		later := (*outbox.Later)(nil)
		if _, err := d.attempt(1, true); !errors.As(err, &later) || later.After < 30*time.Second {
			t.Errorf("it does not wait: %v", err)
		}
		commit, err := d.attempt(1, true)
		if err != nil {
			t.Fatal(err)
		}
		d.update(commit)
		if len(d.fake.issues()) != 1 || d.item(1).Link == "" {
			t.Errorf("%d tickets, link %q", len(d.fake.issues()), d.item(1).Link)
		}
	})
}

// TestFaults: what a tracker answers when it does not make a ticket, or makes it and does not say so.
func TestFaults(t *testing.T) {
	answer := func(status int, header ...string) func(http.ResponseWriter, *http.Request) bool {
		return func(w http.ResponseWriter, _ *http.Request) bool {
			for n := 0; n < len(header); n += 2 {
				w.Header().Set(header[n], header[n+1])
			}
			http.Error(w, `{"message":"no"}`, status)
			return true
		}
	}
	onlyPost := func(f func(http.ResponseWriter, *http.Request) bool) func(http.ResponseWriter, *http.Request) bool {
		return func(w http.ResponseWriter, r *http.Request) bool { return r.Method == http.MethodPost && f(w, r) }
	}
	for name, tt := range map[string]struct {
		fault  func(http.ResponseWriter, *http.Request) bool
		silent bool
		wait   time.Duration // it is tried again after that
		gives  bool          // it gives up until the next hour
	}{
		"401":            {fault: answer(401), gives: true},
		"403":            {fault: answer(403), gives: true},
		"404":            {fault: answer(404), gives: true},
		"422":            {fault: onlyPost(answer(422)), gives: true},
		"redirect":       {fault: answer(302, "Location", "https://evil.example/"), gives: true},
		"limit of 403":   {fault: answer(403, "X-RateLimit-Remaining", "0"), wait: time.Minute},
		"429":            {fault: answer(429, "Retry-After", "17"), wait: 17 * time.Second},
		"429 without":    {fault: onlyPost(answer(429)), wait: time.Minute},
		"500":            {fault: answer(500)},
		"500 of POST":    {fault: onlyPost(answer(500)), wait: time.Minute},
		"cut after done": {silent: true, wait: time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			onEach(t, func(t *testing.T, d *desk) {
				d.fake.faults(tt.fault, tt.silent)
				commit, err := d.attempt(1, false)
				later, ok := errors.AsType[*outbox.Later](err)
				switch {
				case commit != nil, tt.gives != (err == nil):
					t.Fatalf("%v, %v", commit != nil, err)
				case tt.wait > 0 && (!ok || later.After != tt.wait), tt.wait == 0 && ok:
					t.Errorf("it waits %v", err)
				}
				if tt.gives && !strings.Contains(d.log.String(), "refuses") {
					t.Errorf("nothing is said: %s", d.log.String())
				}
				if err != nil && strings.Contains(err.Error(), "t0ken") {
					t.Errorf("the token is in %v", err)
				}
				d.fake.faults(nil, false)
				d.looks() // an hour later
				d.makes(1)
				if len(d.fake.issues()) != 1 || d.item(1).Link == "" {
					t.Errorf("%d tickets, link %q", len(d.fake.issues()), d.item(1).Link)
				}
			})
		})
	}
}

// TestClosedThere: what is closed there is done here, by whom and when; what is opened again there is open here; and a person has
// the last word here as long as nothing changes there.
func TestClosedThere(t *testing.T) {
	onEach(t, func(t *testing.T, d *desk) {
		d.makes(1)
		d.looks()
		if !d.item(1).Open() {
			t.Fatal("it is done before its ticket is")
		}
		at := time.Now().Add(-5 * time.Minute).Truncate(time.Second)
		d.fake.set(1, true, "octo", at)
		d.looks()
		i := d.item(1)
		if i.Open() || !i.Closed.Equal(at) || i.ClosedBy != "octo" || !strings.Contains(i.Reason, "was closed") {
			t.Errorf("%+v", i)
		}
		events := len(i.Events)
		d.looks()
		if n := len(d.item(1).Events); n != events {
			t.Errorf("it is said again: %d events of %d", n, events)
		}
		act := actions.Desk{Book: d.Book}
		d.update(func(tx store.Tx) error {
			_, err := act.Reopen(tx, time.Now(), incidents.Person("bo"), "1", 1, "not quite")
			return err
		})
		d.looks()
		if !d.item(1).Open() {
			t.Error("what a person opened here is closed by a ticket that did not change")
		}
		d.update(func(tx store.Tx) error {
			_, err := act.Close(tx, time.Now(), incidents.Person("bo"), "1", 1, "done")
			return err
		})
		d.fake.set(1, false, "octo", time.Now())
		d.looks()
		if i := d.item(1); !i.Open() || !strings.Contains(i.Reason, "opened again") {
			t.Errorf("%+v", i)
		}
	})
}

// TestLooksAreBounded: one look asks for few tickets of many, those first that were not looked at for the longest, so that each has its
// turn; and a tracker that is down is asked once.
func TestLooksAreBounded(t *testing.T) {
	onEach(t, func(t *testing.T, d *desk) {
		if d.fake.kind != forge.GitHub {
			return // what is held is of the desk
		}
		d.makes(1)
		const many = 70
		for n := 2; n <= many; n++ {
			d.plan(fmt.Sprint("item ", n), "")
			d.makes(n)
		}
		for n := range many {
			d.fake.set(n+1, true, "octo", time.Now())
		}
		done := func() (n int) {
			d.view(func(tx store.Tx) { n = many - len(actions.Open(tx)) })
			return n
		}
		before := d.fake.requests()
		d.looks()
		if asked := d.fake.requests() - before; asked != 60 || done() != 60 {
			t.Errorf("%d were asked for, and %d are done", asked, done())
		}
		before = d.fake.requests()
		down := func(w http.ResponseWriter, _ *http.Request) bool { w.WriteHeader(http.StatusBadGateway); return true }
		d.fake.faults(down, false)
		d.looks()
		if asked := d.fake.requests() - before; asked != 1 {
			t.Errorf("a tracker that is down is asked %d times", asked)
		}
		d.fake.faults(nil, false)
		d.looks()
		d.looks()
		if done() != many {
			t.Errorf("%d are done", done())
		}
	})
}

// TestSwept: the ticket of an incident that is gone is forgotten, and no other.
func TestSwept(t *testing.T) {
	onEach(t, func(t *testing.T, d *desk) {
		d.makes(1)
		d.update(func(tx store.Tx) error { tx.Put("ticket/9/3", []byte(`{}`)); return nil })
		if n, err := tickets.Sweep(t.Context(), d.Book.Store, time.Now()); n != 1 || err != nil {
			t.Errorf("%d, %v", n, err)
		}
	})
}
