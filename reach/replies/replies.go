// Package replies takes answers by SMS: "ACK 42", "A" for the one incident that is open, "RESOLVE 42".
//
// They come as messages of SNS over topics of their own, signed as all are, and go through the same door. A [Taker] stands before
// that of alarms and keeps what is its own. The sender of an SMS is its number, so an answer counts only if it comes from a number
// that its person has proven ([proof.Contacts]); what comes from any other changes nothing and gets no answer, since each costs money
// and nobody knows whom it would reach. What a person sends that is no command, or that cannot be done, is answered with one message that says
// what can be sent, five times within an hour at most.
//
// What is done and that it was done are committed together, so a message that comes again does nothing. One that comes late does nothing
// to what was opened or escalated after it was sent. No number stands on a timeline, in the store or in the log.
//
//	replies/<person>     when somebody was sent help, within the last hour
//	note/help/…          entry: help that is to be sent
package replies

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/oncalm/oncalm/alarms/sns"
	"github.com/oncalm/oncalm/doors"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/requests"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/reach"
	"github.com/oncalm/oncalm/reach/notes"
	"github.com/oncalm/oncalm/reach/proof"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/text"
)

const prefix = "replies/"

// Keys are all keys of this package.
func Keys() []store.Check { return []store.Check{{Prefix: prefix}} }

// Purpose names the notes that are help.
const Purpose = "help"

const (
	// mostHelp is how often within an hour a person is sent help.
	mostHelp = 5
	// stale is when help comes too late.
	stale = 10 * time.Minute
	// listed is how many open incidents are named.
	listed = 4
)

// A Taker takes answers by SMS, and leaves all other messages to the next.
type Taker struct {
	Next     sns.Taker
	Topics   []string // ARNs over which answers come
	Book     *incidents.Book
	Contacts *proof.Contacts
	May      func(person string) bool // acknowledge and resolve
	Tally    *doors.Tally             // may be nil
}

// Take implements [sns.Taker].
func (t *Taker) Take(ctx context.Context, v *sns.Verified) (seen bool, err error) {
	if v.Type != sns.Notification || !slices.Contains(t.Topics, v.TopicARN) {
		return t.Next.Take(ctx, v)
	}
	r, ok := Read(v.Message)
	if !ok {
		t.say("what came over a topic for answers by SMS is none", v.MessageID)
		return false, nil
	}
	known := false
	err = t.Book.Store.Update(ctx, func(tx store.Tx) error {
		var person string
		if person, known = t.Contacts.Who(tx, v.Received, reach.SMS, r.From); !known {
			return nil
		}
		if seen = again(tx, v, r); seen {
			return nil
		}
		return t.answer(tx, v, person, r.Body)
	})
	if err == nil && !known {
		t.say("an SMS came from a number that nobody has proven; nothing was changed", v.MessageID)
	}
	return seen, err
}

func (t *Taker) say(what, id string) {
	if t.Tally != nil {
		t.Tally.Say(slog.LevelWarn, what, what, "id", id)
	}
}

// again reports whether an SMS was taken in before, and remembers that it is now. The service may publish it twice.
func again(tx store.Tx, v *sns.Verified, r Reply) bool {
	ids := []string{v.ID()}
	if r.ID != "" {
		ids = append(ids, "sms/"+r.ID)
	}
	for _, id := range ids {
		if _, seen := requests.Recall(tx, id); seen {
			return true
		}
	}
	for _, id := range ids {
		requests.Remember(tx, v.Received, id, "")
	}
	return false
}

// answer does what a person asks for, or has them told why not.
func (t *Taker) answer(tx store.Tx, v *sns.Verified, person, body string) error {
	now := v.Received
	do, number := Parse(body)
	if do == Stop {
		t.Contacts.SetBack(tx, now, person, reach.SMS, "it answered STOP")
		return nil
	}
	why := ""
	var err error
	switch {
	case do == Nothing:
	case !t.May(person):
		why = "You may not answer incidents."
	default:
		why, err = t.carry(tx, v, person, do, number)
		if err != nil || why == "" {
			return err
		}
	}
	return help(tx, now, person, v.ID(), why)
}

