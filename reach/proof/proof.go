// Package proof knows which contacts of people are proven: that somebody has read there what we sent.
//
// A code of six digits is sent by the channel, and whoever types it in Slack has proven that the contact of that channel is theirs. A
// code serves for ten minutes and for five tries. Neither the code nor anything that it could be found out from stands in the store:
// it is made of a random text there and of the bot's token, which is not ([Contacts.Ask]).
//
// What is proven is one contact, by its fingerprint: another number in the configuration is unproven again. What a channel says of a
// contact, that it has opted out or that all comes back, sets it back ([Contacts.SetBack]).
//
// A contact that is not proven is paged all the same. It is named before it is needed: in the week ahead, before a shift and by
// oncalm doctor. Only answers by SMS are taken from none but proven numbers ([Contacts.Who]).
//
//	proof/secret                  the key of fingerprints; made for the first of them
//	proof/of/<person>/<channel>   what is known of the contact of a person
//	note/code/…                   entry: a code that is to be sent
package proof

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/reach"
	"github.com/oncalm/oncalm/reach/notes"
	"github.com/oncalm/oncalm/store"
)

const (
	secretKey = "proof/secret"
	ofPrefix  = "proof/of/"
)

// Purpose names the notes that are codes.
const Purpose = "code"

const (
	// Valid is how long a code serves.
	Valid = 10 * time.Minute
	// mostTries is how often one may be typed.
	mostTries = 5
	// mostCodes are sent within an hour to one contact: each costs money, and gives so many tries to guess.
	mostCodes = 5
	// Fresh is how long a proof says something: numbers are given to others.
	Fresh = 90 * 24 * time.Hour
)

// Contacts are those of all people.
type Contacts struct {
	People []string                                                        // in order
	Of     func(person, via string) string                                 // a contact as it is configured; empty: none
	Uses   func(person string) []string                                    // the channels by which somebody is paged, Slack aside
	Token  string                                                          // the bot's
	Failed func(tx store.Tx, now time.Time, person, via string, err error) // hears of a code that was not sent; nil: nobody
}

// record is what is stored about one contact.
type record struct {
	Contact string      `json:"contact,omitempty"` // the fingerprint of what was proven
	At      time.Time   `json:"at,omitzero"`       // when
	Back    string      `json:"back,omitempty"`    // why it is not proven any more
	BackAt  time.Time   `json:"back_at,omitzero"`
	Asked   *asked      `json:"asked,omitempty"`
	Sent    []time.Time `json:"sent,omitempty"` // when codes were asked for, within the last hour
}

// asked is a code that was asked for.
type asked struct {
	Text    string    `json:"text"` // random, of which the code is made
	Contact string    `json:"contact"`
	At      time.Time `json:"at"`
	Tries   int       `json:"tries,omitempty"`
}

// Keys are all keys of this package.
func Keys() []store.Check {
	return []store.Check{{Prefix: secretKey}, {Prefix: ofPrefix, Look: func(in *store.Inspection) {
		for key, val := range in.Tx.Range(ofPrefix, store.After(ofPrefix)) {
			var r record
			if err := json.Unmarshal(val, &r); err != nil {
				in.Findings = append(in.Findings, &store.Finding{Key: key, Text: "what is known of a contact cannot be read: " +
					err.Error(), Repair: []store.Write{{Key: key}}})
			}
		}
	}}}
}

func read(tx store.Tx, person, via string) (r record) {
	if json.Unmarshal(tx.Get(ofPrefix+store.Key(person, via)), &r) != nil {
		return record{} // what cannot be read proves nothing; fsck names it
	}
	return r
}

func (r record) save(tx store.Tx, person, via string) {
	tx.Put(ofPrefix+store.Key(person, via), outbox.Body(r))
}

// fingerprint is the fingerprint of a contact; empty if there is no contact, or no fingerprint was ever made.
func fingerprint(tx store.Tx, via, contact string) string {
	secret := tx.Get(secretKey)
	if len(secret) == 0 || contact == "" {
		return ""
	}
	return short(secret, via, contact)
}

func short(key []byte, parts ...string) string {
	return strings.ToLower(base32.StdEncoding.EncodeToString(sum(key, parts...))[:26])
}

func sum(key []byte, parts ...string) []byte {
	mac := hmac.New(sha256.New, key)
	for _, p := range parts {
		mac.Write([]byte(p))
		mac.Write([]byte{0})
	}
	return mac.Sum(nil)
}

// A State is how it stands with a contact.
type State struct {
	There  bool // it is configured
	Proven bool
	At     time.Time // when it was proven
	Old    bool      // so long ago that it says little
	Back   string    // why it is not proven any more
	BackAt time.Time
}

// Look says how it stands with a person's contact by a channel.
func (c *Contacts) Look(tx store.Tx, now time.Time, person, via string) State {
	contact := c.Of(person, via)
	r, of := read(tx, person, via), fingerprint(tx, via, contact)
	s := State{There: contact != "", Proven: of != "" && hmac.Equal([]byte(r.Contact), []byte(of))}
	if s.Proven {
		s.At, s.Old = r.At, now.Sub(r.At) > Fresh
	} else {
		s.Back, s.BackAt = r.Back, r.BackAt
	}
	return s
}

// Says is the state in words, after the name of the channel.
func (s State) Says(now time.Time) string {
	const day = 24 * time.Hour
	switch {
	case !s.There:
		return "not configured"
	case s.Proven && s.Old:
		return fmt.Sprintf("proven %d days ago", now.Sub(s.At)/day)
	case s.Proven:
		return "proven"
	case s.Back != "":
		return "not proven: " + s.Back
	}
	return "not proven"
}

