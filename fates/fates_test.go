package fates

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/record/recordtest"
	"github.com/oncalm/oncalm/store/storetest"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func TestRecord(t *testing.T) { recordtest.Check(t, (*Fate).fields) }

func update(t *testing.T, s store.Store, fn func(store.Tx) error) {
	t.Helper()
	if err := s.Update(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

// came keeps the fates of messages that were sent at a time and came in after a delay.
func came(t *testing.T, s store.Store, sent time.Time, delay time.Duration, names ...string) {
	t.Helper()
	update(t, s, func(tx store.Tx) error {
		for _, name := range names {
			f := Fate{ID: sent.Format(keyTime) + "id/" + name, At: sent.Add(delay),
				Parts: []Part{{Name: name, Outcome: "opened", Incident: "7"}}}
			f.SetText("text of\n" + name)
			if err := Save(tx, f); err != nil {
				return err
			}
		}
		return nil
	})
}

// TestOf holds that the fate of a message is found by what the message is known by, whatever outsiders put into that, and
// that a value which cannot be read says all the same that the message came.
func TestOf(t *testing.T) {
	s := storetest.Memory()
	came(t, s, noon, time.Second, "a")
	update(t, s, func(tx store.Tx) error {
		f, ok := Of(tx, "20260302T120000.000.id/a")
		if text, kept := f.Text(); !ok || f.Incident() != "7" || text != "text of\na" || !kept || f.MessageID() != "id/a" {
			t.Errorf("%+v, %v", f, ok)
		}
		if _, ok := Of(tx, "20260302T120000.000.id"); ok {
			t.Error("a message that never came has a fate")
		}
		tx.Put(keyOf("x"), []byte("{"))
		if _, ok := Of(tx, "x"); !ok {
			t.Error("a message of which the fate cannot be read is taken for new")
		}
		return nil
	})
}

// TestText holds that a text comes back letter by letter, and that what is kept of one has a bound.
func TestText(t *testing.T) {
	noise := make([]byte, 300<<10)
	random := rand.NewChaCha8([32]byte{1})
	_, _ = random.Read(noise)
	for name, tt := range map[string]struct {
		text string
		kept bool
		most int
	}{
		"empty":      {"", true, 0},
		"short":      {`{"AlarmName":"checkout"}`, true, 100},
		"long":       {strings.Repeat("word ", 50_000), true, 4 << 10},
		"a bomb":     {strings.Repeat("\x00", unpacked), true, 8 << 10},
		"too long":   {strings.Repeat("\x00", unpacked+1), false, 8 << 10},
		"only noise": {base64.StdEncoding.EncodeToString(noise), false, 0},
	} {
		f := Fate{ID: "x", At: noon}
		f.SetText(tt.text)
		s := storetest.Memory()
		update(t, s, func(tx store.Tx) error { return Save(tx, f) })
		update(t, s, func(tx store.Tx) error {
			f, _ := Of(tx, "x")
			text, kept := f.Text()
			if kept != tt.kept || kept && text != tt.text || len(f.raw) > tt.most {
				t.Errorf("%s: %d bytes came back (%v), %d are kept", name, len(text), kept, len(f.raw))
			}
			return nil
		})
	}
}

func names(all []Fate) string {
	var s []string
	for _, f := range all {
		s = append(s, f.Parts[0].Name)
	}
	return strings.Join(s, " ")
}

// TestBetween holds that it counts when a message came, not when it was sent, and that a list of any length is read to its end.
func TestBetween(t *testing.T) {
	s := storetest.Memory()
	came(t, s, noon.Add(-75*time.Minute), 75*time.Minute, "late")
	came(t, s, noon.Add(-time.Minute), 0, "before")
	came(t, s, noon, time.Second, "b", "a")
	came(t, s, noon.Add(time.Hour), 0, "after")
	for i := range 3 * readAtOnce / 100 {
		var many []string
		for n := range 100 {
			many = append(many, fmt.Sprint("many-", i, "-", n))
		}
		came(t, s, noon.Add(48*time.Hour), 0, many...)
	}
	between := func(from, to time.Time) (all []Fate) {
		if err := Between(t.Context(), s, from, to, func(f Fate) error { all = append(all, f); return nil }); err != nil {
			t.Fatal(err)
		}
		return all
	}
	if got := names(between(noon, noon.Add(time.Hour))); got != "late a b" {
		t.Errorf("from noon on: %s", got)
	}
	if n := len(between(noon.Add(47*time.Hour), noon.Add(49*time.Hour))); n != 3*readAtOnce {
		t.Errorf("%d of many", n)
	}
	stop := errors.New("stop")
	if err := Between(t.Context(), s, noon, noon.Add(time.Hour), func(Fate) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("error %v", err)
	}
}

func TestNewest(t *testing.T) {
	s := storetest.Memory()
	came(t, s, noon.Add(-6*24*time.Hour), 0, "oldest")
	came(t, s, noon.Add(-30*time.Hour), 0, "older")
	came(t, s, noon.Add(-time.Minute), 0, "new")
	came(t, s, noon, 0, "newest")
	for _, tt := range []struct {
		since time.Duration
		limit int
		want  string
	}{{Kept, 10, "newest new older oldest"}, {Kept, 3, "newest new older"}, {Kept, 1, "newest"}, {24 * time.Hour, 10, "newest new"}} {
		got, err := Newest(t.Context(), s, noon.Add(-tt.since), noon, tt.limit, func(*Fate) bool { return true })
		if names(got) != tt.want || err != nil {
			t.Errorf("%v: %s, %v", tt, names(got), err)
		}
	}
	got, err := Newest(t.Context(), s, noon.Add(-Kept), noon, 10, func(f *Fate) bool { return f.Parts[0].Name == "older" })
	if names(got) != "older" || err != nil {
		t.Errorf("one of them: %s, %v", names(got), err)
	}
}

func TestSweep(t *testing.T) {
	s := storetest.Memory()
	came(t, s, noon, time.Minute, "a", "b")
	came(t, s, noon.Add(time.Hour), 0, "c")
	update(t, s, func(tx store.Tx) error {
		return addTo(tx, noon, "E1", &Tally{Hours: map[string]int{noon.Format(hourKey): 3}})
	})
	for _, tt := range []struct {
		at   time.Time
		want int
	}{{noon.Add(Kept), 0}, {noon.Add(Kept + time.Second), 2}, {noon.Add(Kept + 2*time.Hour), 2}, {noon.Add(2 * Kept), 0}} {
		if n, err := Sweep(t.Context(), s, tt.at); n != tt.want || err != nil {
			t.Errorf("at %v: %d, %v; want %d", tt.at, n, err, tt.want)
		}
	}
}

// TestFlood holds that refused messages are counted however many there are, that what is kept of them has a bound, and that
// they cost one commit in half a minute.
func TestFlood(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		commits := 0
		s := &counting{Store: storetest.Memory(), commits: &commits}
		r := &Refused{Store: s, Log: slog.New(slog.DiscardHandler)}
		ctx, cancel := context.WithCancel(t.Context())
		go r.Run(ctx)
		hostile, long := strings.Repeat("\u202ex\x1b", 500), strings.Repeat("t", 1<<20)
		for range 100 {
			for n := range 100 {
				r.Note(Refusal{Code: "E1014", Text: hostile, ID: fmt.Sprint(n), Topic: long})
			}
			time.Sleep(time.Second)
		}
		r.Note(Refusal{Code: "E1010", Text: "topic"})
		cancel()
		synctest.Wait()
		if commits > 5 {
			t.Errorf("%d commits in 100 s", commits)
		}
		update(t, s, func(tx store.Tx) error {
			size := 0
			for _, val := range tx.Range(refusedPrefix, store.After(refusedPrefix)) {
				size += len(val)
			}
			all := RefusedSince(tx, time.Now().Add(-time.Hour))
			if len(all) != 2 || all[1].Times() != 10_000 || len(all[1].Newest) != newestKept || size > 32<<10 {
				t.Fatalf("%d bytes: %+v", size, all)
			}
			if newest := all[1].Newest[newestKept-1]; newest.ID != "99" || strings.ContainsAny(newest.Text, "\x1b\u202e") {
				t.Errorf("the newest is %+v", newest)
			}
			return nil
		})
	})
}

