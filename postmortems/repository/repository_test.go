package repository_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/oncalm/oncalm/clocks"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/response"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/postmortems"
	"github.com/oncalm/oncalm/postmortems/markdown"
	"github.com/oncalm/oncalm/postmortems/publish"
	"github.com/oncalm/oncalm/postmortems/repository"
	"github.com/oncalm/oncalm/postmortems/shapes"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/storetest"
)

// A shelf is where people find files and write in them.
type shelf interface {
	place() publish.Place
	read(name string) string // empty if it is not there
	write(name, text string)
}

// A folder is a shelf on this machine.
type folder struct {
	t    *testing.T
	path string
}

func (f folder) place() publish.Place { return publish.Directory{Path: f.path} }

func (f folder) read(name string) string {
	text, err := os.ReadFile(filepath.Join(f.path, name))
	if err != nil && !os.IsNotExist(err) {
		f.t.Fatal(err)
	}
	return string(text)
}

func (f folder) write(name, text string) {
	if err := os.WriteFile(filepath.Join(f.path, name), []byte(text), 0o600); err != nil {
		f.t.Fatal(err)
	}
}

// A remote is a shelf in a repository; somebody else works in a clone of it.
type remote struct {
	t                   *testing.T
	path, local, people string
	request             func(context.Context, string, string, publish.Document) error
}

func newRemote(t *testing.T) *remote {
	t.Helper()
	needsGit(t)
	r := &remote{t: t, path: filepath.Join(t.TempDir(), "remote.git"), local: filepath.Join(t.TempDir(), "local.git"), people: t.TempDir()}
	r.git("", "init", "--quiet", "--bare", "--initial-branch=main", r.path)
	r.git("", "clone", "--quiet", r.path, r.people)
	r.git(r.people, "config", "user.name", "Zoë Zebra")
	r.git(r.people, "config", "user.email", "zoe@example.com")
	r.git(r.people, "commit", "--quiet", "--allow-empty", "-m", "begin")
	r.git(r.people, "push", "--quiet", "origin", "HEAD:main")
	return r
}

func (r *remote) git(dir string, args ...string) string {
	r.t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_SYSTEM="+os.DevNull)
	out, err := cmd.CombinedOutput()
	if err != nil {
		r.t.Fatalf("git %v: %v: %s", args, err, out)
	}
	return string(out)
}

func (r *remote) place() publish.Place {
	return &repository.Repository{Options: repository.Options{
		Remote: r.path, Branch: "oncalm/incident-{id}", Directory: "docs/postmortems", Author: "Oncalm", Email: "oncalm@localhost", Local: r.local,
		Environment: append(os.Environ(), "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_SYSTEM="+os.DevNull, "GIT_DIR=/nowhere"),
	}, Request: r.request}
}

func (r *remote) read(name string) string {
	r.git(r.people, "fetch", "--quiet", "origin")
	out, err := exec.Command("git", "-C", r.people, "show", "origin/oncalm/incident-1:docs/postmortems/"+name).Output()
	if err != nil {
		return ""
	}
	return string(out)
}

func (r *remote) write(name, text string) {
	r.git(r.people, "fetch", "--quiet", "origin")
	r.git(r.people, "checkout", "--quiet", "-B", "work", "origin/oncalm/incident-1")
	folder{r.t, filepath.Join(r.people, "docs/postmortems")}.write(name, text)
	r.git(r.people, "add", "-A")
	r.git(r.people, "commit", "--quiet", "-m", "words of ours")
	r.git(r.people, "push", "--quiet", "origin", "HEAD:oncalm/incident-1")
}

func needsGit(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("no git")
	}
}

// A desk is a store with an incident that is over, whose postmortem is published.
type desk struct {
	t     *testing.T
	book  *incidents.Book
	pub   *publish.Publisher
	now   time.Time
	shelf shelf
}

func newDesk(t *testing.T, s shelf) *desk {
	t.Helper()
	texts, err := shapes.Load("", shapes.Choices{})
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{t: t, now: time.Date(2026, 3, 28, 12, 0, 0, 0, time.UTC), shelf: s}
	d.book = &incidents.Book{Store: storetest.Memory()}
	d.pub = &publish.Publisher{Places: map[string]publish.Place{"there": s.place()}, Book: d.book, Store: d.book.Store,
		Texts: texts, Clock: clocks.System(), Log: slog.New(slog.DiscardHandler)}
	d.book.Followers = []incidents.Follower{d.pub.Follow}
	d.update(func(tx store.Tx) error {
		_, err := d.book.Open(tx, d.now, d.now, incidents.Person("ana"),
			incidents.Opened{Title: "../../Checkout: 5xx; ana says $(rm -rf), fixes #1 @team", Service: "shop", Severity: "sev2"})
		return err
	})
	d.append(incidents.Person("ana"), incidents.Resolved{Reason: "fixed"})
	return d
}

