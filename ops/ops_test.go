package ops_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/goleak"

	"github.com/oncalm/oncalm/clocks"
	"github.com/oncalm/oncalm/doors"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/history"
	"github.com/oncalm/oncalm/ops"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/bolt"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

func newStore(t testing.TB) *bolt.DB {
	t.Helper()
	db, err := bolt.Open(filepath.Join(t.TempDir(), "oncalm.db"), bolt.Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

var noon = time.Date(2026, 3, 28, 12, 0, 0, 0, time.UTC)

// fill opens n incidents, and resolves each third.
func fill(t testing.TB, s store.Store, n int) {
	t.Helper()
	book := &incidents.Book{Store: s}
	err := s.Update(t.Context(), func(tx store.Tx) error {
		for range n {
			i, err := book.Open(tx, noon, noon, incidents.Oncalm(), incidents.Opened{Title: "x", Service: "s", Severity: "sev2"})
			if err != nil {
				return err
			}
			if i.Seq == 1 && len(i.ID)%3 == 0 {
				if _, err := book.Append(tx, noon, i.ID,
					incidents.Event{By: incidents.Person("ana"), Body: incidents.Resolved{}}); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func get(t testing.TB, h http.Handler, target string) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, target, nil))
	return w
}

func TestHealth(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var slackErr error
		runs := 0
		h := ops.NewHealth(quiet(), ops.Check{Name: "slack", Run: func(context.Context, time.Time) error {
			runs++
			return slackErr
		}})
		mux := http.NewServeMux()
		h.Register(mux)
		want := func(status int, body string) {
			t.Helper()
			w := get(t, mux, "/readyz")
			if w.Code != status || strings.TrimSpace(w.Body.String()) != body {
				t.Errorf("%d %s, want %d %s", w.Code, w.Body, status, body)
			}
		}
		const well = `{"ready":true,"checks":[{"name":"slack","ok":true}]}`
		want(200, well)
		slackErr = errors.New("slack has not answered for 2m0s")
		want(200, well) // asked too soon: nobody can make us work by asking
		time.Sleep(4 * time.Second)
		want(503, `{"ready":false,"checks":[{"name":"slack","ok":false,"reason":"slack has not answered for 2m0s"}]}`)
		slackErr = nil
		time.Sleep(4 * time.Second)
		want(200, well)
		if runs != 3 {
			t.Errorf("the check ran %d times, want 3", runs)
		}
		slackErr = errors.New("away")
		if w := get(t, mux, "/healthz"); w.Code != 200 || w.Body.String() != "alive\n" {
			t.Errorf("healthz: %d %q; it is alive while it answers", w.Code, w.Body)
		}
		for _, path := range []string{"/healthz", "/readyz"} {
			w := httptest.NewRecorder()
			mux.ServeHTTP(w, httptest.NewRequest(http.MethodPost, path, nil))
			if w.Code != http.StatusMethodNotAllowed {
				t.Errorf("POST %s: %d", path, w.Code)
			}
		}
	})
}

// TestACheckAside: it is told, and the program is ready all the same.
func TestACheckAside(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var logs strings.Builder
		fails := func(context.Context, time.Time) error { return errors.New("it is archived") }
		h := ops.NewHealth(slog.New(slog.NewTextHandler(&logs, nil)), ops.Check{Name: "channel", Run: fails, Aside: true})
		mux := http.NewServeMux()
		h.Register(mux)
		w := get(t, mux, "/readyz")
		if want := `{"ready":true,"checks":[{"name":"channel","ok":false,"reason":"it is archived"}]}`; w.Code != 200 || strings.TrimSpace(w.Body.String()) != want {
			t.Errorf("%d %s", w.Code, w.Body)
		}
		if logs.Len() > 0 {
			t.Errorf("logged: %s", &logs)
		}
	})
}

