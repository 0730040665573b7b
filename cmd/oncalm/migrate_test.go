package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/bot/slackfake"
	"github.com/oncalm/oncalm/bot/slackfake/workspace"
	"github.com/oncalm/oncalm/cmd/oncalm/cli"
	"github.com/oncalm/oncalm/cmd/oncalm/fsck"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/bolt"
)

// olderStores are stores that earlier versions have made, each before something about what is
// stored changed. In all of them checkout-5xx-rate and search-p99 fire, and were paged once;
// orders-age is over. One also owes what has failed, what is bound to the calendar, and an
// entry that no version knows (parked); the newest owes the page about search-p99.
func olderStores(t *testing.T) []string {
	t.Helper()
	all, err := filepath.Glob("testdata/stores/*.db.gz")
	if err != nil || len(all) < 5 {
		t.Fatalf("stores of before: %v, %v", all, err)
	}
	return all
}

// unpack puts a store of before at path.
func unpack(t *testing.T, packed, path string) {
	t.Helper()
	f, err := os.Open(packed)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
}

// openOlder opens a store of before, which brings it to the newest layout.
func openOlder(t *testing.T, packed string) *bolt.DB {
	t.Helper()
	path := filepath.Join(t.TempDir(), "oncalm.db")
	unpack(t, packed, path)
	db, err := cli.OpenStore(t.Context(), path, bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// TestOlderStores goes on with stores of before. What fires says ALARM again, and no second
// incident opens; its OK resolves the one that is open; steps that are owed come; and fsck
// finds nothing, also if it is the first to open the store.
func TestOlderStores(t *testing.T) {
	t.Parallel()
	for _, packed := range olderStores(t) {
		t.Run(filepath.Base(packed), func(t *testing.T) {
			slack := newSlack(t)
			r := newRig(t, slack.APIURL())
			unpack(t, packed, r.path("oncalm.db"))
			sayFsck(t, r, "3 incidents")
			unpack(t, packed, r.path("oncalm.db"))
			r.start()
			pagedFor(t, slack, "checkout-5xx-rate", "search-p99")
			for _, wrong := range goOnWithOlder(r) {
				t.Error(wrong)
			}
		})
	}
}

// goOnWithOlder lets search-p99 fire again and checkout-5xx-rate be OK, stops the program, and says what is wrong then.
func goOnWithOlder(r *rig) (wrong []string) {
	for _, body := range [][]byte{
		r.alarm("search-p99", incidents.AlarmFiring, time.Now()),
		r.alarm("checkout-5xx-rate", incidents.AlarmOK, time.Now()),
	} {
		if status := r.post(body); status != http.StatusOK {
			wrong = append(wrong, fmt.Sprintf("an alarm is answered with %d", status))
		}
	}
	if code := r.stop(); code != cli.ExitFine {
		wrong = append(wrong, fmt.Sprintf("exit %d:\n%s", code, r.logs))
	}
	out, code := r.call("fsck", "-config", r.path("oncalm.yaml"))
	if code != cli.ExitFine || !strings.Contains(out, "3 incidents") || !strings.Contains(out, "nothing is wrong") {
		wrong = append(wrong, fmt.Sprintf("fsck: exit %d: %s", code, out))
	}
	out, _ = r.call("incidents", "-config", r.path("oncalm.yaml"))
	for _, want := range []string{"1   resolved", "2   triggered", "3   resolved"} {
		if !strings.Contains(out, "\n"+want) {
			wrong = append(wrong, fmt.Sprintf("want %q in:\n%s", want, out))
		}
	}
	return wrong
}

// pagedFor waits until ana has a page for each of these.
func pagedFor(t *testing.T, slack *slackfake.Slack, names ...string) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		missing := slices.DeleteFunc(slices.Clone(names), func(name string) bool {
			tells := func(m workspace.Message) bool { return strings.Contains(m.Text, name) }
			return slices.ContainsFunc(slack.DM("U0ANA"), tells)
		})
		if len(missing) == 0 {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("no page for %v", missing)
		}
	}
}

func sayFsck(t *testing.T, r *rig, want string) {
	t.Helper()
	out, code := r.call("fsck", "-config", r.path("oncalm.yaml"))
	if code != cli.ExitFine || !strings.Contains(out, want) || !strings.Contains(out, "nothing is wrong") {
		t.Errorf("fsck: exit %d: %s", code, out)
	}
}