func (d *desk) update(fn func(store.Tx) error) {
	d.t.Helper()
	if err := d.book.Store.Update(d.t.Context(), fn); err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) append(by incidents.Actor, b incidents.Body) {
	d.t.Helper()
	d.now = d.now.Add(time.Minute)
	d.update(func(tx store.Tx) error {
		_, err := d.book.Append(tx, d.now, "1", incidents.Event{By: by, Body: b})
		return err
	})
}

// work does what the outbox would do.
func (d *desk) work() {
	d.t.Helper()
	commit, err := d.try()
	if err != nil {
		d.t.Fatal(err)
	}
	d.update(commit)
}

func (d *desk) try() (func(store.Tx) error, error) {
	body, err := json.Marshal(map[string]string{"incident": "1", "place": "there"})
	if err != nil {
		d.t.Fatal(err)
	}
	return d.pub.Handlers()[publish.Kind](d.t.Context(), outbox.Entry{Body: body})
}

// document is the postmortem as it is.
func (d *desk) document() string {
	d.t.Helper()
	doc, err := postmortems.FromStore(d.t.Context(), d.book.Store, "1", postmortems.AsRoles)
	if err != nil {
		d.t.Fatal(err)
	}
	text, err := d.pub.Texts.Markdown(doc, "")
	if err != nil {
		d.t.Fatal(err)
	}
	return string(text)
}

const (
	file   = "2026-03-28-1-checkout-5xx-responder-a-says-rm-rf-fixes-1-team.md"
	beside = "2026-03-28-1-checkout-5xx-responder-a-says-rm-rf-fixes-1-team.oncalm.md"
)

func onBoth(t *testing.T, test func(*testing.T, shelf)) {
	t.Run("directory", func(t *testing.T) { test(t, folder{t, t.TempDir()}) })
	t.Run("repository", func(t *testing.T) { test(t, newRemote(t)) })
}

// into writes words into a section of a document.
func into(document, section, words string) string {
	begin := "<!-- oncalm: " + section + " e"
	n := strings.Index(document, begin)
	n += strings.Index(document[n:], "\n") + 1
	return document[:n] + "\n" + words + "\n\n" + document[n:]
}

// TestWritten: a document is written when the incident is over, again when something is added, and names nobody.
func TestWritten(t *testing.T) {
	onBoth(t, func(t *testing.T, s shelf) {
		d := newDesk(t, s)
		d.work()
		if got := s.read(file); got != d.document() {
			t.Fatalf("%q is not\n%s", got, d.document())
		}
		d.append(incidents.Person("bo"), incidents.Noted{Text: "it was the pool"})
		d.work()
		got := s.read(file)
		if got != d.document() || !strings.Contains(got, "it was the pool") || strings.Contains(got, "ana") {
			t.Errorf("%s", got)
		}
		d.work()
		if got != s.read(file) || s.read(beside) != "" {
			t.Error("it is another one without a reason")
		}
	})
}

// TestPeopleWriteInTheFile: what they write between the marks is theirs, and stays when the document is made anew.
func TestPeopleWriteInTheFile(t *testing.T) {
	onBoth(t, func(t *testing.T, s shelf) {
		d := newDesk(t, s)
		d.work()
		s.write(file, strings.ReplaceAll(into(s.read(file), "summary", "The *pool* was too small."), "\n", "\r\n"))
		d.append(incidents.Person("bo"), incidents.Noted{Text: "late note"})
		d.work()
		got := s.read(file)
		if got != d.document() || !strings.Contains(got, "The *pool* was too small.") || !strings.Contains(got, "late note") ||
			!strings.Contains(got, "*Written by Participant ") || s.read(beside) != "" {
			t.Errorf("%s", got)
		}
		if strings.Count(got, "The *pool* was too small.") != 1 {
			t.Error("it stands there twice")
		}
	})
}

