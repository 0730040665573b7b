package bot

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/oncalm/oncalm/bot/slack/blocks"

	"github.com/oncalm/oncalm/bot/slackfake/blockkit"
	"github.com/oncalm/oncalm/bot/slackfake/workspace"
	"github.com/oncalm/oncalm/incidents"
)

// madeID is a block_id that Slack made up.
var madeID = regexp.MustCompile(`"block_id":"b[0-9a-f]{5}",`)

// shown is a message as the golden files keep it.
func shown(t *testing.T, m workspace.Message) string {
	t.Helper()
	if problems := blockkit.ValidateBlocks(m.Blocks); len(problems) > 0 {
		t.Errorf("Slack would not take this: %v", problems)
	}
	if m.Blocks != nil {
		if err := blocks.Validate(m.Blocks); err != nil {
			t.Error(err)
		}
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	blocks := madeID.ReplaceAll(m.Blocks, nil)
	err := enc.Encode(map[string]any{"text": m.Text, "blocks": json.RawMessage(blocks), "metadata": m.Metadata})
	if err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// TestMessages holds what people read.
func TestMessages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := begin(t)
		w.wait(time.Second)
		id := w.alarm("checkout-5xx", func(o *incidents.Opened) {
			o.Severity = incidents.Sev1
			o.Alarm.Description = "More than 5 % of checkouts fail."
		})
		w.wait(time.Second)
		golden(t, "page.json", shown(t, w.only(w.slack.DM(ana))))
		golden(t, "card-triggered.json", shown(t, w.only(w.slack.Messages(channel))))

		w.typed(ana, "/incident", `note "the database of checkout is slow"`)
		w.wait(10 * time.Minute)
		w.typed(ana, "/incident", "ack")
		w.wait(5 * time.Second)
		golden(t, "page-acknowledged.json", shown(t, w.only(w.slack.DM(ana))))
		golden(t, "page-acknowledged-by-other.json", shown(t, w.only(w.slack.DM(bo))))
		golden(t, "card-acknowledged.json", shown(t, w.only(w.slack.Messages(channel))))
		golden(t, "info.txt", w.typed(bo, "/incident", "info"))

		w.wait(40 * time.Minute)
		all := w.slack.DM(ana)
		golden(t, "page-reminder.json", shown(t, all[len(all)-1]))
		w.typed(bo, "/incident", "resolve "+id+" anyway the index was missing")
		w.wait(5 * time.Second)
		golden(t, "page-resolved.json", shown(t, w.slack.DM(ana)[0]))
		golden(t, "card-resolved.json", shown(t, w.only(w.slack.Messages(channel))))
	})
}

// answers types words and collects what a person then reads, as text. The number of a line depends on when pages were delivered.
func (w *world) answers(user, command string, words ...string) string {
	var b strings.Builder
	for _, text := range words {
		b.WriteString("> " + strings.TrimSpace(command+" "+text) + "\n" + w.typed(user, command, text) + "\n\n")
	}
	for _, m := range w.slack.Ephemerals(channel, user) {
		shown(w.t, m)
	}
	return regexp.MustCompile("undo ([0-9]+) [0-9]+`").ReplaceAllString(b.String(), "undo $1 LINE`")
}

func TestAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := begin(t)
		w.wait(time.Second)
		golden(t, "answers-empty.txt", w.answers(ana, "/incident", "", "list", "info", "ack", "ack 7", "ack checkout", "pm"))
		for range 42 {
			id := w.alarm("checkout-5xx")
			w.wait(time.Second)
			if id != "41" && id != "42" {
				w.typed(ana, "/incident", "resolve "+id+" anyway")
			}
		}
		w.wait(3 * time.Minute)
		golden(t, "answers-two-open.txt", w.answers(bo, "/incident",
			"", "help", "list", "info 41", "ack 999999", "ack 40", "ack", "acc 41", "frobnicate", "note", "note 41", "note 503 errors",
			"note 41 “the database is slow” since 14:02", "ack 41", "ack 41", "escalate #41 please look", "ack 41 on it", "pm 41",
			"resolve 41 it went away", "resolve 41 anyway it went away", "resolve 41", "reopen 41 not yet", "undo", "resolve 41 anyway", "undo", "snooze 41", "snooze 41 soon", "snooze 41 30m we wait for AWS", "undo 41", "resolve 41 anyway", "list", "note the disk is &lt;full&gt;, says <@U0ANA|ana>: <https://x.example|see>"))
		golden(t, "answers-other.txt", w.answers(ana, "/incident", "ack 42", "resolve"))
		golden(t, "oncall.txt", w.answers(ana, "/oncall", "", "payments", "nobody", "checkout", "chekout", "help"))
	})
}
