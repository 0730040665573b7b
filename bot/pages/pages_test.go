package pages

import (
	"testing"

	"github.com/oncalm/oncalm/bot/bottest"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/bot/view"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/paging"
)

// messagesOf are all messages of this package in which a text from outside may stand.
func messagesOf(s string) []blocks.Message {
	i, a := bottest.Incident(s), bottest.Alarm(s)
	all := []blocks.Message{
		pageMessage(paging.Page{Incident: i, Alarm: a, Person: s, Why: s}),
		pageMessage(paging.Page{Incident: i, Alarm: a, Person: s, Why: s, Reminder: true}),
	}
	pages, ends := sentPages(bottest.Events(s))
	for _, p := range pages {
		all = append(all, p.message(view.Account{Incident: &i, Alarm: a}, ends, "acknowledged", "/incident"))
	}
	var many []standing
	for n, status := range []incidents.Status{
		incidents.StatusTriggered, incidents.StatusAcknowledged, incidents.StatusResolved, incidents.StatusTriggered,
	} {
		i.Status = status
		many = append(many, standing{Incident: i, reminder: n == 3, past: n == 0})
		all = append(all, jointMessage(s, many, n))
	}
	return all
}

func TestMessagesFromHostileTexts(t *testing.T) { bottest.JudgeNasty(t, messagesOf) }

func FuzzMessages(f *testing.F) {
	for _, s := range bottest.Nasty() {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, m := range messagesOf(s) {
			bottest.Judge(t, m)
		}
	})
}

// TestOnlySlacksPagesAreEdited: what another channel calls its messages is nothing to Slack.
func TestOnlySlacksPagesAreEdited(t *testing.T) {
	var events []incidents.Event
	for n, via := range []string{incidents.ViaSlack, "sms"} {
		events = append(events,
			incidents.Event{Seq: 2*n + 1, Body: incidents.Paged{Key: via, Person: "ana", Via: via}},
			incidents.Event{Seq: 2*n + 2, Body: incidents.Delivered{Key: via, Person: "ana", Via: via, Channel: "D1", Message: "1.2"}})
	}
	if pages, _ := sentPages(events); len(pages) != 1 || pages[0].key != incidents.ViaSlack {
		t.Errorf("%+v are edited in Slack", pages)
	}
}
