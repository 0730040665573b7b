package graph

import (
	"bytes"
	"context"
	"image/png"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/oncalm/oncalm/bot/slack"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/bot/slackfake"
	"github.com/oncalm/oncalm/bot/slackfake/workspace"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/response"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/storetest"
)

// TestPicture holds that what was measured is drawn into the threads and channels where an incident is talked about, with words for those who
// do not see it, once each; and that what may have come through is not sent again.
func TestPicture(t *testing.T) {
	server := httptest.NewUnstartedServer(nil)
	fake := slackfake.New(slackfake.Options{BaseURL: "http://" + server.Listener.Addr().String(),
		Channels: []workspace.Channel{{ID: "C1", Name: "incidents"}, {ID: "C2", Name: "inc-1"}}})
	server.Config.Handler = fake.API
	server.Start()
	t.Cleanup(server.Close)
	out := slack.New(slack.Options{APIURL: fake.APIURL(), Token: fake.Token(), Log: slog.New(slog.DiscardHandler)})
	card, err := out.Post(t.Context(), "C1", blocks.Draw(blocks.Sentence("the card")), slack.Tag{Event: "e", Key: "k"})
	if err != nil {
		t.Fatal(err)
	}
	places := []slack.Ref{card, {Channel: "C2"}}
	db := storetest.Memory()
	book := &incidents.Book{Store: db}
	r := &Room{Book: book, Out: out, Log: slog.New(slog.DiscardHandler),
		Places: func(store.Tx, string) []slack.Ref { return places }}
	book.Followers = []incidents.Follower{r.Follow}
	now := time.Now()
	var entries []outbox.Entry
	err = db.Update(t.Context(), func(tx store.Tx) error {
		i, err := book.Open(tx, now, now, incidents.Person("ana"), incidents.Opened{Title: "x", Severity: incidents.Sev2})
		if err != nil {
			return err
		}
		_, err = book.Append(tx, now,
			i.ID, incidents.Event{By: incidents.Oncalm(), Body: incidents.Responded{Fact: response.Measured{
				Metric: "5xx <!channel>", From: now.Add(-time.Hour), Period: 60, Values: []*float64{new(1.0), new(2.0)}}}})
		for _, key := range []string{i.ID + "/graph/2/0", i.ID + "/graph/2/1"} {
			e, _ := outbox.In(tx, now).Get(key)
			entries = append(entries, e)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if _, err := r.Handlers()[Kind](context.Background(), e); err != nil {
			t.Fatal(err)
		}
		e.PerhapsDone = true
		if _, err := r.Handlers()[Kind](context.Background(), e); err != nil {
			t.Fatal(err)
		}
	}
	for _, to := range places {
		var found []workspace.FileRef
		for _, m := range fake.Messages(to.Channel) {
			if m.ThreadTS == to.TS {
				found = append(found, m.Files...)
			}
		}
		if len(found) != 1 || !strings.Contains(found[0].Alt, "at the end 2") {
			t.Fatalf("%v has %+v", to, found)
		}
		_, content, _ := fake.File(found[0].ID)
		if _, err := png.Decode(bytes.NewReader(content)); err != nil {
			t.Error(err)
		}
	}
}
