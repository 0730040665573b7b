package main

import (
	"strings"
	"testing"
	"time"

	"github.com/oncalm/oncalm/bot/slackfake/faults"
)

// TestReadyzNamesTheChannel: what keeps cards out of their channel is told with what to do, and the program is ready all the same.
func TestReadyzNamesTheChannel(t *testing.T) {
	play(t, func(w *world) {
		w.slack.Faults.Fail(faults.Fault{Method: "chat.postMessage", Channel: "incidents", Kind: faults.Error("is_archived")})
		w.Alarm("checkout-5xx")
		w.Wait(4 * time.Second)
		w.Paged("ana", "checkout-5xx")
		said := w.readyz()
		for _, part := range []string{`"ready":true`, `{"name":"channel","ok":false,"reason":"channel `, `does not accept cards (is_archived); unarchive it`} {
			if !strings.Contains(said, part) {
				t.Errorf("%s is not in %s", part, said)
			}
		}
		w.slack.Faults.Clear()
		w.Wait(time.Minute)
		if said := w.readyz(); !strings.Contains(said, `{"name":"channel","ok":true}`) {
			t.Errorf("with the channel mended: %s", said)
		}
	})
}
