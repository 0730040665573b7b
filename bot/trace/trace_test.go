package trace

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/fates"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/storetest"
)

var update = flag.Bool("update", false, "write the golden files")

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// came makes a store into which messages came, from an hour before noon on.
func came(t *testing.T) store.Store {
	t.Helper()
	s := storetest.Memory()
	book := &incidents.Book{Store: s}
	at := noon.Add(-time.Hour)
	err := s.Update(t.Context(), func(tx store.Tx) error {
		by := incidents.ByAlarm("checkout-5xx")
		if _, err := book.Open(tx, at, at, by, incidents.Opened{Title: "t", Service: "checkout", Severity: "sev2"}); err != nil {
			return err
		}
		for _, b := range []incidents.Body{
			incidents.Paged{Key: "1/page/0.0/ana", Person: "ana", Via: "slack"},
			incidents.Delivered{Key: "1/page/0.0/ana", Person: "ana", Via: "slack"},
			incidents.Paged{Key: "1/page/0.0/bo", Person: "bo", Via: "sms"},
			incidents.Withheld{Key: "1/page/0.0/bo", Person: "bo", Why: "ana acknowledged before it went out"},
		} {
			if _, err := book.Append(tx, at, "1", incidents.Event{By: incidents.Oncalm(), Body: b}); err != nil {
				return err
			}
		}
		for n, p := range []fates.Part{
			{Name: "checkout-5xx", State: "ALARM", Treat: "page", Severity: "sev2", Outcome: "opened", Incident: "1"},
			{Name: "checkout-5xx", State: "ALARM", Treat: "page", Severity: "sev2", Outcome: "repeated", Incident: "1"},
			{Name: "nightly-copy", State: "ALARM", Treat: "quiet", Severity: "sev4", Outcome: "opened", Incident: "12", Why: "sev4 is quiet"},
			{Name: "deployed <!channel> *x*", Treat: "marker", Outcome: "changed"},
			{Name: "checkout-5xx", State: "OK", Treat: "resolve", Outcome: "resolved", Incident: "1"},
		} {
			came := at.Add(time.Duration(n) * time.Minute)
			f := fates.Fate{ID: came.Format("20060102T150405.000.") + fmt.Sprint("id-", n), At: came, Parts: []fates.Part{p}}
			if err := fates.Save(tx, f); err != nil {
				return err
			}
		}
		tx.Put("refused/E1014", []byte(`{"code":"E1014","hours":{"2026-03-02T11":3000},"newest":[{"at":"2026-03-02T11:30:00Z",`+
			`"code":"E1014","text":"the signature does not match <!channel>"}]}`))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestTrace holds what people read, and that what outsiders wrote is a text in it.
func TestTrace(t *testing.T) {
	word := Word(&incidents.Book{Store: came(t)})
	var b strings.Builder
	for _, said := range []string{"", "1", "#12", "CHECKOUT", "id-3", "<!channel>", "nothing"} {
		c := &chat.Call{Now: noon}
		if said != "" {
			c.Args = []chat.Token{{Text: said}}
		}
		m, err := word.Show(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		if blocks := string(m.Blocks()); strings.Contains(blocks, "<!channel>") && !strings.Contains(blocks, `"type":"rich_text"`) {
			t.Errorf("%q: %s", said, blocks)
		}
		fmt.Fprintf(&b, "/oncall trace %s\n%s\n\n", said, m.Text(time.UTC))
	}
	const path = "testdata/trace.txt"
	if *update {
		if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), b.String()); diff != "" {
		t.Errorf("%s (-want +got; -update writes it):\n%s", path, diff)
	}
}

// TestBound holds that a reply has few messages, the newest first, however many came.
func TestBound(t *testing.T) {
	s := storetest.Memory()
	err := s.Update(t.Context(), func(tx store.Tx) error {
		for n := range 300 {
			at := noon.Add(-time.Duration(n) * time.Second)
			f := fates.Fate{ID: at.Format("20060102T150405.000.") + fmt.Sprint(n), At: at}
			for range 30 {
				f.Parts = append(f.Parts, fates.Part{Name: fmt.Sprint("alarm-", n), Outcome: "noted"})
			}
			if err := fates.Save(tx, f); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	m, err := Word(&incidents.Book{Store: s}).Show(t.Context(), &chat.Call{Now: noon})
	if err != nil {
		t.Fatal(err)
	}
	if lines := len(m.Body[1].Lines); lines > 2*most || !strings.Contains(m.Text(time.UTC), "alarm-0") {
		t.Errorf("%d lines: %s", lines, m.Text(time.UTC))
	}
}