// TestPeopleChangeMore: a file that was changed elsewhere stays to the letter, the new one stands beside it, and that is told once.
func TestPeopleChangeMore(t *testing.T) {
	onBoth(t, func(t *testing.T, s shelf) {
		d := newDesk(t, s)
		d.work()
		theirs := strings.Replace(into(s.read(file), "lucky", "It was night."), "## Timeline", "## What we saw\n\nA white page.\n\n## Timeline", 1)
		s.write(file, theirs)
		for range 3 {
			d.append(incidents.Person("bo"), incidents.Noted{Text: "late note"})
			d.work()
			d.work()
		}
		if got := s.read(file); got != theirs {
			t.Errorf("it was written over:\n%s", got)
		}
		got := s.read(beside)
		if got != d.document() || strings.Count(got, "It was night.") != 1 || strings.Count(got, "was changed outside of its marks") != 1 {
			t.Errorf("%s", got)
		}
		// what is written beside counts, too
		s.write(beside, into(got, "harder", "It was dark."))
		d.append(incidents.Person("bo"), incidents.Noted{Text: "another"})
		d.work()
		if got := s.read(beside); got != d.document() || strings.Count(got, "It was dark.") != 1 {
			t.Errorf("%s", got)
		}
		// and a file that is broken is left alone
		s.write(beside, "mine\n")
		d.append(incidents.Person("bo"), incidents.Noted{Text: "one more"})
		d.work()
		if s.read(beside) != "mine\n" || s.read(file) != theirs {
			t.Error("somebody's words are lost")
		}
	})
}

// TestCrashAfterWriting: what we wrote ourselves is not taken for somebody's, though it was not recorded that it was written.
func TestCrashAfterWriting(t *testing.T) {
	onBoth(t, func(t *testing.T, s shelf) {
		d := newDesk(t, s)
		if _, err := d.try(); err != nil { // and nothing is committed
			t.Fatal(err)
		}
		d.append(incidents.Person("bo"), incidents.Noted{Text: "late note"})
		d.work()
		if s.read(file) != d.document() || s.read(beside) != "" {
			t.Errorf("%s", s.read(beside))
		}
	})
}

// TestForeignFile: a file that is not ours stays, whatever it is called.
func TestForeignFile(t *testing.T) {
	dir := t.TempDir()
	s := folder{t, dir}
	s.write("2026-03-28-1.md", "of another store\n")
	d := newDesk(t, s)
	d.work()
	d.work() // with what was told of it
	if s.read("2026-03-28-1.md") != "of another store\n" || s.read("2026-03-28-1.oncalm.md") != d.document() {
		t.Error("it was written over")
	}
}

// TestNothingOutside: no link leads out of the directory.
func TestNothingOutside(t *testing.T) {
	dir, outside := t.TempDir(), filepath.Join(t.TempDir(), "outside.md")
	if err := os.WriteFile(outside, []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, filepath.Join(dir, file)); err != nil {
		t.Fatal(err)
	}
	d := newDesk(t, folder{t, dir})
	if _, err := d.try(); err == nil {
		t.Error("it was written through a link")
	}
	if text, err := os.ReadFile(outside); err != nil || string(text) != "secret" {
		t.Errorf("%q %v", text, err)
	}
}

// TestCommits: a branch for each incident, with the incident in its message; nothing else of the repository is touched.
func TestCommits(t *testing.T) {
	r := newRemote(t)
	var told []string
	r.request = func(_ context.Context, branch, base string, d publish.Document) error {
		told = append(told, fmt.Sprint(branch, " ", base, " ", d.ID))
		return nil
	}
	d := newDesk(t, r)
	d.work()
	log := r.git(r.path, "log", "--format=%an <%ae>%n%B", "oncalm/incident-1")
	want := "Oncalm <oncalm@localhost>\nPostmortem of incident 1: ../../Checkout: 5xx; Responder A says $(rm -rf), fixes no. 1 (at)…\n\n" +
		"Incident: 1\nSeverity: sev2\n"
	if !strings.HasPrefix(log, want) {
		t.Errorf("%s", log)
	}
	if out := r.git(r.path, "ls-tree", "-r", "--name-only", "oncalm/incident-1"); out != "docs/postmortems/"+file+"\n" {
		t.Errorf("%s", out)
	}
	if out := r.git(r.path, "log", "--format=%s", "main"); out != "begin\n" {
		t.Errorf("%s", out)
	}
	d.work()
	if n := strings.TrimSpace(r.git(r.path, "rev-list", "--count", "oncalm/incident-1")); n != "2" {
		t.Errorf("%s commits", n)
	}
	if asker, ok := d.pub.Places["there"].(publish.Asker); !ok || asker.Ask(t.Context(), publish.Document{ID: "1"}) != nil ||
		asker.Ask(t.Context(), publish.Document{ID: "2"}) != nil || len(told) != 1 || told[0] != "oncalm/incident-1 main 1" {
		t.Errorf("asked for %q", told)
	}
}

// TestMerged: after the branch was merged and deleted, what happens next begins a new one, from the words that people merged. A
// repository of our own that was lost is made anew.
func TestMerged(t *testing.T) {
	r := newRemote(t)
	d := newDesk(t, r)
	d.work()
	r.write(file, into(r.read(file), "summary", "Merged words."))
	r.git(r.people, "push", "--quiet", "origin", "HEAD:main")
	r.git(r.people, "push", "--quiet", "origin", ":oncalm/incident-1")
	if err := os.RemoveAll(r.local); err != nil {
		t.Fatal(err)
	}
	d.append(incidents.Person("bo"), incidents.Noted{Text: "late note"})
	d.work()
	if got := r.read(file); got != d.document() || strings.Count(got, "Merged words.") != 1 {
		t.Errorf("%s", got)
	}
}

