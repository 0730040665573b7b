package terminal_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/alarms"
	"github.com/oncalm/oncalm/bot/rights"
	"github.com/oncalm/oncalm/doors"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/ops"
	"github.com/oncalm/oncalm/overrides"
	"github.com/oncalm/oncalm/paging"
	"github.com/oncalm/oncalm/rotations"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/bolt"
	"github.com/oncalm/oncalm/terminal"
)

// desk has two responders and a viewer, and a schedule that nobody is on call in.
func desk(t *testing.T) *terminal.Desk {
	t.Helper()
	db, err := bolt.Open(filepath.Join(t.TempDir(), "p.db"), bolt.Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	book := &incidents.Book{Store: db}
	policy := paging.Policy{Name: "p", Steps: []paging.Step{{Page: []paging.Target{"person:ana"}, Wait: time.Minute}}}
	pager := &paging.Pager{Book: book, Policy: func(string) paging.Policy { return policy }, Overrides: &overrides.Book{
		Schedules: map[string]rotations.Schedule{"empty": {Name: "empty", Zone: time.UTC}},
		Known:     func(string) bool { return true },
	}}
	book.Followers = []incidents.Follower{pager.Follow}
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	return &terminal.Desk{Book: book, Pager: pager, People: map[string]*time.Location{"ana": berlin, "bo": nil, "vi": nil},
		Services: alarms.Services{All: []alarms.Service{{Name: "shop"}, {Name: "Blog", Severity: "sev3"}}, Default: "shop"},
		Rights:   rights.Rules{rights.Viewer: {"vi"}}, PagesNobody: func(severity string) bool { return severity == "sev4" }}
}

// TestDesk: what is done, and what is refused with which remedy; a viewer may open an incident and no more.
func TestDesk(t *testing.T) {
	d := desk(t)
	for _, tt := range []struct {
		r     terminal.Request
		want  terminal.Done
		no    string // part of the refusal
		usage bool
	}{
		{r: terminal.Request{Do: "sell", As: "ana"}, no: `cannot "sell"`, usage: true},
		{r: terminal.Request{Do: terminal.Note, As: "", Text: "x"}, no: `no person "": there are: ana, bo, vi`, usage: true},
		{r: terminal.Request{Do: terminal.Note, As: "ana", Text: "x"}, no: "no incident is open"},
		{r: terminal.Request{Do: terminal.Declare, As: "ana", Text: " \n "}, no: "no title", usage: true},
		{r: terminal.Request{Do: terminal.Declare, As: "vi", Text: "it\nburns", Severity: "sev1"},
			want: terminal.Done{ID: "1", Status: "triggered", Severity: "sev1", Service: "shop", Title: "it burns", Paged: []string{"ana"}}},
		{r: terminal.Request{Do: terminal.Ack, As: "vi"}, no: "vi may not respond to incidents: who may: ana and bo"},
		{r: terminal.Request{Do: terminal.Page, As: "vi", Whom: "ana"}, no: "vi may not"},
		{r: terminal.Request{Do: terminal.Note, As: "ana", Text: " "}, no: "the note is empty", usage: true},
		{r: terminal.Request{Do: terminal.Page, As: "ana", Whom: "schedule:empty"}, no: "nobody is on call in schedule empty"},
		{r: terminal.Request{Do: terminal.Page, As: "ana", Whom: "service:ana"}, no: `no person, schedule or service "service:ana"`,
			usage: true},
		{r: terminal.Request{Do: terminal.Page, As: "bo", Whom: "service:shop"},
			want: terminal.Done{ID: "1", Status: "triggered", Severity: "sev1", Service: "shop", Title: "it burns", Paged: []string{"ana"}}},
		{r: terminal.Request{Do: terminal.Declare, As: "bo", Text: "typo", Service: "blog", Severity: "sev4"},
			want: terminal.Done{ID: "2", Status: "triggered", Severity: "sev4", Service: "Blog", Title: "typo", Paged: []string{}, Quiet: true}},
		{r: terminal.Request{Do: terminal.Ack, As: "bo"}, no: "several incidents are open: name one by its number; open now: "},
		{r: terminal.Request{Do: terminal.Ack, As: "bo", ID: "7"}, no: `there is no incident "7": open now: `},
		{r: terminal.Request{Do: terminal.Ack, As: "bo", ID: "../1"}, no: "there is no incident"},
		{r: terminal.Request{Do: terminal.Resolve, As: "bo", ID: "2"},
			want: terminal.Done{ID: "2", Status: "resolved", Severity: "sev4", Service: "Blog", Title: "typo", Paged: []string{}, Quiet: true}},
		{r: terminal.Request{Do: terminal.Page, As: "bo", ID: "2", Whom: "ana"}, no: "incident 2 was resolved just now by bo"},
	} {
		done, err := d.Do(t.Context(), tt.r)
		refused, no := errors.AsType[*terminal.Refused](err)
		switch {
		case tt.no != "" && (!no || !strings.Contains(err.Error(), tt.no) || refused.Usage != tt.usage):
			t.Errorf("%+v: %v, want %q", tt.r, err, tt.no)
		case tt.no == "" && err != nil:
			t.Errorf("%+v: %v", tt.r, err)
		case tt.no == "":
			if diff := cmp.Diff(tt.want, done); diff != "" {
				t.Errorf("%+v: %s", tt.r, diff)
			}
		}
	}
}

// TestMerged: nothing is done to an incident that was merged, and the refusal names the one that goes on.
func TestMerged(t *testing.T) {
	d := desk(t)
	for _, title := range []string{"it burns", "it smokes"} {
		if _, err := d.Do(t.Context(), terminal.Request{Do: terminal.Declare, As: "ana", Text: title}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := d.Book.Record(t.Context(), "2", incidents.Person("bo"), incidents.Resolved{Into: "1"}); err != nil {
		t.Fatal(err)
	}
	for _, do := range []string{terminal.Note, terminal.Ack, terminal.Resolve, terminal.Page} {
		_, err := d.Do(t.Context(), terminal.Request{Do: do, As: "ana", ID: "2", Text: "x", Whom: "bo"})
		if want := "incident 2 was merged just now by bo, and goes on as 1; nothing changed: name 1"; err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %q", do, err, want)
		}
	}
}

// TestNoteAtATime: a time in front of a note is one of the zone of whoever writes.
func TestNoteAtATime(t *testing.T) {
	d := desk(t)
	if _, err := d.Do(t.Context(), terminal.Request{Do: terminal.Declare, As: "ana", Text: "it burns"}); err != nil {
		t.Fatal(err)
	}
	for _, as := range []string{"ana", "bo"} {
		if _, err := d.Do(t.Context(), terminal.Request{Do: terminal.Note, As: as, Text: "2026-07-01 14:02 rolled back"}); err != nil {
			t.Fatal(err)
		}
	}
	var got []string
	err := d.Book.Store.View(t.Context(), func(tx store.Tx) error {
		events, err := incidents.Timeline(tx, "1")
		for _, e := range events {
			if n, ok := e.Body.(incidents.Noted); ok {
				got = append(got, e.By.Name+" "+e.At.Format("15:04")+" "+n.Text+" "+n.Via)
			}
		}
		return err
	})
	want := []string{"ana 12:02 rolled back terminal", "bo 14:02 rolled back terminal"}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v %s", err, diff)
	}
}

// TestDoor: what is answered comes back as it was said; that nobody answers, that a server is too old, and that nobody knows what
// became of it are told apart.
func TestDoor(t *testing.T) {
	quiet := slog.New(slog.DiscardHandler)
	for _, tt := range []struct {
		name string
		do   func(context.Context, terminal.Request) (terminal.Done, error)
		want error
	}{
		{"done", func(_ context.Context, r terminal.Request) (terminal.Done, error) {
			return terminal.Done{ID: r.ID, Paged: []string{r.As}}, nil
		}, nil},
		{"refused", func(context.Context, terminal.Request) (terminal.Done, error) {
			return terminal.Done{}, &terminal.Refused{What: "no", Usage: true}
		}, &terminal.Refused{What: "no", Usage: true}},
		{"unknown", func(context.Context, terminal.Request) (terminal.Done, error) {
			return terminal.Done{}, store.ErrUnknownOutcome
		}, terminal.ErrUnknown},
		{"cut off", func(context.Context, terminal.Request) (terminal.Done, error) {
			panic(http.ErrAbortHandler)
		}, terminal.ErrUnknown},
		{"failed", func(context.Context, terminal.Request) (terminal.Done, error) {
			return terminal.Done{}, io.ErrNoProgress
		},
			errors.New("the running bot answered: " + io.ErrNoProgress.Error())},
		{"too old", nil, terminal.ErrTooOld},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "s")
			if _, err := terminal.Ask(t.Context(), path, terminal.Request{}); !errors.Is(err, terminal.ErrNoServer) {
				t.Errorf("nobody answers: %v", err)
			}
			l, err := ops.ListenLocal(path)
			if err != nil {
				t.Fatal(err)
			}
			h := http.NotFoundHandler()
			if tt.do != nil {
				h = terminal.Door(h, tt.do, quiet)
			}
			srv := doors.NewServer(h, quiet)
			ended := make(chan struct{})
			go func() { defer close(ended); _ = srv.Serve(l) }()
			t.Cleanup(func() { _ = srv.Close(); <-ended })
			done, err := terminal.Ask(t.Context(), path, terminal.Request{ID: "4", As: "ana"})
			if tt.want == nil {
				if diff := cmp.Diff(terminal.Done{ID: "4", Paged: []string{"ana"}}, done); diff != "" || err != nil {
					t.Errorf("%v %s", err, diff)
				}
				return
			}
			if !errors.Is(err, tt.want) && (err == nil || err.Error() != tt.want.Error()) {
				t.Errorf("%v, want %v", err, tt.want)
			}
		})
	}
}
