package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/oncalm/oncalm/cmd/oncalm/cli"
	"github.com/oncalm/oncalm/doors"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/ops"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/overrides"
	"github.com/oncalm/oncalm/paging"
	"github.com/oncalm/oncalm/rotations"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/bolt"
)

// TestScripts runs the scripts of testdata/script. In them, oncalm is the program, a
// process of its own; the commands below make what it works on.
func TestScripts(t *testing.T) {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:           "testdata/script",
		UpdateScripts: os.Getenv("UPDATE_SCRIPTS") != "",
		Setup: func(env *testscript.Env) error {
			bin := filepath.Join(env.WorkDir, ".bin")
			env.Setenv(childVar, "oncalm")
			env.Setenv("PATH", bin+string(os.PathListSeparator)+env.Getenv("PATH"))
			return errors.Join(os.Mkdir(bin, 0o700), os.Symlink(exe, filepath.Join(bin, "oncalm")))
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": scriptExits,
			"mkstore": func(ts *testscript.TestScript, neg bool, args []string) {
				alone(func() { scriptMkstore(ts, neg, args) })
			},
			"receive": func(ts *testscript.TestScript, neg bool, args []string) {
				alone(func() { scriptReceive(ts, neg, args) })
			},
			"put":     func(ts *testscript.TestScript, neg bool, args []string) { alone(func() { scriptPut(ts, neg, args) }) },
			"drop":    func(ts *testscript.TestScript, neg bool, args []string) { alone(func() { scriptDrop(ts, neg, args) }) },
			"scratch": scriptScratch,
			"hold":    scriptHold,
			"alive":   scriptAlive,
		},
	})
}

// scriptExits runs a program that must end with an exit code: exits CODE PROGRAM ARGS.
func scriptExits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE PROGRAM ARGS...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		exit, ok := errors.AsType[*exec.ExitError](err)
		if !ok {
			ts.Fatalf("%v", err)
		}
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// scriptDrop deletes the keys of a store that have a text in them, of which there must be some: drop FILE TEXT.
func scriptDrop(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: drop FILE TEXT")
	}
	db, err := cli.OpenStore(context.Background(), ts.MkAbs(args[0]), bolt.Options{MustExist: true})
	ts.Check(err)
	dropped := 0
	err = db.Update(context.Background(), func(tx store.Tx) error {
		var keys []string
		for key := range tx.Range("", "") {
			if strings.Contains(key, args[1]) {
				keys = append(keys, key)
			}
		}
		for _, key := range keys {
			tx.Delete(key)
		}
		dropped = len(keys)
		return nil
	})
	ts.Check(errors.Join(err, db.Close()))
	if dropped == 0 {
		ts.Fatalf("no key has %q in it", args[1])
	}
}

// alone calls fn while no process is started: what is started for another script would
// have our files open until it is the program, and with them the lock of a store.
func alone(fn func()) {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	fn()
}

var scriptNoon = time.Date(2026, 3, 28, 12, 0, 0, 0, time.UTC)

// scriptMkstore makes a store with two incidents: mkstore FILE. The first is over; of
// the second the page was delivered, and nobody has acknowledged.
func scriptMkstore(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: mkstore FILE")
	}
	ts.Check(makeStore(ts.MkAbs(args[0])))
}

func makeStore(path string) (err error) {
	ctx := context.Background()
	db, err := cli.OpenStore(ctx, path, bolt.Options{NoSync: true})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	sched := rotations.Schedule{Name: "payments", Zone: time.UTC}
	book := &incidents.Book{Store: db}
	policy := paging.Policy{
		Name: "payments", Rounds: 1, Fallback: []paging.Target{"person:bo"},
		Steps: []paging.Step{{Page: []paging.Target{"person:ana"}, Wait: 5 * time.Minute}},
	}
	pager := &paging.Pager{
		Book: book, Policy: func(string) paging.Policy { return policy },
		Overrides: &overrides.Book{Schedules: map[string]rotations.Schedule{"payments": sched}},
	}
	book.Followers = []incidents.Follower{pager.Follow}
	return db.Update(ctx, func(tx store.Tx) error { return tell(tx, book) })
}

