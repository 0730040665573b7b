package bot

import (
	"bytes"
	"image/png"
	"testing"
	"testing/synctest"
	"time"

	"github.com/oncalm/oncalm/bot/slackfake/faults"
)

func TestPictureOfASchedule(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := begin(t, three)
		w.wait(time.Hour)
		contains(t, w.said(ana, "schedule").Text, "shop, the next 14 days", "A picture of it is in your direct messages")
		w.wait(5 * time.Second)
		m := w.only(w.slack.DM(ana))
		if len(m.Files) != 1 || m.Files[0].Title != "shop, the next 14 days" {
			t.Fatalf("files: %+v", m.Files)
		}
		name, content, ok := w.slack.File(m.Files[0].ID)
		if img, err := png.Decode(bytes.NewReader(content)); !ok || name != "schedule.png" || err != nil || img.Bounds().Dx() < 900 {
			t.Errorf("%s: %v", name, err)
		}
	})
}

// TestNoPicture holds that what cannot be sent as a picture holds nothing up: no picture is worth a retry for ever, or twice.
func TestNoPicture(t *testing.T) {
	for name, kind := range map[string]faults.Kind{
		"missing scope": faults.Error("missing_scope"), "refused": faults.Error("file_uploads_disabled"),
		"perhaps": faults.StoredButTimedOut(), "500": faults.Status(500),
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := begin(t, three)
				w.wait(time.Hour)
				w.slack.Faults.Fail(faults.Fault{Method: "files.completeUploadExternal", Times: 1, Kind: kind})
				w.said(ana, "schedule")
				w.wait(10 * time.Minute)
				if n := len(w.slack.DM(ana)); n > 1 {
					t.Errorf("%d pictures", n)
				}
				w.said(ana, "schedule")
				w.wait(10 * time.Minute)
				if n := len(w.slack.DM(ana)); n == 0 {
					t.Error("no picture either when Slack is well again")
				}
				if p := w.bot.Status().Problem; p != "" {
					t.Errorf("a problem is left: %s", p)
				}
			})
		})
	}
}
