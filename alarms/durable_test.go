package alarms

import (
	"net/http"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/oncalm/oncalm/alarms/aws"
	"github.com/oncalm/oncalm/alarms/sns"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/history"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/bolt"
)

// TestOverARealStore: many alarms at once, each sent several times, over the store on
// disk: an incident for each, and after a restart they are still there.
func TestOverARealStore(t *testing.T) {
	const alarms, copies = 40, 5
	path := filepath.Join(t.TempDir(), "oncalm.db")
	db := must[*bolt.DB](t)(bolt.Open(path, bolt.Options{}))
	d := newDoorRig(t)
	d.intake.Book = &incidents.Book{Store: db}
	var all sync.WaitGroup
	for n := range alarms {
		body := must[[]byte](t)(d.topic.Alarm(aws.Example{Name: "checkout-" + string(rune('A'+n)), At: time.Now()}))
		for range copies {
			all.Go(func() {
				if status, a := d.post(body); status != http.StatusOK {
					t.Errorf("%d %s", status, a)
				}
			})
		}
	}
	all.Wait()
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if status, _ := d.post(d.sign(sns.Post{Message: "m"})); status != http.StatusServiceUnavailable {
		t.Errorf("with the store closed: %d", status)
	}
	db = must[*bolt.DB](t)(bolt.Open(path, bolt.Options{MustExist: true}))
	defer db.Close()
	titles := map[string]int{}
	err := db.View(t.Context(), func(tx store.Tx) error {
		found, err := history.Newest(tx, 1000)
		for _, i := range found {
			titles[i.Title]++
		}
		return err
	})
	if err != nil || len(titles) != alarms {
		t.Errorf("%d incidents (%v), want %d", len(titles), err, alarms)
	}
	for title, n := range titles {
		if n != 1 {
			t.Errorf("%s has %d incidents", title, n)
		}
	}
}
