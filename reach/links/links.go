// Package links has the links by which a page is acknowledged without Slack: in an SMS or an e-mail, to be opened on a telephone
// where nobody is logged in.
//
// A link is for one page, and so for one person. Its token names the incident and the event of the page, and is signed, so that
// nothing is kept for it, and a guess costs no look into the store. It serves once, and no longer than the incident is open. The
// timeline says that it was used: the acknowledgement names the page. Who opens it only reads; nothing is done but by a POST, since
// telephones, mail programs and their virus scanners open links by themselves.
//
//	links/secret    the key with which tokens are signed; made for the first link
package links

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"strconv"
	"strings"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/response"
	"github.com/oncalm/oncalm/store"
)

// Route is where links lead.
const Route = "/a/"

const (
	secretKey = "links/secret"
	// signed is how many characters of a token are its signature: 100 bits. A token stands in an SMS, and has to be short.
	signed = 20
	// longest is more than any token has.
	longest = 64
)

// Keys are all keys of this package.
func Keys() []store.Check { return []store.Check{{Prefix: "links/"}} }

// Links makes links.
type Links struct {
	Store store.Store
	URL   string // of the public door, without a slash at the end; empty: there are no links
}

// For is the link of a page to its incident. It is the same each time; empty if nobody knows where our door is.
func (l *Links) For(ctx context.Context, incident, page string) (string, error) {
	if l.URL == "" {
		return "", nil
	}
	var secret []byte
	seq := 0
	err := l.Store.View(ctx, func(tx store.Tx) error {
		secret = append([]byte(nil), tx.Get(secretKey)...)
		events, err := incidents.Timeline(tx, incident)
		for _, e := range events {
			if b, ok := e.Body.(incidents.Paged); ok && b.Key == page {
				seq = e.Seq
			}
		}
		return err
	})
	if err == nil && seq == 0 {
		err = errors.New("links: the timeline of incident " + incident + " has no page " + page)
	}
	if err == nil && len(secret) == 0 {
		secret, err = l.makeSecret(ctx)
	}
	if err != nil {
		return "", err
	}
	return l.URL + Route + incident + "-" + strconv.Itoa(seq) + "-" + sign(secret, incident, seq), nil
}

// makeSecret makes the key, unless somebody else was faster.
func (l *Links) makeSecret(ctx context.Context) (secret []byte, err error) {
	fresh := []byte(rand.Text() + rand.Text())
	err = l.Store.Update(ctx, func(tx store.Tx) error {
		if secret = append([]byte(nil), tx.Get(secretKey)...); len(secret) == 0 {
			tx.Put(secretKey, fresh)
			secret = fresh
		}
		return nil
	})
	return secret, err
}

// sign signs the page of that event. Base 32 has no sign at which a telephone would end the link.
func sign(secret []byte, incident string, seq int) string {
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte("acknowledge/" + incident + "/" + strconv.Itoa(seq)))
	return strings.ToLower(base32.StdEncoding.EncodeToString(mac.Sum(nil)))[:signed]
}

// A State is how it stands with a link.
type State string

// The states.
const (
	Unknown State = "unknown" // it is none of ours, or its person is gone
	Used    State = "used"
	Over    State = "over"  // the incident is resolved
	Taken   State = "taken" // somebody takes care already
	Open    State = "open"
	Done    State = "done" // it was used just now
)

// found is what a token means.
type found struct {
	State
	Incident incidents.Incident
	Person   string
	Page     string // the key
}

// read reads what a token means now. A wrong one is found out before anything else is read than the key.
func read(tx store.Tx, token string, knows func(person string) bool) (f found, err error) {
	f.State = Unknown
	id, rest, _ := strings.Cut(token, "-")
	number, mac, _ := strings.Cut(rest, "-")
	seq, err := strconv.Atoi(number)
	secret := tx.Get(secretKey)
	if err != nil || len(token) > longest || len(secret) == 0 ||
		!hmac.Equal([]byte(sign(secret, id, seq)), []byte(strings.ToLower(mac))) {
		return f, nil //nolint:nilerr // it is not ours
	}
	events, err := incidents.Timeline(tx, id)
	if errors.Is(err, incidents.ErrNotFound) {
		return f, nil // it was archived long ago
	}
	if err != nil {
		return f, err
	}
	used := false
	for _, e := range events {
		switch b := e.Body.(type) {
		case incidents.Paged:
			if e.Seq == seq {
				f.Person, f.Page = b.Person, b.Key
			}
		case incidents.Acknowledged:
			used = used || f.Page != "" && b.Page == f.Page
		case incidents.Responded:
			answered, is := b.Fact.(response.Answered)
			used = used || is && f.Page != "" && answered.Page == f.Page
		}
	}
	head, err := incidents.Head(tx, id)
	if err != nil || f.Page == "" || !knows(f.Person) {
		return f, err
	}
	f.Incident = *head
	if f.State = state(head, used); f.State == Open && head.Response.Acks.Has(f.Person) {
		f.State = Taken // by them, and others have to, too
	}
	return f, nil
}

func state(i *incidents.Incident, used bool) State {
	switch {
	case used:
		return Used
	case !i.Open():
		return Over
	case i.Status == incidents.StatusAcknowledged:
		return Taken
	}
	return Open
}