// TestOlderLanes holds what becomes of what was owed in lanes that had numbers: all of it stands in a lane of the name that it
// had in metrics, and what has failed or is parked is still known to be.
func TestOlderLanes(t *testing.T) {
	db := openOlder(t, "testdata/stores/2-lanes-by-number.db.gz")
	got := map[string]string{}
	err := db.View(t.Context(), func(tx store.Tx) error {
		for key := range tx.Range(outbox.EntryPrefix, store.After(outbox.EntryPrefix)) {
			e, ok := outbox.In(tx, time.Now()).Get(strings.TrimPrefix(key, outbox.EntryPrefix))
			due, parked := outbox.Places(e)
			since := string(tx.Get(due))
			switch {
			case !ok:
				got[key] = "unreadable"
			case !e.Done.IsZero():
			case tx.Get(parked) != nil:
				got[e.Key] = fmt.Sprintf("%s, parked", e.Lane)
			case tx.Get(due) == nil:
				got[e.Key] = "in no index"
			default:
				got[e.Key] = strings.TrimSuffix(fmt.Sprintf("%s, %d failures since %s", e.Lane, e.Attempt, since), ", 0 failures since ")
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"1/escalate/1.0": "decisions", "2/escalate/1.0": "decisions", "3/escalate/1.0": "decisions",
		"1/card": "chores, 1 failures since 20261130T084704.195365518", "2/card": "chores, 1 failures since 20261130T084704.208848448",
		"3/card":  "chores, 1 failures since 20261130T084704.221408481",
		"later/1": "answers, parked", "handoff/main/2026-12-07T08:00:00Z": "decisions",
		"look-ahead/Europe%2FBerlin/2026-12-07T08:00:00Z": "chores", "sweep/2026-12-01T03:17:00Z": "errands",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("what is owed (-want +got):\n%s", diff)
	}
}

// TestOlderPages holds that a page that was owed when pages were by the person is still the newest to that person, under the
// key that it had in the outbox and that Slack is asked for.
func TestOlderPages(t *testing.T) {
	db := openOlder(t, "testdata/stores/3-pages-by-person.db.gz")
	got := map[string]string{}
	err := db.View(t.Context(), func(tx store.Tx) error {
		for _, id := range []string{"1", "2", "3"} { // the last is resolved: its head is as it was
			i, err := incidents.Head(tx, id)
			if err != nil {
				return err
			}
			for key, page := range i.Pages {
				e, _ := outbox.In(tx, time.Now()).Get(key)
				got[key] = fmt.Sprintf("to %s through %s, delivered %v, owed %v, done %v",
					page.Person, page.Via, !page.Delivered.IsZero(), outbox.In(tx, time.Now()).Pending(key), !e.Done.IsZero())
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"1/page/0.0/ana": "to ana through slack, delivered true, owed false, done true",
		"2/page/0.0/ana": "to ana through slack, delivered false, owed true, done false",
		"3/page/0.0/ana": "to ana through slack, delivered false, owed true, done false",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("pages (-want +got):\n%s", diff)
	}
}

// TestOlderPageIsFound holds that a page that an earlier version has sent, without knowing it, is found by its key and not sent
// again.
func TestOlderPageIsFound(t *testing.T) {
	t.Parallel()
	var last string
	for range 3 { // a search that takes more than two seconds is given up, so that no page waits for it: here on a busy machine
		found, said := olderPage(t)
		if found {
			return
		}
		last = said
	}
	t.Errorf("the page was not found, three times:\n%s", last)
}

// olderPage tells whether a page that an older version has sent is found, and what the timeline says.
func olderPage(t *testing.T) (found bool, said string) {
	t.Helper()
	slack := newSlack(t)
	sent := `{"channel":"U0ANA","text":"sent before","metadata":{"event_type":"oncalm_page","event_payload":{"key":"2/page/0.0/ana"}}}`
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, slack.APIURL()+"chat.postMessage", strings.NewReader(sent))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+slack.Token())
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	r := newRig(t, slack.APIURL())
	unpack(t, "testdata/stores/3-pages-by-person.db.gz", r.path("oncalm.db"))
	putOff(t, r.path("oncalm.db"), "2/escalate/1.0")
	r.start()
	for end := time.Now().Add(time.Minute); !strings.Contains(said, "elivered"); time.Sleep(50 * time.Millisecond) {
		said, _ = r.call("timeline", "-config", r.path("oncalm.yaml"), "2")
		if time.Now().After(end) {
			t.Fatalf("nothing came of the page:\n%s", said)
		}
	}
	r.stop()
	if !strings.Contains(said, "Found the page to ana: an earlier attempt had delivered it") {
		return false, said
	}
	n := 0
	for _, m := range slack.DM("U0ANA") {
		if m.Metadata != nil && m.Metadata.EventPayload["key"] == "2/page/0.0/ana" {
			n++
		}
	}
	if n != 1 {
		t.Errorf("%d messages with the key of the page, want 1", n)
	}
	return true, said
}

// putOff makes what is owed due in an hour, so that it is in nobody's way.
func putOff(t *testing.T, path, key string) {
	t.Helper()
	db, err := bolt.Open(path, bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	err = db.Update(t.Context(), func(tx store.Tx) error {
		queue := outbox.In(tx, time.Now())
		e, ok := queue.Get(key)
		if !ok {
			return fmt.Errorf("%s is not owed", key)
		}
		due, _ := outbox.Places(e)
		tx.Delete(due)
		tx.Delete(outbox.EntryPrefix + key)
		e.Due = time.Now().Add(time.Hour)
		queue.Once(e)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

// otherHeads reports whether a head of an incident that is open is written in another way than this version does.
func otherHeads(tx store.Tx) bool {
	return slices.ContainsFunc(incidents.OpenIDs(tx, 0), func(id string) bool {
		i, err := incidents.Head(tx, id)
		if err != nil {
			return true
		}
		now, err := json.Marshal(i)
		return err != nil || !bytes.Equal(now, tx.Get(fmt.Sprintf("incident/%08s/head", id)))
	})
}

// TestOlderStoresControl shows that the tests above can fail: the file alone, brought up to
// checksums, is not enough for the stores whose keys and heads are others.
func TestOlderStoresControl(t *testing.T) {
	wrong := 0
	for _, packed := range olderStores(t) {
		path := filepath.Join(t.TempDir(), "oncalm.db")
		unpack(t, packed, path)
		db, err := bolt.Open(path, bolt.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		report, err := fsck.Check(t.Context(), db, time.Now(), nil)
		if err != nil {
			t.Fatal(err)
		}
		old := false
		err = db.View(t.Context(), func(tx store.Tx) error {
			old = otherHeads(tx) || string(tx.Get(store.SchemaKey)) == "4" // of which nothing is rewritten
			for key := range tx.Range("alarm/", "alarm0") {
				old = old || !strings.Contains(key, ".")
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if report.Left() || old {
			wrong++
		}
	}
	if want := len(olderStores(t)); wrong < want {
		t.Errorf("only %d of %d stores are any different: the test has no teeth", wrong, want)
	}
}

// TestRestoreRefusesNewer holds that a backup of a later version replaces nothing.
func TestRestoreRefusesNewer(t *testing.T) {
	r := newRig(t, newSlack(t).APIURL())
	db, err := cli.OpenStore(t.Context(), r.path("backup.db"), bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	err = db.Update(t.Context(), func(tx store.Tx) error {
		tx.Put(store.SchemaKey, []byte("7"))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	prepareStore(t, r.path("oncalm.db"))
	for _, args := range [][]string{{"restore", "-force", r.path("backup.db")}, {"fsck", "-store", r.path("backup.db")}, {"incidents", "-store", r.path("backup.db")},
		{"backup", "-store", r.path("backup.db"), r.path("copy.db")}} {
		out, code := r.call(append([]string{args[0], "-config", r.path("oncalm.yaml")}, args[1:]...)...)
		if code != cli.ExitNewer || !strings.Contains(out, "store v7, binary knows v5") {
			t.Errorf("%v: exit %d: %s", args, code, out)
		}
	}
	if kept, err := filepath.Glob(r.path("oncalm.db.replaced-*")); err != nil || kept != nil {
		t.Errorf("something was replaced: %v, %v", kept, err)
	}
}
