package changes

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/storetest"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// save keeps markers of these ids, a minute apart from noon on.
func save(t *testing.T, s store.Store, ids ...string) {
	t.Helper()
	err := s.Update(t.Context(), func(tx store.Tx) error {
		for n, id := range ids {
			if err := Save(tx, Change{At: noon.Add(time.Duration(n) * time.Minute), ID: id, Title: "deployed " + id}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func between(t *testing.T, s store.Store, from, to time.Time) (ids []string, err error) {
	t.Helper()
	viewErr := s.View(t.Context(), func(tx store.Tx) error {
		var found []Change
		found, err = Between(tx, from, to)
		for _, c := range found {
			ids = append(ids, c.ID)
		}
		return nil
	})
	if viewErr != nil {
		t.Fatal(viewErr)
	}
	return ids, err
}

// TestBetween holds that markers come in the order of time, from the first instant until before the last, and once each.
func TestBetween(t *testing.T) {
	s := storetest.Memory()
	save(t, s, "b", "a/1", "c")
	save(t, s, "b")
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		from, to time.Time
		want     []string
	}{
		{noon, noon.Add(2 * time.Minute), []string{"b", "a/1"}},
		{noon.In(berlin), noon.Add(time.Hour).In(berlin), []string{"b", "a/1", "c"}},
		{noon.Add(time.Nanosecond), noon.Add(time.Hour), []string{"a/1", "c"}},
		{noon.Add(-time.Hour), noon, nil},
	} {
		got, err := between(t, s, tt.from, tt.to)
		if diff := cmp.Diff(tt.want, got); diff != "" || err != nil {
			t.Errorf("from %v to %v: %v (-want +got):\n%s", tt.from, tt.to, err, diff)
		}
	}
}

// TestDamagedMarker holds that what cannot be read is named, with what came before it.
func TestDamagedMarker(t *testing.T) {
	s := storetest.Memory()
	save(t, s, "good")
	key := keyAt(noon.Add(time.Minute)) + "/bad"
	if err := s.Update(t.Context(), func(tx store.Tx) error { tx.Put(key, []byte("{")); return nil }); err != nil {
		t.Fatal(err)
	}
	got, err := between(t, s, noon, noon.Add(time.Hour))
	if want := key + ": unexpected end of JSON input"; err == nil || err.Error() != want || len(got) != 1 {
		t.Errorf("%v, %v; want %s", got, err, want)
	}
}

func TestSweep(t *testing.T) {
	s := storetest.Memory()
	save(t, s, "first", "second")
	for _, tt := range []struct {
		now  time.Time
		want int
	}{{noon.Add(Kept), 0}, {noon.Add(Kept + time.Second), 1}, {noon.Add(Kept + time.Hour), 1}, {noon.Add(2 * Kept), 0}} {
		if got, err := Sweep(t.Context(), s, tt.now); got != tt.want || err != nil {
			t.Errorf("at %v %d markers were deleted (%v), want %d", tt.now, got, err, tt.want)
		}
	}
}
