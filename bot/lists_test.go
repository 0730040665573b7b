package bot

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/oncalm/oncalm/bot/slackfake/workspace"
)

// TestListPages: of many incidents the worst come first, and every one of them is reached with the buttons.
func TestListPages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := begin(t)
		w.wait(time.Second)
		for n := range 40 {
			w.alarm(fmt.Sprintf("checkout-%02d", n))
			w.wait(time.Minute)
		}
		first := w.typed(ana, "/incident", "list")
		contains(t, first, "40 incidents are open; 1 to 15, worst first:", "checkout-00", "checkout-14")
		newest := func() workspace.Message {
			all := w.slack.Ephemerals(channel, ana)
			return all[len(all)-1]
		}
		seen := map[string]bool{}
		look := func() {
			for n := range 40 {
				if name := fmt.Sprintf("checkout-%02d", n); strings.Contains(newest().Text, name) {
					seen[name] = true
				}
			}
		}
		look()
		for _, want := range []string{"16 to 30", "31 to 40"} {
			w.press(newest(), "Show more", ana)
			w.wait(time.Second)
			contains(t, newest().Text, want)
			look()
		}
		if len(seen) != 40 {
			t.Errorf("%d of 40 incidents were reached", len(seen))
		}
		w.press(newest(), "Back", ana)
		w.wait(time.Second)
		contains(t, newest().Text, "16 to 30")
		contains(t, w.typed(ana, "/incident", "list mine sev1"), "There is nothing to list (mine sev1)")
		contains(t, w.typed(ana, "/incident", "list mine"), "incidents are open (mine)")
		contains(t, w.typed(ana, "/incident", "list chekout"), "I do not know “chekout”", "Did you mean `/incident list checkout`?", "services: checkout")
	})
}
