package bot

import (
	"regexp"
	"testing"
	"testing/synctest"
	"time"

	"github.com/oncalm/oncalm/bot/slackfake/workspace"
)

// TestRenamedCommands: where the slash commands are called otherwise, these names work, and nothing that people read has the usual ones.
func TestRenamedCommands(t *testing.T) {
	usual := regexp.MustCompile(`/(incident|oncall)[ "` + "`" + `]`)
	synctest.Test(t, func(t *testing.T) {
		w := begin(t, func(o *Options) { o.Roots = Roots{Incident: "/inc", OnCall: "/oc"} })
		w.wait(time.Second)
		w.alarm("checkout-5xx")
		w.wait(time.Second)
		for _, said := range []string{"", "list", "info", "why", "ack 1", "severity", "lead", "role", "note", "update", "timeline",
			"page", "nonsense", "who", "silence", "resolve 1", "postmortem", "undo", "help", "help ack"} {
			if got := w.typed(ana, "/inc", said); got == "" || usual.MatchString(got) {
				t.Errorf("/inc %s: %s", said, got)
			}
		}
		for _, said := range []string{"", "schedule", "why", "me 2h", "override", "swap", "feed", "undo", "trace", "nonsense", "ack", "help"} {
			if got := w.typed(ana, "/oc", said); got == "" && said != "override" && said != "swap" || usual.MatchString(got) {
				t.Errorf("/oc %s: %s", said, got)
			}
		}
		w.wait(time.Minute)
		var all []workspace.Message
		for _, user := range []string{ana, bo, cy} {
			all = append(append(all, w.slack.DM(user)...), w.slack.Ephemerals(channel, user)...)
		}
		for _, m := range append(all, w.slack.Messages(channel)...) {
			if usual.MatchString(m.Text + string(m.Blocks)) {
				t.Errorf("%s\n%s", m.Text, m.Blocks)
			}
		}
	})
}
