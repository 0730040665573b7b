package feed

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/bolt"
)

var noon = time.Date(2026, 3, 28, 12, 0, 0, 0, time.UTC)

func newStore(t testing.TB) *bolt.DB {
	t.Helper()
	db, err := bolt.Open(filepath.Join(t.TempDir(), "oncalm.db"), bolt.Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func change(t testing.TB, s store.Store, fn func(tx store.Tx)) {
	t.Helper()
	if err := s.Update(t.Context(), func(tx store.Tx) error { fn(tx); return nil }); err != nil {
		t.Fatal(err)
	}
}

func add(t testing.TB, tx store.Tx, f Feed, token, by string) Link {
	t.Helper()
	l, err := Add(tx, f, token, by, noon)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestLinks(t *testing.T) {
	db := newStore(t)
	feeds := []Feed{{Schedule, "payments"}, {Person, "payments"}, {Schedule, "a/b"}, {Schedule, "pay"}, {Schedule, "payments/x"}}
	tokens := map[string]Feed{}
	change(t, db, func(tx store.Tx) {
		clear(tokens)
		for _, f := range feeds {
			for _, by := range []string{"ana", ""} {
				token := NewToken()
				tokens[token] = f
				if l := add(t, tx, f, token, by); strings.Contains(sum(token), l.ID) {
					t.Errorf("the id %s is part of the hash", l.ID)
				}
			}
		}
	})
	check := func(gone Feed) {
		t.Helper()
		change(t, db, func(tx store.Tx) {
			for token, own := range tokens {
				for _, f := range feeds {
					if got, want := Allowed(tx, f, token), f == own && f != gone; got != want {
						t.Errorf("%v with a token of %v: %t, want %t", f, own, got, want)
					}
				}
				for _, wrong := range []string{"", token + "x", token[1:], strings.ToLower(token), sum(token),
					strings.Repeat("x", 1e6)} {
					if Allowed(tx, own, wrong) {
						t.Errorf("%v with %q", own, wrong)
					}
				}
			}
		})
	}
	check(Feed{})
	change(t, db, func(tx store.Tx) {
		for key, val := range tx.Range("", "") {
			for token := range tokens {
				if strings.Contains(key+string(val), token) {
					t.Errorf("the token of %v is in the store, at %s", tokens[token], key)
				}
			}
		}
		if all := All(tx); len(all) != 10 {
			t.Errorf("%d links, want 10", len(all))
		}
		if gone := Remove(tx, feeds[0], func(l Link) bool { return l.By == "bo" }); gone != nil {
			t.Errorf("revoked %v", gone)
		}
		if gone := Remove(tx, feeds[0], func(Link) bool { return true }); len(gone) != 2 || gone[0].Feed != feeds[0] {
			t.Errorf("revoked %v", gone)
		}
		var left []Feed
		for _, l := range All(tx) {
			left = append(left, l.Feed)
		}
		want := []Feed{feeds[1], feeds[1], feeds[2], feeds[2], feeds[3], feeds[3], feeds[4], feeds[4]}
		if diff := cmp.Diff(want, left); diff != "" {
			t.Errorf("left (-want +got):\n%s", diff)
		}
	})
	check(feeds[0])
}

func TestTooManyLinks(t *testing.T) {
	db := newStore(t)
	change(t, db, func(tx store.Tx) {
		for range maxLinks {
			add(t, tx, Feed{Schedule, "payments"}, NewToken(), "ana")
		}
		if _, err := Add(tx, Feed{Schedule, "payments"}, NewToken(), "ana", noon); !errors.Is(err, ErrLinks) {
			t.Errorf("one more: %v", err)
		}
		tx.Put(store.Key(keyPart, "person", "ana", "1"), []byte("not a record"))
		if Allowed(tx, Feed{Person, "ana"}, "anything") || Links(tx, Feed{Person, "ana"}) != nil {
			t.Error("a broken record opens something")
		}
	})
}

func TestAddresses(t *testing.T) {
	for f, want := range map[Feed]string{
		{Schedule, "payments"}:  "https://x.example/ical/payments.ics?token=T",
		{Person, "a/b c?#%é"}:   "https://x.example/ical/person/a%2Fb%20c%3F%23%25%C3%A9.ics?token=T",
		{Schedule, "../person"}: "https://x.example/ical/..%2Fperson.ics?token=T",
	} {
		if got := f.URL("https://x.example", "T"); got != want {
			t.Errorf("%v: %s, want %s", f, got, want)
		}
	}
}

func BenchmarkAllowed(b *testing.B) {
	db := newStore(b)
	f := Feed{Schedule, "payments"}
	change(b, db, func(tx store.Tx) {
		for range maxLinks {
			add(b, tx, f, NewToken(), "ana")
		}
	})
	token := NewToken()
	for b.Loop() {
		err := db.View(b.Context(), func(tx store.Tx) error {
			if Allowed(tx, f, token) {
				b.Fatal("let in")
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}
