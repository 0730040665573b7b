package main

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/oncalm/oncalm/alarms/sns"
	"github.com/oncalm/oncalm/cmd/oncalm/replay"
)

// TestFatesOfADay lives through a day and holds that afterwards one can look up what became of each message, in chat and at the
// command line; and that the day, played against the same configuration, pages the same people as often.
func TestFatesOfADay(t *testing.T) {
	play(t, func(w *world) {
		w.Alarm("checkout-5xx")
		w.Wait(7 * time.Minute) // bo is paged, too
		w.Says("bo", "/incident", "ack 1")
		w.Wait(40 * time.Minute) // and reminded
		w.OK("checkout-5xx")
		w.Says("ana", "/oncall", "silence search-* 2h deploy")
		w.Wait(time.Minute)
		w.Alarm("nights-copy") // nobody is on call
		w.Wait(20 * time.Minute)
		w.OK("nights-copy")
		w.Wait(time.Minute)
		w.Alarm("checkout-5xx")
		w.Wait(3 * time.Minute)
		w.Says("ana", "/incident", "resolve 3 anyway")
		body, err := w.topic.Sign(sns.Post{Message: "m", At: time.Now()})
		if err != nil {
			t.Fatal(err)
		}
		forged := []byte(strings.Replace(string(body), `"m"`, `"forged"`, 1))
		for range 1000 {
			w.PostBody(forged)
		}
		w.Wait(time.Minute)
		if keys := w.kept("refused/"); len(keys) != 1 {
			t.Errorf("what was refused is kept as %q", keys)
		}
		for said, want := range map[string]string{
			"":                "E1014` × 1000",
			"trace-none":      "No message within the last 7 days",
			"1":               "opened incident 1. Paged ana through Slack",
			"nights":          "Paged cy through Slack",
			"#1":              "bo through Slack",
			"checkout-5xx":    "resolved incident 1",
			"checkout-5xx-no": "No message",
		} {
			if got := w.Says("bo", "/oncall", "trace "+said); !strings.Contains(got, want) {
				t.Errorf("/oncall trace %s: %s\nwant %s", said, got, want)
			}
		}
		if got := w.turnsAway("eve", "/oncall", "trace"); !strings.Contains(got, "not in Oncalm's people list") {
			t.Errorf("a stranger is told %q", got)
		}
		w.stop()
		defer w.start()
		config := filepath.Join(w.dir, "oncalm.yaml")
		list := w.runs("messages", "-config", config)
		if strings.Count(list, "\n") < 6 || !strings.Contains(list, "1000 messages in all") {
			t.Error(list)
		}
		var r replay.Result
		if err := json.Unmarshal([]byte(w.runs("simulate", "-replay", "24h", "-config", config, "-json")), &r); err != nil {
			t.Fatal(err)
		}
		same := len(r.Changed) == 0 && r.Incidents.Before == r.Incidents.After
		if r.Messages != 5 || r.LeftOut != 0 || !same || len(r.Pages) == 0 {
			t.Errorf("%+v", r)
		}
		for _, p := range append(r.Pages, r.Nights...) {
			if p.Before != p.After {
				t.Errorf("by the same configuration, otherwise: %+v", p)
			}
		}
		w.start()
		w.change("checkout: {policy: days, severity: sev1", "checkout: {policy: gap, severity: sev1")
		w.stop()
		out := w.runs("simulate", "-replay", "24h", "-config", config)
		if !strings.Contains(out, "cy        checkout  0     3") {
			t.Errorf("by another policy: %s", out)
		}
	})
}