// tell puts two incidents into the book.
func tell(tx store.Tx, book *incidents.Book) error {
	at := scriptNoon
	later := func(d time.Duration) time.Time { at = at.Add(d); return at }
	alarm := func(name string, state incidents.AlarmState) *incidents.Alarm {
		return &incidents.Alarm{Name: name, Series: name, State: state, Changed: at, Received: at, Reason: "Threshold Crossed"}
	}
	for _, title := range []string{"checkout-5xx", "checkout-latency <!channel>"} {
		by := incidents.ByAlarm(title)
		i, err := book.Open(tx, later(time.Minute), at, by, incidents.Opened{
			Title: title, Service: "checkout", Severity: "sev2", Alarm: alarm(title, incidents.AlarmFiring),
		})
		if err != nil {
			return err
		}
		events := []incidents.Event{
			{By: incidents.Oncalm(), Body: incidents.Delivered{Key: i.ID + "/page/0.0/ana", Person: "ana", Via: "slack"}},
		}
		if i.ID == "1" {
			events = append(events,
				incidents.Event{By: incidents.Person("ana"), Body: incidents.Acknowledged{}},
				incidents.Event{By: incidents.Person("ana"), Body: incidents.Noted{Text: "rolled back to 41"}},
				incidents.Event{By: by, Body: incidents.Resolved{Reason: "the alarm says OK"}},
			)
		}
		for _, e := range events {
			if _, err := book.Append(tx, later(time.Minute), i.ID, e); err != nil {
				return err
			}
		}
	}
	return nil
}

// scriptPut writes a key into a store as no program would: put FILE KEY VALUE. A value
// of - deletes it; the value stray writes an outbox entry of that key that is in no list.
func scriptPut(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: put FILE KEY VALUE")
	}
	db, err := bolt.Open(ts.MkAbs(args[0]), bolt.Options{MustExist: true, NoSync: true})
	ts.Check(err)
	ts.Check(db.Update(context.Background(), func(tx store.Tx) error {
		switch {
		case args[2] == "-":
			tx.Delete(args[1])
		case args[2] == "stray":
			tx.Put("outbox/entry/"+args[1], outbox.Body(outbox.Entry{Key: args[1], Kind: "page", Due: scriptNoon}))
		default:
			tx.Put(args[1], []byte(args[2]))
		}
		return nil
	}))
	ts.Check(db.Close())
}

// scriptScratch overwrites part of a file: scratch FILE OFFSET BYTES.
func scriptScratch(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: scratch FILE OFFSET BYTES")
	}
	offset, err := strconv.ParseInt(args[1], 10, 64)
	ts.Check(err)
	n, err := strconv.Atoi(args[2])
	ts.Check(err)
	f, err := os.OpenFile(ts.MkAbs(args[0]), os.O_WRONLY, 0)
	ts.Check(err)
	junk := make([]byte, n)
	for i := range junk {
		junk[i] = 0xA5
	}
	_, err = f.WriteAt(junk, offset)
	ts.Check(errors.Join(err, f.Close()))
}

// scriptHold opens a store as a server does, until the script ends: hold FILE. With
// "! hold" it does not listen on the socket beside it.
func scriptHold(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: hold FILE")
	}
	path := ts.MkAbs(args[0])
	db, err := cli.OpenStore(context.Background(), path, bolt.Options{MustExist: true})
	ts.Check(err)
	ts.Defer(func() { ts.Check(db.Close()) })
	if neg {
		return
	}
	l, err := ops.ListenLocal(path)
	ts.Check(err)
	quiet := slog.New(slog.DiscardHandler)
	srv := doors.NewServer(ops.Admin(db, db.Backup, quiet), quiet)
	done := make(chan error, 1)
	go func() { done <- srv.Serve(l) }()
	ts.Defer(func() {
		ts.Check(srv.Shutdown(context.Background()))
		if err := <-done; !errors.Is(err, http.ErrServerClosed) {
			ts.Fatalf("%v", err)
		}
	})
}

// scriptAlive starts a server that is alive, or with "! alive" unwell, and sets URL.
func scriptAlive(ts *testscript.TestScript, neg bool, _ []string) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if neg || r.URL.Path != "/healthz" {
			w.WriteHeader(http.StatusServiceUnavailable)
			_, _ = fmt.Fprintln(w, "unwell")
			return
		}
		_, _ = fmt.Fprintln(w, "alive")
	}))
	ts.Defer(srv.Close)
	ts.Setenv("URL", srv.URL)
	ts.Setenv("ADDR", srv.Listener.Addr().String())
}
