package proof_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/paging"
	"github.com/oncalm/oncalm/reach"
	"github.com/oncalm/oncalm/reach/notes"
	"github.com/oncalm/oncalm/reach/proof"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/bolt"
)

// house is a store, and a channel that keeps what it is to say.
type house struct {
	*testing.T
	db       *bolt.DB
	path     string
	contacts *proof.Contacts
	sender   *notes.Sender
	phones   map[string]string
	said     []reach.Note
	fail     error
	told     []error
	now      time.Time
}

// Say implements [reach.Sayer].
func (h *house) Say(_ context.Context, _ string, n reach.Note) (paging.Receipt, error) {
	if h.fail == nil {
		h.said = append(h.said, n)
	}
	return paging.Receipt{}, h.fail
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{T: t, path: filepath.Join(t.TempDir(), "p.db"), phones: map[string]string{"ana": "+4915112345678"}, now: time.Now()}
	db, err := bolt.Open(h.path, bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	h.db = db
	h.contacts = &proof.Contacts{People: []string{"ana", "bo"}, Of: func(p, _ string) string { return h.phones[p] }, Token: "xoxb-secret",
		Uses:   func(string) []string { return []string{reach.SMS} },
		Failed: func(_ store.Tx, _ time.Time, _, _ string, err error) { h.told = append(h.told, err) }}
	h.sender = &notes.Sender{Store: db, Sayers: map[string]reach.Sayer{reach.SMS: h}, Log: slog.New(slog.DiscardHandler),
		Purposes: map[string]notes.Purpose{proof.Purpose: h.contacts}}
	return h
}

func (h *house) update(do func(tx store.Tx)) {
	h.Helper()
	if err := h.db.Update(h.Context(), func(tx store.Tx) error { do(tx); return nil }); err != nil {
		h.Fatal(err)
	}
}

// owed are the entries that wait.
func (h *house) owed() (all []outbox.Entry) {
	h.update(func(tx store.Tx) {
		for k := range tx.Range("outbox/entry/note/", store.After("outbox/entry/note/")) {
			if e, ok := outbox.In(tx, h.now).Get(strings.TrimPrefix(k, "outbox/entry/")); ok {
				all = append(all, e)
			}
		}
	})
	return all
}

// ask asks for a code and sends it, and returns it.
func (h *house) ask() (code string) {
	h.Helper()
	h.update(func(tx store.Tx) {
		if err := h.contacts.Ask(tx, h.now, "ana", reach.SMS); err != nil {
			h.Fatal(err)
		}
	})
	all, before := h.owed(), len(h.said)
	for _, e := range all {
		h.send(e)
	}
	if len(h.said) != before+1 {
		h.Fatalf("%d codes were sent", len(h.said)-before)
	}
	n := h.said[before]
	if !strings.Contains(n.Text, n.Code) || !regexp.MustCompile(`^[0-9]{6}$`).MatchString(n.Code) {
		h.Fatalf("%+v", n)
	}
	return n.Code
}

// send works an entry off; what was sent before is of no use.
func (h *house) send(e outbox.Entry) {
	h.Helper()
	done, err := h.sender.Handlers()[notes.Kind](h.Context(), e)
	if err != nil {
		h.Fatal(err)
	}
	h.update(func(tx store.Tx) {
		if err := done(tx); err != nil {
			h.Fatal(err)
		}
	})
}

func (h *house) prove(code string) (v proof.Verdict, left int) {
	h.Helper()
	h.update(func(tx store.Tx) { v, left = h.contacts.Prove(tx, h.now, "ana", reach.SMS, code) })
	return v, left
}

func (h *house) look() (s proof.State) {
	h.Helper()
	h.update(func(tx store.Tx) { s = h.contacts.Look(tx, h.now, "ana", reach.SMS) })
	return s
}

func (h *house) who(phone string) (person string) {
	h.Helper()
	h.update(func(tx store.Tx) { person, _ = h.contacts.Who(tx, h.now, reach.SMS, phone) })
	return person
}

func wrong(code string) string {
	if code == "000000" {
		return "000001"
	}
	return "000000"
}

func TestProof(t *testing.T) {
	h := newHouse(t)
	if s := h.look(); s.Proven || !s.There || s.Says(h.now) != "not proven" {
		t.Errorf("at first: %+v", s)
	}
	if v, _ := h.prove("123456"); v != proof.None {
		t.Errorf("before one was asked for: %s", v)
	}
	code := h.ask()
	for _, bad := range []string{wrong(code), "", code + "0", code[:5]} {
		if v, _ := h.prove(bad); v != proof.Wrong {
			t.Errorf("%q: %s", bad, v)
		}
	}
	if v, _ := h.prove(code); v != proof.Proven {
		t.Fatalf("the code: %s", v)
	}
	if v, _ := h.prove(code); v != proof.None {
		t.Errorf("the code again: %s", v)
	}
	if s := h.look(); !s.Proven || !s.At.Equal(h.now) || h.who(h.phones["ana"]) != "ana" || h.who("") != "" {
		t.Errorf("then: %+v", s)
	}
	h.phones["ana"] = "+4915112345679"
	if s := h.look(); s.Proven || h.who("+4915112345678") != "" || h.who("+4915112345679") != "" {
		t.Errorf("with another number: %+v", s)
	}
	h.phones["ana"] = "+4915112345678"
	h.now = h.now.Add(91 * 24 * time.Hour)
	if s := h.look(); !s.Proven || !s.Old || s.Says(h.now) != "proven 91 days ago" {
		t.Errorf("long after: %+v", s)
	}
	h.phones["bo"] = h.phones["ana"] // whose proof is that now?
	if who := h.who(h.phones["ana"]); who != "ana" {
		t.Errorf("the number is that of %q", who)
	}
	h.update(func(tx store.Tx) { h.contacts.SetBack(tx, h.now, "ana", reach.SMS, "it answered STOP") })
	if s := h.look(); s.Proven || s.Says(h.now) != "not proven: it answered STOP" {
		t.Errorf("set back: %+v", s)
	}
}

func TestCodesEnd(t *testing.T) {
	h := newHouse(t)
	code := h.ask()
	for n := range 5 {
		v, left := h.prove(wrong(code))
		if want := proof.Wrong; n < 4 && (v != want || left != 4-n) {
			t.Errorf("try %d: %s, %d left", n+1, v, left)
		}
	}
	if v, _ := h.prove(code); v != proof.Spent {
		t.Errorf("after five tries the code is %s", v)
	}
	first := h.ask()
	second := h.ask()
	if v, _ := h.prove(first); v == proof.Proven && first != second {
		t.Error("the code before the last one serves")
	}
	h.now = h.now.Add(proof.Valid)
	if v, _ := h.prove(second); v != proof.Expired {
		t.Errorf("after ten minutes the code is %s", v)
	}
	third := h.ask()
	h.phones["ana"] = "+4915112345679"
	if v, _ := h.prove(third); v != proof.Expired {
		t.Errorf("the code for another number is %s", v)
	}
	h.ask()
	h.update(func(tx store.Tx) {
		if err := h.contacts.Ask(tx, h.now, "ana", reach.SMS); !errors.Is(err, proof.ErrTooMany) {
			t.Errorf("the sixth code within an hour: %v", err)
		}
		if err := h.contacts.Ask(tx, h.now, "cy", reach.SMS); !errors.Is(err, proof.ErrNoContact) {
			t.Errorf("a code to nowhere: %v", err)
		}
		if err := h.contacts.Ask(tx, h.now.Add(time.Hour), "ana", reach.SMS); err != nil {
			t.Errorf("an hour later: %v", err)
		}
	})
}

// TestNoCodeInTheStore: neither codes nor contacts are in the store's file, and another token makes other codes.
func TestNoCodeInTheStore(t *testing.T) {
	h := newHouse(t)
	code := h.ask()
	file, err := os.ReadFile(h.path)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(file, []byte(h.phones["ana"][1:])) || bytes.Contains(file, []byte(code)) {
		t.Error("the store has the number or the code")
	}
	other := 0
	for n := range 3 { // one in a million is the same
		h.contacts.Token = fmt.Sprint("xoxb-", n)
		if v, _ := h.prove(code); v == proof.Wrong {
			other++
		}
	}
	if other < 2 {
		t.Error("the code does not depend on the token")
	}
}

// TestACodeIsSentOnce: after a crash in the midst of an attempt it is not sent again, and who asked for it is told; what surely was not
// sent is.
func TestACodeIsSentOnce(t *testing.T) {
	h := newHouse(t)
	h.update(func(tx store.Tx) { _ = h.contacts.Ask(tx, h.now, "ana", reach.SMS) })
	e := h.owed()[0]
	handler := h.sender.Handlers()[notes.Kind]
	h.fail = errors.New("503")
	if _, err := handler(t.Context(), e); err == nil {
		t.Fatal("no error")
	}
	h.fail = nil
	if _, err := handler(t.Context(), e); err != nil || len(h.said) != 1 { // it dies before it commits
		t.Fatalf("%d codes, %v", len(h.said), err)
	}
	h.send(e)
	if len(h.said) != 1 || len(h.told) != 1 || !errors.Is(h.told[0], notes.ErrUnknown) {
		t.Errorf("%d codes; told %v", len(h.said), h.told)
	}
	h.update(func(tx store.Tx) { _ = h.contacts.Ask(tx, h.now, "ana", reach.SMS) })
	h.fail = &paging.Undeliverable{Err: &reach.Dead{Err: errors.New("AWS answered OptedOut")}}
	for _, e := range h.owed() {
		h.send(e)
	}
	if s := h.look(); s.Back != "AWS answered OptedOut" || len(h.told) != 2 {
		t.Errorf("%+v; told %v", s, h.told)
	}
	h.fail = nil
	h.ask()
	left := 0
	h.update(func(tx store.Tx) {
		for range tx.Range("sending/", store.After("sending/")) {
			left++
		}
	})
	if left != 0 {
		t.Errorf("%d marks of attempts are left", left)
	}
}
