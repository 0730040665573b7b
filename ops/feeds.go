package ops

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/oncalm/oncalm/rotations/feed"
	"github.com/oncalm/oncalm/store"
)

// RouteFeeds is a route of [Admin]: GET lists the links, POST makes one of [FeedWanted] and answers [FeedMade], DELETE revokes
// those of [FeedWanted] and answers them.
const RouteFeeds = "/feeds"

// FeedWanted is what is asked of [RouteFeeds].
type FeedWanted struct {
	feed.Feed
	ID string `json:"id,omitempty"` // of the one link to revoke
}

func (a admin) feeds(w http.ResponseWriter, r *http.Request) {
	all, err := FeedLinks(r.Context(), a.store)
	a.answer(w, r, all, err)
}

func (a admin) makeFeed(w http.ResponseWriter, r *http.Request) {
	if wanted, ok := wantedFeed(w, r); ok {
		made, err := MakeFeed(r.Context(), a.store, wanted.Feed, "")
		if errors.Is(err, feed.ErrLinks) {
			http.Error(w, err.Error(), http.StatusConflict)
			return
		}
		a.answer(w, r, made, err)
	}
}

func (a admin) revokeFeed(w http.ResponseWriter, r *http.Request) {
	if wanted, ok := wantedFeed(w, r); ok {
		gone, err := RevokeFeed(r.Context(), a.store, wanted.Feed, wanted.ID)
		a.answer(w, r, gone, err)
	}
}

// wantedFeed reads which feed is meant, or answers what was expected.
func wantedFeed(w http.ResponseWriter, r *http.Request) (wanted FeedWanted, ok bool) {
	err := json.NewDecoder(r.Body).Decode(&wanted)
	if err != nil || wanted.Name == "" || wanted.Kind != feed.Schedule && wanted.Kind != feed.Person {
		http.Error(w, `expected {"kind":"schedule" or "person","name":"…"}`, http.StatusBadRequest)
		return wanted, false
	}
	return wanted, true
}

// FeedMade is a new link, with what is never shown again.
type FeedMade struct {
	feed.Link
	Token string `json:"token"`
}

// MakeFeed makes a link to a feed; by is empty for the command line. The error is [feed.ErrLinks], or one of the store.
func MakeFeed(ctx context.Context, s store.Store, wanted feed.Feed, by string) (FeedMade, error) {
	made := FeedMade{Token: feed.NewToken()}
	err := s.Update(ctx, func(tx store.Tx) (err error) {
		made.Link, err = feed.Add(tx, wanted, made.Token, by, time.Now())
		return err
	})
	return made, err
}

// FeedLinks lists all links.
func FeedLinks(ctx context.Context, s store.Store) ([]feed.Link, error) {
	all := []feed.Link{}
	err := s.View(ctx, func(tx store.Tx) error {
		all = append(all[:0], feed.All(tx)...)
		return nil
	})
	return all, err
}

// RevokeFeed revokes the links to a feed: the one of that id, or all if it is empty. It returns those revoked.
func RevokeFeed(ctx context.Context, s store.Store, wanted feed.Feed, id string) ([]feed.Link, error) {
	gone := []feed.Link{}
	err := s.Update(ctx, func(tx store.Tx) error {
		gone = append(gone[:0], feed.Remove(tx, wanted, func(l feed.Link) bool { return id == "" || l.ID == id })...)
		return nil
	})
	return gone, err
}
