package bot

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/silences"
)

// TestElsewhere: every word of another tool is answered with one of ours, and changes nothing; so is a word of the other command.
func TestElsewhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := begin(t, func(o *Options) { o.Silences = &silences.Book{} })
		w.wait(time.Second)
		id := w.alarm("checkout-5xx")
		w.wait(time.Second)
		seq := w.head(id).Seq
		rooms := []chat.Room{w.bot.command.Room(), w.bot.shifts.Room()}
		asked := 0
		for _, room := range rooms {
			seen := map[string]bool{}
			for _, e := range room.Elsewhere {
				_, ours := chat.Find(room.Words, e.Ours)
				if !ours && e.Root == "" && e.Note == "" {
					t.Errorf("%s %s: there is neither a word nor a note", room.Root, e.Said[0])
				}
				for _, said := range e.Said {
					if seen[said] {
						t.Errorf("%s %s stands in the table twice", room.Root, said)
					}
					seen[said] = true
					if _, word := chat.Find(room.Words, said); word {
						continue // we have that word by now
					}
					asked++
					got := w.typed(ana, room.Root, said+" 1 now")
					if !strings.Contains(got, "“"+said+"” is ") || strings.Contains(got, "I do not know") {
						t.Errorf("%s %s: %s", room.Root, said, got)
					}
				}
			}
		}
		if asked < 40 {
			t.Errorf("only %d words were asked for", asked)
		}
		contains(t, w.typed(ana, "/incident", "STATE"), "“state” is `/incident info` here", "`/incident info [id]`")
		contains(t, w.typed(ana, "/incident", "who"), "“who” is `/oncall` here", "Who is on call, until when")
		contains(t, w.typed(ana, "/incident", "silence checkout 2h x"), "“silence” is `/oncall silence` here")
		contains(t, w.typed(ana, "/oncall", "ack 1"), "“ack” is `/incident ack` here")
		contains(t, w.typed(ana, "/oncall", "trade @bo"), "“trade” is `/oncall swap` here")
		contains(t, w.typed(ana, "/incident", "wibble"), "I do not know “wibble”")
		contains(t, w.typed(ana, "/oncall", "wibble"), "I do not know “wibble”")
		if got := w.head(id).Seq; got != seq {
			t.Errorf("%d events were recorded meanwhile", got-seq)
		}
		for _, room := range rooms { // a word of ours goes first
			for _, w := range room.Words {
				if slices.ContainsFunc(room.Elsewhere, func(e chat.Elsewhere) bool { return slices.Contains(e.Said, w.Name) }) {
					t.Errorf("%s %s is a word of ours; take it out of those of other tools", room.Root, w.Name)
				}
			}
		}
	})
}
