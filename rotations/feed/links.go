package feed

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net/url"
	"time"

	"github.com/oncalm/oncalm/store"
)

// Kind is what a feed is about.
type Kind string

// The kinds there are.
const (
	Schedule Kind = "schedule"
	Person   Kind = "person"
)

// Feed names a calendar that can be subscribed to.
type Feed struct {
	Kind Kind   `json:"kind"`
	Name string `json:"name"` // of the schedule or the person, as in the configuration
}

// Path is where the feed is found, without the token.
func (f Feed) Path() string {
	name := url.PathEscape(f.Name) + ".ics"
	if f.Kind == Person {
		return Route + "person/" + name
	}
	return Route + name
}

// Route is the begin of every feed's path.
const Route = "/ical/"

// URL is the address of the feed for who has the token. base is where the program is reached, without a slash at the end.
func (f Feed) URL(base, token string) string {
	return base + f.Path() + "?token=" + url.QueryEscape(token)
}

// Link lets who knows its token read a feed.
type Link struct {
	Feed
	ID   string    `json:"id"` // short; tells nothing of the token
	By   string    `json:"by"` // who made it: a person's name, or empty for the command line
	Made time.Time `json:"made"`
}

// record is a link in the store.
type record struct {
	Hash string    `json:"hash"` // of the token, in hexadecimal
	By   string    `json:"by,omitempty"`
	Made time.Time `json:"made"`
}

const (
	keyPart = "feed"
	// maxLinks is how many links a feed may have, so that looking one up stays cheap.
	maxLinks = 50
	// longestToken is more than any token that was ever made has.
	longestToken = 64
)

// ErrLinks says that a feed has as many links as it may have.
var ErrLinks = errors.New("the feed has too many links")

// NewToken returns a secret that nobody can guess. It cannot be found again once it is forgotten.
func NewToken() string { return rand.Text() }

// Add makes a link of a token. The error is [ErrLinks].
func Add(tx store.Tx, f Feed, token, by string, now time.Time) (Link, error) {
	if len(Links(tx, f)) >= maxLinks {
		return Link{}, fmt.Errorf("%w: %d", ErrLinks, maxLinks)
	}
	// The id is made from the token by another way than the hash, of which nothing is to be known.
	id := sum("id:" + token)[:8]
	text, err := json.Marshal(record{Hash: sum(token), By: by, Made: now.UTC()})
	if err != nil {
		return Link{}, err
	}
	tx.Put(store.Key(keyPart, string(f.Kind), f.Name, id), text)
	return Link{Feed: f, ID: id, By: by, Made: now.UTC()}, nil
}

// Remove revokes the links of a feed that match, and returns them.
func Remove(tx store.Tx, f Feed, match func(Link) bool) []Link {
	var gone []Link
	for _, l := range Links(tx, f) {
		if match(l) {
			tx.Delete(store.Key(keyPart, string(l.Kind), l.Name, l.ID))
			gone = append(gone, l)
		}
	}
	return gone
}

// Links are those of a feed, by their ids.
func Links(tx store.Tx, f Feed) []Link {
	var all []Link
	for id, r := range records(tx, f) {
		all = append(all, Link{Feed: f, ID: id, By: r.By, Made: r.Made})
	}
	return all
}

// All are all links there are, by kind, name and id.
func All(tx store.Tx) []Link {
	var all []Link
	from, to := store.Under(keyPart)
	for key, val := range tx.Range(from, to) {
		var r record
		if parts := store.Parts(key); len(parts) == 4 && json.Unmarshal(val, &r) == nil {
			all = append(all, Link{Feed: Feed{Kind(parts[1]), parts[2]}, ID: parts[3], By: r.By, Made: r.Made})
		}
	}
	return all
}

// Allowed reports whether a token opens a feed. How long it takes says nothing about the tokens that would.
func Allowed(tx store.Tx, f Feed, token string) bool {
	if token == "" || len(token) > longestToken || f.Name == "" {
		return false
	}
	hash, found := []byte(sum(token)), 0
	for _, r := range records(tx, f) {
		found |= subtle.ConstantTimeCompare([]byte(r.Hash), hash)
	}
	return found == 1
}

// records yields the links of a feed. One that cannot be read opens nothing.
func records(tx store.Tx, f Feed) iter.Seq2[string, record] {
	return func(yield func(string, record) bool) {
		from, to := store.Under(keyPart, string(f.Kind), f.Name)
		for key, val := range tx.Range(from, to) {
			var r record
			if json.Unmarshal(val, &r) == nil && !yield(key[len(from):], r) {
				return
			}
		}
	}
}

func sum(text string) string {
	h := sha256.Sum256([]byte(text))
	return hex.EncodeToString(h[:])
}