// TestRace: what somebody pushes while we write is not pushed over; the next attempt has it.
func TestRace(t *testing.T) {
	r := newRemote(t)
	d := newDesk(t, r)
	d.work()
	d.append(incidents.Person("bo"), incidents.Noted{Text: "late note"})
	genuine := d.pub.Places["there"]
	d.pub.Places["there"] = racing{genuine, func() { r.write(file, into(r.read(file), "summary", "Quick words.")) }}
	if _, err := d.try(); err == nil {
		t.Fatal("it was pushed over")
	}
	d.pub.Places["there"] = genuine
	d.work()
	if got := r.read(file); got != d.document() || strings.Count(got, "Quick words.") != 1 || !strings.Contains(got, "late note") {
		t.Errorf("%s", got)
	}
}

// racing has something happen between reading and writing.
type racing struct {
	publish.Place
	meanwhile func()
}

func (r racing) Update(ctx context.Context, d publish.Document,
	change func(there, beside publish.Found) (publish.Change, error)) (string, error) {
	return r.Place.Update(ctx, d, func(there, beside publish.Found) (publish.Change, error) {
		c, err := change(there, beside)
		r.meanwhile()
		return c, err
	})
}

// TestEmptyRepository: the first commit of a repository is ours.
func TestEmptyRepository(t *testing.T) {
	needsGit(t)
	r := &remote{t: t, path: filepath.Join(t.TempDir(), "remote.git"), local: filepath.Join(t.TempDir(), "local.git"), people: t.TempDir()}
	r.git("", "init", "--quiet", "--bare", "--initial-branch=main", r.path)
	d := newDesk(t, r)
	d.work()
	if out := r.git(r.path, "show", "oncalm/incident-1:docs/postmortems/"+file); out != d.document() {
		t.Errorf("%s", out)
	}
}

// TestRefused: what git says is in the error, and no secret is.
func TestRefused(t *testing.T) {
	r := newRemote(t)
	place, _ := r.place().(*repository.Repository)
	place.Remote, place.Header = filepath.Join(t.TempDir(), "nothing.git"), "Authorization: Bearer c4n4ry"
	_, err := place.Update(t.Context(), publish.Document{ID: "1"}, nil)
	if err == nil || !strings.Contains(err.Error(), "ls-remote") || strings.Contains(err.Error(), "c4n4ry") {
		t.Errorf("%v", err)
	}
	if out, err := exec.Command("grep", "-r", "c4n4ry", r.local).Output(); err == nil || len(bytes.TrimSpace(out)) > 0 {
		t.Errorf("the secret is on the disk: %s", out)
	}
}

// TestPicturesStandBeside: the metric of the alarm is a file beside the document, which leads to it; it is drawn anew with the
// document, and what somebody put in its place stays.
func TestPicturesStandBeside(t *testing.T) {
	const svg = "2026-03-28-1-metric.svg"
	onBoth(t, func(t *testing.T, s shelf) {
		d := newDesk(t, s)
		look := func(v float64) {
			d.append(incidents.Oncalm(), incidents.Responded{Fact: response.Measured{Alarm: "a", Metric: "Errors [of](x) ana", From: d.now,
				Period: 60, Values: []*float64{&v, new(2.0)}}})
		}
		look(1)
		d.work()
		first := s.read(svg)
		if !strings.HasPrefix(first, "<svg ") || !strings.Contains(s.read(file), "\n![Graph of Errors \\[of\\](x) Responder A]("+svg+")\n") {
			t.Fatalf("%.100s\n%s", first, s.read(file))
		}
		for line := range strings.Lines(s.read(file)) {
			if strings.Contains(line, svg) != markdown.IsPicture(strings.TrimSpace(line)) {
				t.Errorf("whether a line shows a picture: %s", line)
			}
		}
		s.write(svg, strings.ReplaceAll(first, "\n", "\r\n")) // as git may have it
		look(7)
		d.work()
		second := s.read(svg)
		if second == first || strings.Contains(second, "\r") {
			t.Errorf("it was not drawn anew: %.300s", second)
		}
		const theirs = "<svg>better</svg>"
		s.write(svg, theirs)
		look(9)
		d.work()
		if s.read(svg) != theirs {
			t.Errorf("what a person drew is gone: %.100s", s.read(svg))
		}
		if s.read(beside) != "" {
			t.Error("there are two documents")
		}
	})
}
