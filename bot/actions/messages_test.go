package actions

import (
	"strings"
	"testing"
	"time"

	"github.com/oncalm/oncalm/actions"
	"github.com/oncalm/oncalm/bot/bottest"
	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/incidents/response"
)

var now = time.Date(2026, 3, 11, 14, 2, 0, 0, time.UTC) // a Wednesday

// TestRead: what stands behind the text of an item is taken off it, in any order, and words of a text stay in it.
func TestRead(t *testing.T) {
	for said, want := range map[string]string{
		"an alarm on the pool due fri":                                  "an alarm on the pool|2026-03-13 23:59|",
		"an alarm, by 20 mar":                                           "an alarm|2026-03-20 23:59|",
		"stand by me":                                                   "stand by me||",
		"an alarm due friday 12:00":                                     "an alarm|2026-03-13 12:00|",
		"pay what is due to Amazon by fri":                              "pay what is due to Amazon|2026-03-13 23:59|",
		"an alarm due fri type Detect p2":                               "an alarm|2026-03-13 23:59|detect p2",
		"an alarm type detect, due fri":                                 "an alarm|2026-03-13 23:59|detect",
		"an alarm p1 link https://x.example/1 due tomorrow":             "an alarm|2026-03-12 23:59|p1 https://x.example/1",
		"an alarm verified by it fires in staging due mon type process": "an alarm|2026-03-16 23:59|process (it fires in staging)",
		"say what type we mean":                                         "say what type we mean||",
		"an alarm due 2026-02-30":                                       "an alarm due 2026-02-30||I do not understand when that is due.",
		"an alarm type detec":                                           "an alarm type detec||The types are detect, mitigate, prevent and process.",
		"lower the limit by 30 in all zones":                            "lower the limit by 30 in all zones||",
		"due fri":                                                       "|2026-03-13 23:59|",
	} {
		f, rest, unclear := Read(said, response.Planned{}, now, time.UTC)
		got := rest + "|"
		if !f.Due.IsZero() {
			got += f.Due.Format("2006-01-02 15:04")
		}
		got += "|" + f.Type
		for _, s := range []string{f.Priority, f.Link} {
			if s != "" && got[len(got)-1] != '|' {
				got += " "
			}
			got += s
		}
		if f.VerifyBy != "" {
			got += " (" + f.VerifyBy + ")"
		}
		if got += unclear; got != want {
			t.Errorf("%q is %q, want %q", said, got, want)
		}
	}
}

// TestMessagesFromHostileTexts: whatever stands in an item, a message of it is one that Slack takes, and no more than text.
func TestMessagesFromHostileTexts(t *testing.T) {
	r := New(Options{Root: "/incident"})
	for _, s := range bottest.Nasty() {
		i := actions.Item{Incident: "1", Number: 1, What: s, Owner: s, Type: s, Priority: s, VerifyBy: s, Link: s, Reason: s,
			ClosedBy: s, Due: now}
		for _, at := range []time.Time{now.Add(time.Hour), now.Add(-time.Hour)} {
			bottest.Judge(t, blocks.Message{Body: []blocks.Paragraph{blocks.Bullets(Line(i, at))},
				Rows: [][]blocks.Button{Buttons(i)}})
		}
		i.Closed = now
		bottest.Judge(t, blocks.Message{Body: []blocks.Paragraph{blocks.Bullets(Line(i, now))},
			Rows: [][]blocks.Button{{Done(i)}}})
		if _, err := r.formOf(i, s).JSON(); err != nil {
			t.Error(err)
		}
		all := []actions.Item{i, {What: s, Owner: s, Due: now}, {What: s, Planned: now}}
		bottest.Judge(t, r.Reminders().sum(all, now.Add(time.Hour)))
		_, m := r.Reminders().reminding(i, now)
		bottest.Judge(t, m)
		Read(s, response.Planned{}, now, time.UTC)
	}
}

// TestSum: the digest has each item once, under what is worst about it.
func TestSum(t *testing.T) {
	r := New(Options{Root: "/incident", People: map[string]chat.Person{"ana": {Slack: "U0ANA"}, "bo": {}}})
	old, day := now.AddDate(0, 0, -91), 24*time.Hour
	var all []actions.Item
	for n, i := range []actions.Item{
		{What: "late", Owner: "ana", Due: now.Add(-day), Planned: old}, {What: "old", Owner: "ana", Due: now.Add(day), Planned: old},
		{What: "nobody", Planned: now}, {What: "gone", Owner: "cy", Planned: now}, {What: "unreached", Owner: "bo", Planned: now},
		{What: "well", Owner: "ana", Due: now.Add(day), Planned: now},
	} {
		i.Incident, i.Number = "4", n+1
		all = append(all, i)
	}
	got := strings.ReplaceAll(r.Reminders().sum(all, now).Text(time.UTC), "<!date^", "<")
	for n := range 21 {
		all = append(all, actions.Item{Incident: "5", Number: n + 1, What: "x", Owner: "ana", Planned: now})
	}
	for _, want := range []string{"6 action items are open", "Overdue (1)\n• 4-1 late · ana · overdue since ",
		"Open for more than 90 days (1)\n• 4-2 old", "With nobody who does it (3)\n• 4-3 nobody · nobody’s · no day. It is nobody’s.",
		"cy is not among the people of Oncalm any more.", "bo cannot be reached in Slack.", "Open (1)\n• 4-6 well"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in\n%s", want, got)
		}
	}
	if got := r.Reminders().sum(all, now).Text(time.UTC); !strings.Contains(got, "• and 2 more") || strings.Count(got, "\n") > 40 {
		t.Error(got)
	}
}