// TestAHangingCheck holds that a check that does not come back neither hangs the door
// nor piles up.
func TestAHangingCheck(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		var runs atomic.Int64
		h := ops.NewHealth(quiet(), ops.Check{Name: "store", Run: func(context.Context, time.Time) error {
			runs.Add(1)
			<-release
			return nil
		}})
		mux := http.NewServeMux()
		h.Register(mux)
		for range 5 {
			begun := time.Now()
			if w := get(t, mux, "/readyz"); w.Code != 503 || time.Since(begun) > 2*time.Second {
				t.Errorf("%d after %s: %s", w.Code, time.Since(begun), w.Body)
			}
			time.Sleep(10 * time.Second)
		}
		if n := runs.Load(); n != 1 {
			t.Errorf("%d checks at once, want 1", n)
		}
		close(release)
		time.Sleep(10 * time.Second)
		if w := get(t, mux, "/readyz"); w.Code != 200 {
			t.Errorf("%d when it came back: %s", w.Code, w.Body)
		}
	})
}

// refusing is a store whose writes fail.
type refusing struct {
	store.Store
	err error
}

func (r refusing) Update(context.Context, func(store.Tx) error) error { return r.err }

func TestStoreWritable(t *testing.T) {
	db := newStore(t)
	for _, tc := range []struct {
		err  error
		want string
	}{
		{nil, ""},
		{errors.Join(store.ErrFull, errors.New("write /var/lib/oncalm/oncalm.db")), store.ErrFull.Error()},
		{store.ErrUnknownOutcome, store.ErrUnknownOutcome.Error()},
		{errors.New("/var/lib/oncalm/oncalm.db: odd"), "the store does not accept writes"},
	} {
		var s store.Store = db
		if tc.err != nil {
			s = refusing{db, tc.err}
		}
		got := ""
		if err := ops.StoreWritable(s).Run(t.Context(), noon); err != nil {
			got = err.Error()
		}
		if got != tc.want {
			t.Errorf("%v is told as %q, want %q", tc.err, got, tc.want)
		}
	}
}

// looker looks at the outbox of a store at noon.
func looker(db store.Store) func(context.Context) (outbox.State, error) {
	at := &clocks.Clock{Wall: func() time.Time { return noon }, Up: func() time.Duration { return 0 }}
	return (&outbox.Runner{Store: db, Clock: at, Groups: outbox.DefaultGroups(nil)}).Look
}

