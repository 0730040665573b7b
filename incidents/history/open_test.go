package history_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/history"
	"github.com/oncalm/oncalm/store"
)

func TestNewest(t *testing.T) {
	k := newKept(t)
	k.open(12)
	k.update(func(tx store.Tx) error {
		newest, err := history.Newest(tx, 2)
		if err != nil || len(newest) != 2 || newest[0].ID != "12" || newest[1].ID != "11" {
			t.Errorf("the newest two: %v, %v", newest, err)
		}
		return nil
	})
}

// TestOpenSaysHowTheyStand: the list of what is open counts by status without the heads, and with them where a version before has
// said nothing.
func TestOpenSaysHowTheyStand(t *testing.T) {
	k := newKept(t)
	k.open(6)
	k.append(incidents.Acknowledged{}, "1", "2", "3")
	k.append(incidents.Escalated{}, "3")
	k.append(incidents.Resolved{}, "4")
	want := map[incidents.Status]int{incidents.StatusAcknowledged: 2, incidents.StatusTriggered: 3}
	count := func(when string) {
		k.update(func(tx store.Tx) error {
			counts, err := history.CountOpen(tx)
			if diff := cmp.Diff(want, counts); diff != "" {
				t.Errorf("%s (-want +got):\n%s", when, diff)
			}
			return err
		})
	}
	count("open")
	k.update(func(tx store.Tx) error {
		tx.Put("open/00000001", []byte{})
		tx.Put("open/00000005", nil)
		return nil
	})
	count("where a version before has written")
}