// carry does it; why says what is in the way.
func (t *Taker) carry(tx store.Tx, v *sns.Verified, person string, do Do, id string) (why string, err error) {
	if id == "" {
		open := incidents.OpenIDs(tx, listed+1)
		switch len(open) {
		case 0:
			return "No incident is open.", nil
		case 1:
			id = open[0]
		default:
			return "Several incidents are open.", nil
		}
	}
	i, err := incidents.Head(tx, id)
	switch {
	case errors.Is(err, incidents.ErrNotFound):
		return "There is no incident " + id + ".", nil
	case err != nil:
		return "", err
	case !i.Open():
		return fmt.Sprintf("#%s was resolved by %s.", id, name(i.ResolvedBy)), nil
	case do == Acknowledge && i.Status == incidents.StatusAcknowledged:
		return fmt.Sprintf("#%s was acknowledged by %s.", id, name(i.AcknowledgedBy)), nil
	case do == Acknowledge && i.Response.Acks.Has(person):
		return fmt.Sprintf("You have acknowledged #%s; others have to, too.", id), nil
	}
	if tooLate, err := late(tx, v, id); err != nil || tooLate {
		return fmt.Sprintf("Your SMS came late: #%s was opened or escalated after it.", id), err
	}
	var what incidents.Body = incidents.Acknowledged{Via: reach.SMS}
	if do == Resolve {
		what = incidents.Resolved{Via: reach.SMS}
	}
	_, err = t.Book.Append(tx, v.Received, id, incidents.Event{By: incidents.Person(person), Body: what})
	return "", err
}

// late reports whether an SMS came late, and is older than what it would answer: SNS tries for up to an hour, and an incident that was
// opened meanwhile, or again, or escalated, is not what its sender has seen.
func late(tx store.Tx, v *sns.Verified, id string) (bool, error) {
	if v.Received.Sub(v.Sent) <= sns.MaxAhead { // our clock may be so far ahead
		return false, nil
	}
	events, err := incidents.Timeline(tx, id)
	return slices.ContainsFunc(events, func(e incidents.Event) bool {
		switch e.Body.(type) {
		case incidents.Opened, incidents.Reopened, incidents.Escalated:
			return e.Recorded.After(v.Sent)
		}
		return false
	}), err
}

// name is who did something: a person, or what they are called otherwise, cut to what an SMS has room for.
func name(a incidents.Actor) string {
	const most = 30
	n := []rune(reach.Unlinked(text.Line(a.Name)))
	return string(n[:min(len(n), most)])
}

// about is what a note of help says in front.
type about struct {
	Why string    `json:"why,omitempty"`
	At  time.Time `json:"at"`
}

// help has somebody told what can be sent, unless they were told often enough.
func help(tx store.Tx, now time.Time, person, id, why string) error {
	var before []time.Time
	key := prefix + store.Key(person)
	if val := tx.Get(key); val != nil && json.Unmarshal(val, &before) != nil {
		before = nil // it is written anew
	}
	before = notes.LastHour(before, now)
	if len(before) >= mostHelp {
		return nil
	}
	tx.Put(key, outbox.Body(append(before, now.UTC())))
	notes.Owe(tx, now, store.Key(person, id), notes.Debt{
		Purpose: Purpose, Person: person, Via: reach.SMS, About: outbox.Body(about{why, now.UTC()})})
	return nil
}

// Note implements [notes.Purpose].
func (t *Taker) Note(tx store.Tx, now time.Time, d notes.Debt) (n reach.Note, ok bool, err error) {
	var a about
	if err := json.Unmarshal(d.About, &a); err != nil {
		return n, false, fmt.Errorf("replies: %w", err)
	}
	if now.Sub(a.At) > stale {
		return n, false, nil
	}
	says := a.Why + " Send ACK 42, RESOLVE 42, or A if one incident is open. " + open(incidents.OpenIDs(tx, listed+1))
	return reach.Note{Title: "Oncalm", Text: strings.TrimSpace(says)}, true, nil
}

// Ended implements [notes.Purpose].
func (t *Taker) Ended(store.Tx, time.Time, notes.Debt, error) error { return nil }

// open names what is open.
func open(ids []string) string {
	if len(ids) == 0 {
		return ""
	}
	shown := "Open: " + strings.Join(ids[:min(len(ids), listed)], ", ")
	if len(ids) > listed {
		shown += " and more"
	}
	return shown + "."
}
