package overrides_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/oncalm/oncalm/overrides"
	"github.com/oncalm/oncalm/rotations"
	"github.com/oncalm/oncalm/store"
)

// TestWhatIsPastStays holds, for any changes at any times, that nothing which people do changes who was on call, and that
// what counts is what was made last, and not taken back, or else the layers.
func TestWhatIsPastStays(t *testing.T) {
	db, book := openStore(t), bookOf("shop")

	rapid.Check(t, func(t *rapid.T) {
		err := db.Update(t.Context(), func(tx store.Tx) error {
			s := &past{t: t, tx: tx, book: book, now: midday, was: map[time.Time]string{}}
			for step := range rapid.IntRange(1, 12).Draw(t, "steps") {
				s.step(fmt.Sprintf("c%d", step))
			}
			s.check()
			return errPlayed // nothing is kept for the next play
		})
		if !errors.Is(err, errPlayed) {
			t.Fatal(err)
		}
	})
}

var errPlayed = errors.New("played")

// past is a play of changes, with what was seen when it was now.
type past struct {
	t    *rapid.T
	tx   store.Tx
	book *overrides.Book
	now  time.Time
	was  map[time.Time]string
	made []string
}

func (s *past) onCall(at time.Time) string {
	return strings.Join(s.book.OnCall(s.tx, "shop", at), " ")
}

func (s *past) step(change string) {
	if rapid.Bool().Draw(s.t, "time passes") {
		for end := s.now.Add(time.Duration(rapid.IntRange(1, 40).Draw(s.t, "hours")) * time.Hour); s.now.Before(end); {
			s.was[s.now] = s.onCall(s.now)
			s.now = s.now.Add(150 * time.Minute)
		}
	}
	if len(s.made) > 0 && rapid.IntRange(0, 2).Draw(s.t, "take back") == 0 {
		_, err := s.book.Cancel(s.tx, s.now, "ana", rapid.SampledFrom(s.made).Draw(s.t, "which"))
		if err != nil && !errors.Is(err, overrides.ErrNoChange) {
			s.t.Fatal(err)
		}
		return
	}
	person := rapid.SampledFrom([]string{"ana", "bo", "cy"})
	o := rotations.Override{
		Schedule: "shop", Person: person.Draw(s.t, "who"),
		From: s.now.Add(time.Duration(rapid.IntRange(-50, 200).Draw(s.t, "from")) * 30 * time.Minute),
	}
	o.To = o.From.Add(time.Duration(rapid.IntRange(-5, 200).Draw(s.t, "length")) * 30 * time.Minute)
	if rapid.Bool().Draw(s.t, "for somebody") {
		o.For = person.Draw(s.t, "whom")
	}
	if _, err := s.book.Make(s.tx, s.now, "ana", change, overrides.HowOverride, o); err == nil {
		s.made = append(s.made, change)
	}
}

// check looks back, and holds each answer against the plainest way to find it.
func (s *past) check() {
	for at, was := range s.was {
		if now := s.onCall(at); now != was {
			s.t.Fatalf("at %s %s was on call, and it is now said that it was %s", at, was, now)
		}
	}
	for range 20 {
		at := midday.Add(time.Duration(rapid.IntRange(0, 400).Draw(s.t, "at")) * 30 * time.Minute)
		people := s.book.Schedules["shop"].OnCall(at, nil)
		for _, o := range overrides.All(s.tx, "shop") {
			if at.Before(o.From) || !at.Before(o.Ends()) {
				continue
			}
			switch i := slices.Index(people, o.For); {
			case o.For == "":
				people = []string{o.Person}
			case i >= 0:
				people = []string{o.Person} // one person has a turn here
			}
		}
		if got, want := s.onCall(at), strings.Join(people, " "); got != want {
			s.t.Fatalf("at %s %s, want %s", at, got, want)
		}
	}
}
