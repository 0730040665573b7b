package links_test

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/reach/links"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/bolt"
)

// house is a store with an incident of which ana and bo were paged by SMS, and the door of links.
type house struct {
	t     *testing.T
	book  *incidents.Book
	links *links.Links
	mux   *http.ServeMux
	gone  map[string]bool // who is not in the configuration
	id    string
}

func newHouse(t *testing.T) *house {
	t.Helper()
	db, err := bolt.Open(filepath.Join(t.TempDir(), "l.db"), bolt.Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	h := &house{t: t, book: &incidents.Book{Store: db}, mux: http.NewServeMux(), gone: map[string]bool{},
		links: &links.Links{Store: db, URL: "https://oncall.example.com"}}
	door := &links.Door{Book: h.book, Knows: func(p string) bool { return !h.gone[p] }, Log: slog.New(slog.DiscardHandler)}
	door.Register(h.mux)
	err = db.Update(t.Context(), func(tx store.Tx) error {
		i, err := h.book.Open(tx, time.Now(), time.Now(), incidents.Oncalm(), incidents.Opened{
			Title: "5xx <script>alert(1)</script>", Service: "checkout", Severity: "sev1"})
		if err == nil {
			h.id = i.ID
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, person := range []string{"ana", "bo"} {
		h.do(incidents.Oncalm(), incidents.Paged{Key: "p/" + person, Person: person, Via: "sms", Why: "on call"})
	}
	return h
}

func (h *house) do(by incidents.Actor, body incidents.Body) {
	h.t.Helper()
	err := h.book.Store.Update(h.t.Context(), func(tx store.Tx) error {
		_, err := h.book.Append(tx, time.Now(), h.id, incidents.Event{By: by, Body: body})
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
}

// link is the path of the link to the page of somebody.
func (h *house) link(person string) string {
	h.t.Helper()
	url, err := h.links.For(context.Background(), h.id, "p/"+person)
	path, ok := strings.CutPrefix(url, "https://oncall.example.com")
	if err != nil || !ok {
		h.t.Fatalf("%q, %v", url, err)
	}
	return path
}

func (h *house) open(method, path string) *httptest.ResponseRecorder {
	rec := httptest.NewRecorder()
	r := httptest.NewRequest(method, path, nil)
	h.mux.ServeHTTP(rec, r)
	return rec
}

// answers says what a request is answered.
func (h *house) answers(method, path string, status int, says string) {
	h.t.Helper()
	rec := h.open(method, path)
	if rec.Code != status || !strings.Contains(rec.Body.String(), says) {
		h.t.Errorf("%s %s: %d, want %d: %s", method, path, rec.Code, status, rec.Body)
	}
}

// events are those of the timeline.
func (h *house) events() (all []incidents.Event) {
	h.t.Helper()
	err := h.book.Store.View(h.t.Context(), func(tx store.Tx) (err error) {
		all, err = incidents.Timeline(tx, h.id)
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return all
}

func TestALinkServesOnce(t *testing.T) {
	h := newHouse(t)
	ana := h.link("ana")
	if again := h.link("ana"); again != ana {
		t.Errorf("another link to the same page: %s, %s", ana, again)
	}
	before := len(h.events())
	for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodGet} {
		h.answers(method, ana, http.StatusOK, "")
	}
	h.answers(http.MethodGet, ana, http.StatusOK, "<button>Acknowledge</button>")
	for _, method := range []string{http.MethodPut, http.MethodDelete, http.MethodPatch, http.MethodOptions} {
		h.answers(method, ana, http.StatusMethodNotAllowed, "")
	}
	if n := len(h.events()); n != before {
		t.Fatalf("%d events by looking", n-before)
	}
	h.answers(http.MethodPost, ana, http.StatusOK, "Acknowledged.")
	events := h.events()
	last := events[len(events)-1]
	if want := (incidents.Acknowledged{Via: "link", Page: "p/ana"}); last.Body != want || last.By != incidents.Person("ana") {
		t.Errorf("%+v", last)
	}
	h.answers(http.MethodPost, ana, http.StatusNotFound, "This link was used")
	h.answers(http.MethodGet, ana, http.StatusNotFound, "This link was used")
	h.answers(http.MethodGet, h.link("bo"), http.StatusOK, "<strong>ana</strong> acknowledged it")
	h.answers(http.MethodPost, h.link("bo"), http.StatusConflict, "<strong>ana</strong> acknowledged it")
	if n := len(h.events()); n != before+1 {
		t.Errorf("%d events", n-before)
	}
	h.do(incidents.Person("ana"), incidents.Escalated{Undoes: last.Seq})
	h.answers(http.MethodPost, ana, http.StatusNotFound, "This link was used") // also if it is taken back
	h.answers(http.MethodGet, h.link("bo"), http.StatusOK, "<button>Acknowledge</button>")
}

// TestALinkOfWhoHasAcknowledged: who has acknowledged otherwise, while others have to, cannot again, and reads so.
func TestALinkOfWhoHasAcknowledged(t *testing.T) {
	h := newHouse(t)
	h.do(incidents.Oncalm(), incidents.Paged{Key: "p/bo", Person: "bo", Via: "sms", Acks: 2})
	h.do(incidents.Person("ana"), incidents.Acknowledged{})
	h.answers(http.MethodGet, h.link("ana"), http.StatusOK, "<strong>ana</strong> acknowledged it at "+time.Now().UTC().Format("15:"))
	h.answers(http.MethodPost, h.link("ana"), http.StatusConflict, "More people have to")
	h.answers(http.MethodPost, h.link("bo"), http.StatusOK, "Acknowledged.")
}

func TestALinkExpires(t *testing.T) {
	h := newHouse(t)
	h.do(incidents.Person("bo"), incidents.Resolved{})
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		h.answers(method, h.link("ana"), http.StatusNotFound, "is over")
	}
}

func TestALinkOfSomebodyWhoLeft(t *testing.T) {
	h := newHouse(t)
	h.gone["ana"] = true
	h.answers(http.MethodPost, h.link("ana"), http.StatusNotFound, "not known")
	h.answers(http.MethodPost, h.link("bo"), http.StatusOK, "Acknowledged.")
}

// TestForgedLinks: any change of a token makes it none, and does nothing. Who guesses is turned away, and a link that is right is not.
func TestForgedLinks(t *testing.T) {
	h := newHouse(t)
	ana, before := h.link("ana"), len(h.events())
	other := newHouse(t).link("ana") // of another store, so with another key
	forged := []string{other, ana + "a", ana[:len(ana)-1], "/a/" + h.id + "-2", "/a/" + h.id + "-2-", "/a/--", "/a/1-0-" + strings.Repeat("a", 20),
		"/a/" + strings.Repeat("9", 300), "/a/%00-2-x", "/a/1-99999999999999999999-x", "/a/-1-2-x"}
	for n := range ana[len("/a/"):] {
		b := []byte(ana)
		if b[n+3]++; b[n+3] > 'z' {
			b[n+3] = 'a'
		}
		forged = append(forged, string(b))
	}
	limited := 0
	for n, path := range forged {
		method := []string{http.MethodGet, http.MethodPost}[n%2]
		switch code := h.open(method, path).Code; code {
		case http.StatusTooManyRequests:
			limited++
		case http.StatusNotFound:
		default:
			t.Errorf("%s %q: %d", method, path, code)
		}
	}
	if want := len(forged) - 20; limited < want-5 || limited == 0 {
		t.Errorf("%d of %d were turned away for their number", limited, len(forged))
	}
	if n := len(h.events()); n != before {
		t.Fatalf("%d events", n-before)
	}
	h.answers(http.MethodPost, strings.ToUpper(ana[:3])+ana[3:], http.StatusNotFound, "")
	h.answers(http.MethodPost, ana, http.StatusOK, "Acknowledged.")
}

// TestManyPressAtOnce: one of them is who acknowledged.
func TestManyPressAtOnce(t *testing.T) {
	h := newHouse(t)
	before := len(h.events())
	paths := []string{h.link("ana"), h.link("bo")}
	var all sync.WaitGroup
	for n := range 20 {
		all.Go(func() { h.open(http.MethodPost, paths[n%2]) })
	}
	all.Wait()
	if n := len(h.events()); n != before+1 {
		t.Errorf("%d events", n-before)
	}
}

// TestThePageIsSafe holds that nothing runs in it, that it is on no index, and that what outsiders wrote is text.
func TestThePageIsSafe(t *testing.T) {
	h := newHouse(t)
	rec := h.open(http.MethodGet, h.link("ana"))
	body := rec.Body.String()
	_, style, _ := strings.Cut(body, "<style>")
	style, _, _ = strings.Cut(style, "</style>")
	hash := sha256.Sum256([]byte(style))
	want := fmt.Sprintf("default-src 'none'; style-src 'sha256-%s'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
		base64.StdEncoding.EncodeToString(hash[:]))
	if got := rec.Header().Get("Content-Security-Policy"); got != want || len(style) < 100 {
		t.Errorf("policy %q, want %q", got, want)
	}
	for name, want := range map[string]string{"Referrer-Policy": "no-referrer", "Cache-Control": "no-store", "X-Robots-Tag": "noindex"} {
		if got := rec.Header().Get(name); !strings.Contains(got, want) {
			t.Errorf("%s is %q", name, got)
		}
	}
	if strings.Contains(body, "<script") || !strings.Contains(body, "5xx &lt;script&gt;") || !strings.Contains(body, "<title>Oncalm</title>") {
		t.Errorf("%s", body)
	}
}

func TestWithoutAnAddress(t *testing.T) {
	h := newHouse(t)
	h.links.URL = ""
	if link, err := h.links.For(t.Context(), h.id, "p/ana"); link != "" || err != nil {
		t.Errorf("%q, %v", link, err)
	}
	h.links.URL = "https://x"
	if link, err := h.links.For(t.Context(), h.id, "p/nobody"); link != "" || err == nil {
		t.Errorf("%q, %v", link, err)
	}
}
