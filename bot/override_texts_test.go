package bot

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/slackfake/workspace"
	"github.com/oncalm/oncalm/rotations"
)

// TestOverrideTexts holds what people read of a change, from the question to the notices and to why.
func TestOverrideTexts(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		w := begin(t, three, func(o *Options) {
			s := o.Overrides.Schedules["shop"]
			s.Zone = berlin
			o.Overrides.Schedules["shop"] = s
			o.Overrides.Planned = map[string][]rotations.Override{"shop": {
				{ID: "p", Schedule: "shop", Person: "bo", For: "cy", From: time.Date(2000, 1, 12, 8, 0, 0, 0, time.UTC),
					To: time.Date(2000, 1, 13, 8, 0, 0, 0, time.UTC)},
			}}
			o.People["ana"] = chat.Person{Slack: ana, Zone: berlin}
		})
		w.wait(10 * time.Hour)
		var b strings.Builder
		tell := func(who string, all ...workspace.Message) {
			for _, m := range all {
				if len(m.Files) == 0 {
					b.WriteString("To " + who + ":\n" + m.Text + "\n\n")
				}
			}
		}
		say := func(user string, words ...string) {
			b.WriteString(w.answers(user, "/oncall", words...))
			w.wait(5 * time.Second)
		}
		confirm := func(user, button string) {
			w.press(w.seen(user), button, user)
			w.wait(5 * time.Second)
			tell("whoever pressed "+button, w.seen(user))
		}
		say(bo, "me 90m")
		say(ana, "override @cy sun 18:00..mon 07:00")
		confirm(ana, "Confirm")
		say(ana, "cover me tomorrow 09:00 for 4h")
		confirm(ana, "Ask the others")
		w.press(w.newestQuestion(bo), "Accept", bo)
		w.wait(5 * time.Second)
		say(bo, "swap @cy")
		confirm(bo, "Ask cy")
		w.press(w.newestQuestion(cy), "Accept", cy)
		w.wait(5 * time.Second)
		say(ana, "", "why", "why at sun 20:00", "why at tomorrow 10:00", "why at 5 jan", "why at 2000-01-12 12:00", "why at 2000-03-27", "why at 1990-01-01", "schedule")
		say(ana, "undo")
		tell("ana", w.slack.DM(ana)...)
		tell("bo", w.slack.DM(bo)...)
		tell("cy", w.slack.DM(cy)...)
		tell("the channel", w.slack.Messages(channel)...)
		golden(t, "override-texts.txt", b.String())
	})
}
