package web

import (
	"encoding/json"
	"errors"
	"net/http"

	"github.com/oncalm/oncalm/rotations/feed"
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

func wantedFeed(w http.ResponseWriter, r *http.Request) (wanted FeedWanted, ok bool) {
	err := json.NewDecoder(r.Body).Decode(&wanted)
	if err != nil || wanted.Name == "" || wanted.Kind != feed.Schedule && wanted.Kind != feed.Person {
		http.Error(w, `expected {"kind":"schedule" or "person","name":"…"}`, http.StatusBadRequest)
		return wanted, false
	}
	return wanted, true
}
