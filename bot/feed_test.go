package bot

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/oncalm/oncalm/bot/slack"
	"github.com/oncalm/oncalm/rotations/feed"
	"github.com/oncalm/oncalm/store"
)

// opens reports whether an answer has an address with a token that opens a feed.
func (w *world) opens(answer string, f feed.Feed) bool {
	w.t.Helper()
	_, rest, ok := strings.Cut(answer, f.URL("https://oncall.example.com", ""))
	if !ok {
		w.t.Fatalf("no address of %v in: %s", f, answer)
	}
	token := strings.FieldsFunc(rest, func(r rune) bool { return r < '0' || r > 'Z' || r > '9' && r < 'A' })[0]
	allowed := false
	err := w.db.View(context.Background(), func(tx store.Tx) error {
		allowed = feed.Allowed(tx, f, token)
		for key, val := range tx.Range("", "") {
			if strings.Contains(key+string(val), token) {
				w.t.Errorf("the token is in the store, at %s", key)
			}
		}
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
	if strings.Contains(w.logged.String(), token) {
		w.t.Error("the token is in the log")
	}
	return allowed
}

func TestFeed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := begin(t, func(o *Options) { o.PublicURL = "https://oncall.example.com" })
		payments, own := feed.Feed{Kind: feed.Schedule, Name: "payments"}, feed.Feed{Kind: feed.Person, Name: "ana"}
		contains(t, w.typed(ana, "/oncall", "feed"), "`/oncall feed me` makes a link to your own shifts")
		first, second := w.typed(ana, "/oncall", "feed payments"), w.typed(bo, "/oncall", "feed payments")
		me := w.typed(ana, "/oncall", "feed ME")
		contains(t, me, "the shifts of ana", "It is shown only once", "/oncall feed revoke me")
		if !w.opens(first, payments) || !w.opens(second, payments) || !w.opens(me, own) {
			t.Fatal("an address does not open its feed")
		}
		contains(t, w.typed(ana, "/oncall", "feed"), "Your links to calendars", "the shifts of ana, made", "the shifts of the schedule payments, made")
		contains(t, w.typed(ana, "/oncall", "feed revoke payments"), "Revoked: your link to the shifts of the schedule payments")
		if w.opens(first, payments) || !w.opens(second, payments) {
			t.Error("revoked: ana's link must be gone, and bo's must not")
		}
		contains(t, w.typed(ana, "/oncall", "feed revoke payments"), "You have no link")
		w.typed(ana, "/oncall", "feed me")
		contains(t, w.typed(ana, "/oncall", "feed revoke me"), "Revoked: 2 links to the shifts of ana")
		contains(t, w.typed(ana, "/oncall", "feed revoke"), "Which one?")
		contains(t, w.typed(ana, "/oncall", "feed paymnets"), "Did you mean `payments`?")
		for range 60 {
			second = w.typed(bo, "/oncall", "feed payments")
		}
		contains(t, second, "too many links", "/oncall feed revoke payments")
		contains(t, w.typed(bo, "/oncall", "feed revoke payments"), "Revoked: 50 links")
	})
}

// TestFeedOnce holds that a request that comes twice makes one link.
func TestFeedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := begin(t, func(o *Options) { o.PublicURL = "https://oncall.example.com" })
		var answers []string
		for range 2 {
			answers = append(answers, w.bot.Serve(t.Context(), slack.Request{
				ID: "slack:1", From: slack.Origin{Team: w.slack.TeamID(), App: w.slack.AppID()}, User: ana, At: time.Now(),
				Command: &slack.Command{Root: "/oncall", Text: "feed payments"},
			}).JSON)
		}
		contains(t, answers[0], "https://oncall.example.com/ical/payments.ics?token=")
		contains(t, answers[1], "This request was already answered")
		contains(t, w.typed(ana, "/oncall", "feed revoke payments"), "Revoked: your link")
	})
}

func TestFeedWithoutAnAddress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := begin(t)
		contains(t, w.typed(ana, "/oncall", "feed me"), "public_url")
		contains(t, w.typed(ana, "/oncall", "feed revoke me"), "You have no link")
	})
}
