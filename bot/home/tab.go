package home

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/oncalm/oncalm/actions"
	talk "github.com/oncalm/oncalm/bot/actions"
	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/lists"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/bot/view"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/store"
)

const (
	// listed is how many shifts, incidents and action items are listed, of each.
	listed = 10
	// perRow is how many buttons stand in a row.
	perRow = 5
	// looked is how many open incidents are looked at.
	looked = 1000
	// ahead is how far shifts are looked for, and further how much beyond that to know where they end.
	ahead   = 28 * 24 * time.Hour
	further = 14 * 24 * time.Hour
)

// tab is what somebody reads, in parts that have a title each. Slack takes 100 blocks in a tab (views.publish), so each list is short
// and says how much more there is.
func (h *Home) tab(tx store.Tx, now time.Time, person string) []blocks.Message {
	parts := []blocks.Message{h.duty(tx, now, person), h.open(tx)}
	if items, some := h.mine(tx, now, person); some {
		parts = append(parts, items)
	}
	return append(parts, blocks.Sentence("As of ", now, ". All commands: ", blocks.Code(h.o.Root+" help")))
}

// open is what is open, with a button for each that nobody has acknowledged.
func (h *Home) open(tx store.Tx) blocks.Message {
	all, more := worst(tx)
	m := blocks.Message{Title: "Open incidents"}
	var lines []blocks.Line
	var row []blocks.Button
	for _, i := range all {
		lines = append(lines, lists.Line(i))
		// only what waits has a button: the rest can be done on its card
		if i.Status == incidents.StatusTriggered {
			ack := chat.Said{Room: view.Room, Word: "ack", Rest: chat.Target{ID: i.ID, Run: i.Run}.Value()}
			row = append(row, ack.Numbered("Acknowledge "+i.ID, i.ID))
		}
	}
	if more > 0 {
		lines = append(lines, blocks.Say("and ", more, " more: ", blocks.Code(h.o.Root+" list")))
	}
	if m.Body = bullets(lines); m.Body == nil {
		m.Body = []blocks.Paragraph{blocks.Para(blocks.Say("None."))}
	}
	if len(row) > 0 {
		row[0] = row[0].AsMain() // the worst
	}
	for part := range slices.Chunk(row, perRow) {
		m.Rows = append(m.Rows, part)
	}
	return m
}

// bullets is a list, if there is anything in it.
func bullets(lines []blocks.Line) []blocks.Paragraph {
	if len(lines) == 0 {
		return nil
	}
	return []blocks.Paragraph{blocks.Bullets(lines...)}
}

// A stint is a shift of a person.
type stint struct {
	schedule string
	from, to time.Time
}

// duty says whether a person is on call, and when they are next. A shift that began before now is cut at now, which is how
// it is told.
func (h *Home) duty(tx store.Tx, now time.Time, person string) blocks.Message {
	var on, next []stint
	for _, name := range slices.Sorted(maps.Keys(h.o.Overrides.Schedules)) {
		all := h.o.Overrides.Schedules[name].Shifts(now, now.Add(ahead+further), h.o.Overrides.Of(tx, name))
		for _, s := range all {
			switch {
			case !slices.Contains(s.People, person) || s.From.After(now.Add(ahead)):
			case !s.From.After(now):
				on = append(on, stint{name, s.From, s.To})
			default:
				next = append(next, stint{name, s.From, s.To})
			}
		}
	}
	m := blocks.Message{Title: "You are not on call"}
	if len(on) > 0 {
		m.Title = "You are on call"
	}
	var lines []blocks.Line
	for _, s := range on {
		lines = append(lines, blocks.Say("for ", blocks.Strong(s.schedule), " until ", s.to))
	}
	m.Body = bullets(lines)
	if len(next) == 0 {
		m.Body = append(m.Body, blocks.Para(blocks.Say("You have no further shift in the next 28 days.")))
		return m
	}
	slices.SortStableFunc(next, func(a, b stint) int { return a.from.Compare(b.from) })
	lines = nil
	for _, s := range next[:min(len(next), listed)] {
		lines = append(lines, blocks.Say(s.schedule, " from ", s.from, " until ", s.to))
	}
	m.Body = append(m.Body, blocks.Para(blocks.Say(blocks.Strong("Your next shifts"))), blocks.Bullets(lines...))
	return m
}

// worst are the open incidents that are listed, the worst first, then the oldest, and how many more there are.
func worst(tx store.Tx) (open []*incidents.Incident, more int) {
	for _, id := range incidents.OpenIDs(tx, looked) {
		if i, err := incidents.Head(tx, id); err == nil { // fsck names what cannot be read
			open = append(open, i)
		}
	}
	slices.SortStableFunc(open, func(a, b *incidents.Incident) int {
		return cmp.Or(cmp.Compare(a.Severity, b.Severity), a.Opened.Compare(b.Opened))
	})
	shown := open[:min(len(open), listed)]
	return shown, len(open) - len(shown)
}

// mine are the open action items of a person, what is due first in front, with a button for each that says that it is done.
func (h *Home) mine(tx store.Tx, now time.Time, person string) (m blocks.Message, some bool) {
	items := slices.DeleteFunc(actions.Open(tx), func(i actions.Item) bool { return i.Owner != person })
	m.Title = "Your action items"
	var lines []blocks.Line
	var row []blocks.Button
	for _, i := range items[:min(len(items), listed)] {
		lines, row = append(lines, talk.Line(i, now)), append(row, talk.Done(i))
	}
	if more := len(items) - len(lines); more > 0 {
		lines = append(lines, blocks.Say("and ", more, " more: ", blocks.Code(h.o.Root+" actions mine")))
	}
	m.Body = bullets(lines)
	for part := range slices.Chunk(row, perRow) {
		m.Rows = append(m.Rows, part)
	}
	return m, len(items) > 0
}
