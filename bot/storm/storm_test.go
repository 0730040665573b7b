package storm

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/bot/bottest"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/record/recordtest"
	"github.com/oncalm/oncalm/store/storetest"
)

func at(minute int) time.Time { return time.Date(2026, 3, 11, 14, minute, 0, 0, time.UTC) }

// taken is what those incidents amount to.
func taken(all ...incidents.Incident) tally {
	t := tally{severities: map[string]int{}, services: map[string]count{}, paged: map[string]int{}}
	for n := range all {
		t.add(&all[n], at(10))
	}
	return t
}

func opened(service, severity string) incidents.Incident {
	return incidents.Incident{
		ID: "7", Title: service, Service: service, Severity: severity, Status: incidents.StatusTriggered, Opened: at(2),
	}
}

// TestWorstFirst: services stand in the order of what is worst of them, and those of the list as well.
func TestWorstFirst(t *testing.T) {
	all := []incidents.Incident{
		opened("a", incidents.Sev3), opened("a", incidents.Sev3), opened("b", incidents.Sev2), opened("c", incidents.Sev2),
		opened("c", incidents.Sev2), opened("d", incidents.Sev4), opened("e", incidents.Sev1),
	}
	for n := range 9 {
		all = append(all, opened("quiet"+string(rune('0'+n)), incidents.Sev4))
	}
	var got []string
	for _, l := range taken(all...).lines() {
		got = append(got, l.Plain(time.UTC))
	}
	want := []string{"e: 🔴 1 sev1", "c: 🟠 2 sev2", "b: 🟠 1 sev2", "a: 🟡 2 sev3", "d: 🔵 1 sev4", "quiet0: 🔵 1 sev4", "quiet1: 🔵 1 sev4",
		"quiet2: 🔵 1 sev4", "and 6 on 6 other services"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestMessagesFromHostileTexts(t *testing.T) {
	for _, s := range bottest.Nasty() {
		i := bottest.Incident(s)
		i.Service = s
		i.Pages = map[string]incidents.PageState{"1": {Person: s}}
		for _, r := range []state{{Since: at(1)}, {Since: at(1), Over: at(5)}} {
			bottest.Judge(t, message(1, r, taken(i, i)))
		}
		var open []*incidents.Incident
		for range 70 {
			open = append(open, &i)
		}
		for _, from := range []int{0, page, 3 * page} {
			m := listMessage("/incident", 1, from, open)
			buttons := map[string]bool{}
			for _, row := range m.Rows {
				for _, b := range row {
					buttons[b.Action] = true
				}
			}
			if len(buttons) == 0 {
				t.Error("a list without buttons")
			}
			if err := blocks.Validate(m.Blocks()); err != nil && !strings.Contains(err.Error(), "action_id") { // the same incident, many times
				t.Error(err)
			}
		}
	}
}

// TestStormsByNumber: what opens while a storm lasts belongs to it without a row, and to no other; what a person opens does not, and
// rows say otherwise.
func TestStormsByNumber(t *testing.T) {
	s := storetest.Memory()
	err := s.Update(t.Context(), func(tx store.Tx) error {
		tx.Put(incidents.CounterKey, []byte("40"))
		tx.Put(nowKey, []byte("3"))
		tx.Put(memberKey("12"), []byte("0"))
		tx.Put(memberKey("5"), []byte("1"))
		tx.Put(memberKey("21"), []byte("3"))
		return errors.Join(saveCard(tx, 1, state{From: 10, To: 20}), saveCard(tx, 3, state{From: 38}))
	})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]int{"5": 1, "10": 1, "20": 1, "21": 3, "38": 3, "40": 3}
	got := map[string]int{}
	err = s.View(t.Context(), func(tx store.Tx) error {
		for _, id := range []string{"4", "5", "9", "10", "12", "20", "21", "22", "37", "38", "40"} {
			if n, ok := stormOf(tx, id); ok {
				got[id] = n
			}
		}
		for n, want := range map[int]string{1: "5 10 11 13 14 15 16 17 18 19 20", 3: "21 38 39 40"} {
			r, err := readCard(tx, n)
			if all := strings.Join(members(tx, n, *r), " "); err != nil || all != want {
				t.Errorf("members of %d: %s, want %s (%v)", n, all, want, err)
			}
		}
		return nil
	})
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
}

func TestRecord(t *testing.T) { recordtest.Check(t, (*state).fields) }