func TestNotBehind(t *testing.T) {
	db := newStore(t)
	owe := func(key string, lane outbox.Lane, due time.Time) {
		err := db.Update(t.Context(), func(tx store.Tx) error {
			outbox.In(tx, noon).Once(outbox.Entry{Key: key, Kind: "k", Lane: lane, Due: due})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	check := ops.NotBehind(looker(db), time.Minute)
	well := func(want string) {
		t.Helper()
		got := ""
		if err := check.Run(t.Context(), noon); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	well("")
	owe("chore", outbox.Chores, noon.Add(-time.Hour))
	owe("soon", outbox.Decisions, noon.Add(time.Hour))
	owe("new", outbox.Pages1, noon.Add(-time.Minute))
	well("")
	owe("sms", "pages_sms_sev1", noon.Add(-3*time.Minute)) // of another channel than Slack
	well("pages_sms_sev1: behind by 3m0s")
	owe("page", outbox.Pages3, noon.Add(-2*time.Minute))
	well("pages_sev3: behind by 2m0s")
}

func TestMetrics(t *testing.T) {
	db := newStore(t)
	fill(t, db, 2)
	err := db.Update(t.Context(), func(tx store.Tx) error {
		book := &incidents.Book{Store: db}
		_, err := book.Append(tx, noon, "1", incidents.Event{By: incidents.Person("ana"), Body: incidents.Acknowledged{}})
		outbox.In(tx, noon).Once(outbox.Entry{Key: "x", Kind: "k", Lane: outbox.Pages1, Due: noon.Add(-time.Hour)})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	reg := prometheus.NewPedanticRegistry()
	ops.NewGauges(reg, db, looker(db), func() int64 { return 4096 }, quiet())
	w := get(t, ops.Metrics(reg, quiet()), "/metrics")
	for _, line := range []string{
		`oncalm_incidents_open{status="acknowledged"} 1`, `oncalm_incidents_open{status="triggered"} 1`,
		`oncalm_outbox_behind_seconds{lane="chores"} 0`, `oncalm_outbox_behind_seconds{lane="errands"} 0`, `oncalm_outbox_behind_seconds{lane="pages_sev1"} 3600`,
		"oncalm_outbox_parked 0", "oncalm_store_bytes 4096",
	} {
		if !strings.Contains(w.Body.String(), line) {
			t.Errorf("metrics lack %s:\n%s", line, w.Body)
		}
	}
}

// TestLocal asks a server through the socket beside its store.
func TestLocal(t *testing.T) {
	db := newStore(t)
	fill(t, db, 3)
	path := filepath.Join(t.TempDir(), "oncalm.db")
	if err := os.WriteFile(ops.LocalSocket(path), nil, 0o600); err != nil { // what a killed process leaves
		t.Fatal(err)
	}
	l, err := ops.ListenLocal(path)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(ops.LocalSocket(path)); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the socket: %v, %v; want it for its owner only", info.Mode(), err)
	}
	failing := false
	backup := func(ctx context.Context, w io.Writer) error {
		if failing {
			_, _ = io.CopyN(w, neverEnding{}, 1<<20)
			return errors.New("the disk")
		}
		return db.Backup(ctx, w)
	}
	stop := serve(t, doors.NewServer(ops.Admin(db, backup, quiet()), quiet()), l)
	client := ops.LocalClient(path)
	ask := func(route string) (int, []byte, error) {
		resp, err := client.Get("http://oncalm" + route)
		if err != nil {
			return 0, nil, err
		}
		defer func() { _ = resp.Body.Close() }()
		body, err := io.ReadAll(resp.Body)
		return resp.StatusCode, body, err
	}
	status, body, err := ask(ops.RouteIncidents + "?limit=1")
	const want = `[
{"id":"3","status":"triggered","severity":"sev2","service":"s","title":"x","opened":"2026-03-28T12:00:00Z"}
]
`
	if err != nil || status != 200 || string(body) != want {
		t.Errorf("incidents: %d, %v\n%s", status, err, body)
	}
	var events []incidents.Event
	status, body, err = ask(ops.RouteTimeline + "2")
	if err != nil || status != 200 || json.Unmarshal(body, &events) != nil || len(events) != 1 || events[0].Kind() != "opened" {
		t.Errorf("timeline: %d, %v\n%s", status, err, body)
	}
	for route, want := range map[string]int{
		ops.RouteTimeline + "9": 404, ops.RouteTimeline + "x": 404, ops.RouteIncidents + "?limit=x": 400, "/": 404,
	} {
		if status, body, err := ask(route); status != want || err != nil {
			t.Errorf("%s: %d, %v\n%s; want %d", route, status, err, body, want)
		}
	}
	if status, body, err := ask(ops.RouteBackup); err != nil || status != 200 || !isCopy(t, body) {
		t.Errorf("backup: %d, %d bytes, %v", status, len(body), err)
	}
	failing = true
	if _, body, err := ask(ops.RouteBackup); err == nil {
		t.Errorf("a backup that failed after %d bytes looks whole", len(body))
	}
	client.CloseIdleConnections()
	stop()
	if _, err := os.Stat(ops.LocalSocket(path)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the socket is left behind: %v", err)
	}
	if _, _, err := ask(ops.RouteIncidents); err == nil {
		t.Error("nobody listens, and somebody answered")
	}
}

// neverEnding reads as dots.
type neverEnding struct{}

func (neverEnding) Read(b []byte) (int, error) {
	return copy(b, bytes.Repeat([]byte{'.'}, len(b))), nil
}

func isCopy(t *testing.T, content []byte) bool {
	t.Helper()
	path := filepath.Join(t.TempDir(), "copy.db")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	db, err := bolt.Open(path, bolt.Options{MustExist: true})
	if err != nil {
		t.Error(err)
		return false
	}
	n := 0
	err = history.List(t.Context(), db, history.Query{}, func(rows []history.Row) error {
		n += len(rows)
		return nil
	})
	return errors.Join(err, db.Close()) == nil && n == 3
}

func serve(t *testing.T, srv *http.Server, l net.Listener) (stop func()) {
	t.Helper()
	done := make(chan error, 1)
	go func() { done <- srv.Serve(l) }()
	return func() {
		if err := srv.Shutdown(t.Context()); err != nil {
			t.Error(err)
		}
		if err := <-done; !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	}
}