// counting counts commits, and can fail.
type counting struct {
	store.Store
	commits *int
	err     error
}

func (c *counting) Update(ctx context.Context, fn func(store.Tx) error) error {
	if c.err != nil {
		return c.err
	}
	*c.commits++
	return c.Store.Update(ctx, fn)
}

// TestRefusedWhileTheDiskIsFull holds that nothing is forgotten that could not be written.
func TestRefusedWhileTheDiskIsFull(t *testing.T) {
	commits := 0
	s := &counting{Store: storetest.Memory(), commits: &commits, err: store.ErrFull}
	r := &Refused{Store: s}
	r.Note(Refusal{Code: "E1", ID: "1"})
	if err := r.Write(t.Context()); !errors.Is(err, store.ErrFull) {
		t.Fatalf("error %v", err)
	}
	r.Note(Refusal{Code: "E1", ID: "2"})
	r.Note(Refusal{Code: "E2", ID: "3"})
	s.err = nil
	if err := r.Write(t.Context()); err != nil {
		t.Fatal(err)
	}
	var ids []string
	update(t, s, func(tx store.Tx) error {
		for _, tally := range RefusedSince(tx, time.Now().Add(-time.Hour)) {
			for _, m := range tally.Newest {
				ids = append(ids, m.ID)
			}
		}
		return nil
	})
	if diff := cmp.Diff([]string{"1", "2", "3"}, ids); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if err := (*Refused)(nil).Write(t.Context()); err != nil {
		t.Error(err)
	}
	(*Refused)(nil).Note(Refusal{})
}
