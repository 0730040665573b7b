package replies_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/oncalm/oncalm/alarms/sns"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/reach"
	"github.com/oncalm/oncalm/reach/notes"
	"github.com/oncalm/oncalm/reach/proof"
	"github.com/oncalm/oncalm/reach/replies"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/storetest"
)

const (
	topic = "arn:aws:sns:eu-central-1:123456789012:sms-replies"
	phone = "+4915112345678"
)

// desk is who takes answers by SMS, of which ana's number is proven.
type desk struct {
	*testing.T
	taker *replies.Taker
	sent  int
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	db := storetest.Memory()
	contacts := &proof.Contacts{People: []string{"ana"}, Of: func(string, string) string { return phone }, Token: "xoxb-secret"}
	d := &desk{T: t, taker: &replies.Taker{Topics: []string{topic}, Book: &incidents.Book{Store: db}, Contacts: contacts,
		May: func(string) bool { return true }}}
	d.update(func(tx store.Tx) error {
		if err := contacts.Ask(tx, time.Now(), "ana", reach.SMS); err != nil {
			return err
		}
		var kept struct {
			Asked struct{ Text string }
		}
		if err := json.Unmarshal(tx.Get("proof/of/ana/sms"), &kept); err != nil {
			return err
		}
		n, _, err := contacts.Note(tx, time.Now(),
			notes.Debt{Person: "ana", Via: reach.SMS, About: outbox.Body(kept.Asked.Text)})
		if err != nil {
			return err
		}
		if v, _ := contacts.Prove(tx, time.Now(), "ana", reach.SMS, n.Code); v != proof.Proven {
			return fmt.Errorf("the code %q is %s", n.Code, v)
		}
		return nil
	})
	return d
}

func (d *desk) update(do func(tx store.Tx) error) {
	d.Helper()
	if err := d.taker.Book.Store.Update(d.Context(), do); err != nil {
		d.Fatal(err)
	}
}

// open opens an incident.
func (d *desk) open(at time.Time) (id string) {
	d.Helper()
	d.update(func(tx store.Tx) error {
		i, err := d.taker.Book.Open(tx, at, at, incidents.Oncalm(), incidents.Opened{Title: "t", Service: "s", Severity: "sev1"})
		id = i.ID
		return err
	})
	return id
}

func (d *desk) append(at time.Time, id string, by incidents.Actor, body incidents.Body) {
	d.Helper()
	d.update(func(tx store.Tx) error {
		_, err := d.taker.Book.Append(tx, at, id, incidents.Event{By: by, Body: body})
		return err
	})
}

// texts has an SMS come in, and returns the help that it is answered with; empty if there is none.
func (d *desk) texts(body string, sent, received time.Time) (help string) {
	d.Helper()
	d.sent++
	v := &sns.Verified{Envelope: sns.Envelope{Type: sns.Notification, TopicARN: topic, MessageID: fmt.Sprint("m-", d.sent),
		Message: fmt.Sprintf(`{"originationNumber":%q,"messageBody":%q}`, phone, body), Sent: sent}, Received: received}
	if _, err := d.taker.Take(d.Context(), v); err != nil {
		d.Fatalf("%q: %v", body, err)
	}
	d.update(func(tx store.Tx) error {
		e, ok := outbox.In(tx, received).Get(store.Key("note", replies.Purpose) + "/" + store.Key("ana", v.ID()))
		if !ok {
			return nil
		}
		var debt notes.Debt
		if err := e.Decode(&debt); err != nil {
			return err
		}
		n, _, err := d.taker.Note(tx, received, debt)
		help = n.Text
		return err
	})
	return help
}

func (d *desk) status(id string) (s incidents.Status) {
	d.Helper()
	d.update(func(tx store.Tx) error {
		i, err := incidents.Head(tx, id)
		s = i.Status
		return err
	})
	return s
}

// TestLate: an SMS that SNS brings late answers what its sender can have known of, and nothing that began after it.
func TestLate(t *testing.T) {
	const minute = time.Minute
	for name, tt := range map[string]struct {
		body   string
		sent   time.Duration // after the incident was opened
		late   time.Duration
		before func(d *desk, opened time.Time, id string)
		want   incidents.Status
	}{
		"at once":           {"A", minute, time.Second, nil, incidents.StatusAcknowledged},
		"late":              {"A", minute, 40 * minute, nil, incidents.StatusAcknowledged},
		"late, by number":   {"ACK 1", minute, 40 * minute, nil, incidents.StatusAcknowledged},
		"of another":        {"A", -20 * minute, 40 * minute, nil, incidents.StatusTriggered},
		"clocks differ":     {"A", -minute, 2 * minute, nil, incidents.StatusAcknowledged},
		"reopened, ACK":     {"ACK 1", minute, 40 * minute, reopened, incidents.StatusTriggered},
		"reopened, RESOLVE": {"RESOLVE 1", minute, 40 * minute, reopened, incidents.StatusTriggered},
		"reopened, known":   {"RESOLVE 1", 30 * minute, 20 * minute, reopened, incidents.StatusResolved},
	} {
		t.Run(name, func(t *testing.T) {
			d, opened := newDesk(t), time.Now().Add(-time.Hour)
			id := d.open(opened)
			if tt.before != nil {
				tt.before(d, opened, id)
			}
			help := d.texts(tt.body, opened.Add(tt.sent), opened.Add(tt.sent+tt.late))
			if got := d.status(id); got != tt.want {
				t.Errorf("it is %s, want %s", got, tt.want)
			}
			refused := strings.HasPrefix(help, "Your SMS came late: #1 was opened or escalated after it.")
			if refused == (tt.want != incidents.StatusTriggered) {
				t.Errorf("it is answered %q", help)
			}
		})
	}
}

// reopened resolves an incident ten minutes after it was opened, and opens it again ten minutes later.
func reopened(d *desk, opened time.Time, id string) {
	d.append(opened.Add(10*time.Minute), id, incidents.Person("bo"), incidents.Resolved{})
	d.append(opened.Add(20*time.Minute), id, incidents.Person("bo"), incidents.Reopened{})
}

// TestTwice: an SMS that is published twice acts once, and who has acknowledged already while others have to is told, and not asked again.
func TestTwice(t *testing.T) {
	d, now := newDesk(t), time.Now()
	id := d.open(now)
	d.append(now, id, incidents.Oncalm(), incidents.Paged{Person: "ana", Acks: 2})
	if help := d.texts("ACK 1", now, now); help != "" {
		t.Errorf("it is answered %q", help)
	}
	if help := d.texts("ACK 1", now, now); !strings.HasPrefix(help, "You have acknowledged #1; others have to, too.") {
		t.Errorf("it is answered %q", help)
	}
	if got := d.status(id); got != incidents.StatusTriggered {
		t.Errorf("it is %s", got)
	}
}
