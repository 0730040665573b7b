package bot

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/oncalm/oncalm/bot/review"
	"github.com/oncalm/oncalm/bot/slackfake/faults"
	"github.com/oncalm/oncalm/postmortems/document"
)

// TestPostmortemPosted: a postmortem is posted to the channel once for each state of its incident, with the document as two files in the
// thread, also while Slack is troubled; what people wrote pings nobody; and it is posted of no incident that goes on.
func TestPostmortemPosted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := begin(t, func(o *Options) {
			o.Post = func(_ context.Context, id string) (p review.Posted, err error) {
				p.Document = document.Document{
					Header:   document.Header{ID: id, Title: "<!channel> 5xx", Severity: "sev1", Service: "checkout"},
					Review:   document.Review{Status: "draft"},
					Times:    []document.Measure{{Name: "Time to detect", Short: "TTD", Seconds: document.Seconds(90 * time.Second)}},
					Sections: []document.Section{{Name: document.SectionSummary, Parts: []document.Part{{Text: "<@U0BO> the *pool* was full"}}}},
				}
				p.Markdown, p.Page = []byte("# Postmortem\n"), []byte("<!doctype html>\n")
				return p, nil
			}
		})
		w.wait(time.Second)
		w.alarm("checkout-5xx")
		w.wait(2 * time.Second)
		w.tells(ana, "postmortem 1 post", "1 is not resolved yet; nothing changed.")
		w.tells(ana, "resolve 1 anyway")
		w.slack.Faults.Fail(faults.Fault{Method: "chat.postMessage", Times: 1, Kind: faults.Stored(faults.Truncated())})
		w.tells(ana, "postmortem 1 post", "The postmortem of 1 (checkout-5xx) is posted to the channel")
		w.wait(time.Minute)
		w.tells(ana, "postmortem post", "is posted already, as it is now.")
		w.wait(time.Minute)
		all, files := w.slack.Messages(channel), map[string]string{}
		if n := told(all, "Postmortem of incident 1"); n != 1 {
			t.Errorf("it is posted %d times", n)
		}
		for _, m := range all {
			if strings.Contains(m.Text, "Postmortem of incident 1") {
				contains(t, m.Text, "(sev1, checkout), draft", "Time to detect: 1 min 30 s")
				for _, live := range []string{"<!channel>", "<@U0BO>"} {
					if strings.Contains(m.Text+string(m.Blocks), live) {
						t.Errorf("%s is live in %s", live, m.Blocks)
					}
				}
				for _, answer := range all {
					for _, f := range answer.Files {
						if answer.ThreadTS != m.TS {
							t.Errorf("%s is not in its thread", f.Name)
						}
						name, content, _ := w.slack.File(f.ID)
						files[name] += string(content)
					}
				}
			}
		}
		if len(files) != 2 || files["postmortem-1.md"] != "# Postmortem\n" || files["postmortem-1.html"] != "<!doctype html>\n" {
			t.Errorf("%q", files)
		}
		w.tells(bo, "note 1 one more")
		w.tells(bo, "pm 1 post", "is posted to the channel")
		w.wait(time.Minute)
		if n := told(w.slack.Messages(channel), "Postmortem of incident 1"); n != 2 {
			t.Errorf("after it changed it is there %d times", n)
		}
	})
}
