package respond

import (
	"testing"
	"time"

	"github.com/oncalm/oncalm/bot/bottest"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/response"
)

// TestMessagesFromHostileTexts: whatever stands in an incident, a message of it is one that Slack takes, and no more than text.
func TestMessagesFromHostileTexts(t *testing.T) {
	now := time.Date(2026, 3, 11, 14, 2, 0, 0, time.UTC)
	for _, s := range bottest.Nasty() {
		i := bottest.Incident(s)
		bottest.Judge(t, forStakeholders(&i, response.Updated{Text: s, Stage: s, Next: now}))
		bottest.Judge(t, did(named(&i), s))
		bottest.Judge(t, blocks.Message{Body: append(pagesOf([]incidents.Event{
			{Seq: 1, At: now, Body: incidents.Paged{Key: "k", Person: s, Via: s, Why: s}},
			{Seq: 2, At: now, Body: incidents.Undelivered{Key: "k", Person: s, Error: s}},
		}), blocks.Para(nextOf(&i, nil)))})
		nextUpdate(s, now, time.UTC)
		affected(s, now, time.UTC)
	}
}

func TestNextUpdate(t *testing.T) {
	now := time.Date(2026, 3, 11, 14, 2, 0, 0, time.UTC)
	for said, want := range map[string]string{
		"the disk is full, next in 30m":            "the disk is full|14:32",
		"the disk is full. Next update at 15:00.":  "the disk is full|15:00",
		"the disk is full next by 9:30":            "the disk is full|09:30",
		"we try the next host":                     "we try the next host|",
		"next in line is Bo":                       "next in line is Bo|",
		"the disk is full\nand the log; next: 45m": "the disk is full\nand the log; next: 45m|",
		"the disk is full; next: 45m":              "the disk is full|14:47",
	} {
		rest, next := nextUpdate(said, now, time.UTC)
		got := rest + "|"
		if !next.IsZero() {
			got += next.Format("15:04")
		}
		if got != want {
			t.Errorf("%q is %q, want %q", said, got, want)
		}
	}
}