// Unproven names the channels by which somebody is paged whose contact is not proven, or was long ago, with how it stands.
func (c *Contacts) Unproven(tx store.Tx, now time.Time, person string) (all []string) {
	for _, via := range c.Uses(person) {
		if s := c.Look(tx, now, person, via); s.There && (!s.Proven || s.Old) {
			all = append(all, incidents.ChannelName(via)+" ("+s.Says(now)+")")
		}
	}
	return all
}

// Who is the person whose proven contact that is; false if it is nobody's, or of several.
func (c *Contacts) Who(tx store.Tx, now time.Time, via, contact string) (person string, ok bool) {
	for _, p := range c.People {
		if contact == "" || c.Of(p, via) != contact || !c.Look(tx, now, p, via).Proven {
			continue
		}
		if ok {
			return "", false
		}
		person, ok = p, true
	}
	return person, ok
}

// Errors of [Contacts.Ask].
var (
	ErrNoContact = errors.New("there is no such contact")
	ErrTooMany   = errors.New("too many codes within an hour")
)

// Ask has a code sent. The one before does not serve any more.
func (c *Contacts) Ask(tx store.Tx, now time.Time, person, via string) error {
	contact := c.Of(person, via)
	if contact == "" {
		return ErrNoContact
	}
	r := read(tx, person, via)
	r.Sent = notes.LastHour(r.Sent, now)
	if len(r.Sent) >= mostCodes {
		return ErrTooMany
	}
	if len(tx.Get(secretKey)) == 0 {
		tx.Put(secretKey, []byte(rand.Text()+rand.Text()))
	}
	r.Sent = append(r.Sent, now.UTC())
	r.Asked = &asked{Text: rand.Text(), Contact: fingerprint(tx, via, contact), At: now.UTC()}
	r.save(tx, person, via)
	notes.Owe(tx, now, store.Key(person, via, r.Asked.Text), notes.Debt{
		Purpose: Purpose, Person: person, Via: via, About: outbox.Body(r.Asked.Text)})
	return nil
}

// code is made of a random text.
func (c *Contacts) code(person, via, random string) string {
	const all = 1_000_000
	key := sha256.Sum256([]byte("oncalm: codes\x00" + c.Token))
	return fmt.Sprintf("%06d", binary.BigEndian.Uint64(sum(key[:], person, via, random))%all)
}

// A Verdict is what became of a code that was typed.
type Verdict string

// The verdicts.
const (
	Proven  Verdict = "proven"
	Wrong   Verdict = "wrong"
	Expired Verdict = "expired"
	Spent   Verdict = "spent" // it was typed wrongly too often
	None    Verdict = "none"  // none was asked for
)

// Prove looks at a code that a person typed; left is how many tries there are.
func (c *Contacts) Prove(tx store.Tx, now time.Time, person, via, typed string) (v Verdict, left int) {
	r := read(tx, person, via)
	a := r.Asked
	switch {
	case a == nil:
		return None, 0
	case a.Tries >= mostTries:
		return Spent, 0
	case !c.serves(tx, now, person, via, a):
		return Expired, 0
	}
	if hmac.Equal([]byte(c.code(person, via, a.Text)), []byte(typed)) {
		record{Contact: a.Contact, At: now.UTC(), Sent: r.Sent}.save(tx, person, via)
		return Proven, 0
	}
	a.Tries++
	r.save(tx, person, via)
	if a.Tries == mostTries {
		return Spent, 0
	}
	return Wrong, mostTries - a.Tries
}

// serves reports whether a code is good yet, and for the contact as it is configured now.
func (c *Contacts) serves(tx store.Tx, now time.Time, person, via string, a *asked) bool {
	age := now.Sub(a.At)
	return age < Valid && age > -Valid && a.Contact != "" && a.Contact == fingerprint(tx, via, c.Of(person, via))
}

// SetBack takes note that a channel does not reach a contact any more.
func (c *Contacts) SetBack(tx store.Tx, now time.Time, person, via, why string) {
	r := read(tx, person, via)
	if r.Contact == "" && r.Asked == nil && r.Back == why {
		return
	}
	record{Back: why, BackAt: now.UTC(), Sent: r.Sent}.save(tx, person, via)
}

// Note implements [notes.Purpose].
func (c *Contacts) Note(tx store.Tx, now time.Time, d notes.Debt) (n reach.Note, ok bool, err error) {
	var random string
	if err := json.Unmarshal(d.About, &random); err != nil {
		return n, false, fmt.Errorf("proof: %w", err)
	}
	a := read(tx, d.Person, d.Via).Asked
	if a == nil || a.Text != random || !c.serves(tx, now, d.Person, d.Via, a) {
		return n, false, nil
	}
	code := c.code(d.Person, d.Via, random)
	return reach.Note{Title: "Oncalm: a code", Code: code, Text: "Your code for Oncalm is " + code +
		". It is good for 10 minutes. If you did not ask for it, ignore it, and pass it on to nobody."}, true, nil
}

// Ended implements [notes.Purpose].
func (c *Contacts) Ended(tx store.Tx, now time.Time, d notes.Debt, err error) error {
	if dead, ok := errors.AsType[*reach.Dead](err); ok {
		c.SetBack(tx, now, d.Person, d.Via, dead.Error())
	}
	if err != nil && c.Failed != nil {
		c.Failed(tx, now, d.Person, d.Via, err)
	}
	return nil
}
