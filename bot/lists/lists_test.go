package lists

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/bot/bottest"
	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/history"
)

func TestParse(t *testing.T) {
	l := Lists{Services: []string{"checkout", "Search"}}
	for typed, want := range map[string]string{
		"": "open", "all": "all 30d", "mine": "mine", "ALL sev1": "all sev1 30d", "sev2 sev1": "open sev1 sev2", "sev1,sev2": "open sev1 sev2",
		"search": "open Search", "all checkout 7d page 3": "all checkout 7d page 3", "all 7 days": "all 7d", "open 1 day": "open 1d",
		"foo": "? foo", "open sev5": "? sev5", "page": "? page", "page 0": "? page", "0d": "? 0d", "all 99999d": "? 99999d", "3": "? 3",
		"checkout-api": "? checkout-api", "all -7d": "? -7d",
	} {
		f, wrong := l.parse(chat.Tokens(typed))
		got := f.says(f.page)
		if wrong != "" {
			got = "? " + wrong
		}
		if got != want {
			t.Errorf("%q: %q, want %q", typed, got, want)
		}
		if again, _ := l.parse(chat.Tokens(got)); wrong == "" && again.says(again.page) != got {
			t.Errorf("%q does not say what it was read as", got)
		}
	}
}

func TestWorstFirst(t *testing.T) {
	at := func(s int) time.Time { return time.Unix(int64(s), 0) }
	row := func(id, severity string, opened int, status incidents.Status) history.Row {
		return history.Row{ID: id, Severity: severity, Opened: at(opened), Status: status}
	}
	rows := []history.Row{
		row("9", "sev1", 9, incidents.StatusResolved), row("10", "sev2", 5, incidents.StatusTriggered),
		row("3", "sev2", 5, incidents.StatusTriggered), row("4", "sev3", 1, incidents.StatusAcknowledged),
		row("5", "sev1", 7, incidents.StatusTriggered), row("6", "sev1", 6, incidents.StatusAcknowledged),
	}
	var got []string
	for range rows {
		least := 0
		for n := range rows {
			if worstFirst(rows[n], rows[least]) < 0 {
				least = n
			}
		}
		got = append(got, rows[least].ID)
		rows = append(rows[:least], rows[least+1:]...)
	}
	if diff := cmp.Diff([]string{"6", "5", "3", "10", "4", "9"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestHostileTexts: what outsiders wrote is only shown.
func TestHostileTexts(t *testing.T) {
	for _, s := range bottest.Nasty() {
		i := bottest.Incident(s)
		for _, status := range []incidents.Status{
			incidents.StatusTriggered, incidents.StatusAcknowledged, incidents.StatusResolved,
		} {
			i.Status = status
			m := blocks.Message{Body: []blocks.Paragraph{blocks.Para(Line(&i)), bullets([]incidents.Incident{i})}}
			bottest.Judge(t, m)
		}
		l := Lists{Services: strings.Fields("checkout search")}
		bottest.Judge(t, l.unknown(&chat.Call{Root: "/incident"}, s))
	}
}
