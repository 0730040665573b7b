package storm

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"

	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/bot/view"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/text"
)

// Room is the name of the room whose words the buttons of storms say.
const Room = "storm"

// page is how many incidents a list shows at a time.
const page = 20

// Room is what the buttons of storms say. Nobody types it.
func (s *Storms) Room() chat.Room {
	return chat.Room{Name: Room, Root: s.o.Root, Title: "Storm", Unheard: []chat.Word{
		{Name: "list", Show: s.list},
		{Name: "open", Change: s.open},
	}}
}

// numbers reads what a button carries: numbers that are not negative. An old button may carry
// what another version wrote.
func numbers(c *chat.Call, most int) (all []int, ok bool) {
	for _, a := range c.Args {
		n, err := strconv.Atoi(a.Text)
		if err != nil || n < 0 {
			return nil, false
		}
		all = append(all, n)
	}
	return all, len(all) == most
}

// list shows what is open of a storm, worst first, with a button for each.
func (s *Storms) list(ctx context.Context, c *chat.Call) (blocks.Message, error) {
	at, ok := numbers(c, 2)
	if !ok {
		return chat.NoButton(c.Root), nil
	}
	n, from := at[0], at[1]
	var open []*incidents.Incident
	err := s.o.Book.Store.View(ctx, func(tx store.Tx) error {
		open = nil
		r, err := readCard(tx, n)
		if err != nil || r == nil {
			return err
		}
		for _, id := range members(tx, n, *r) {
			i, err := incidents.Head(tx, id)
			switch {
			case errors.Is(err, incidents.ErrNotFound):
			case err != nil:
				return err
			case i.Open():
				open = append(open, i)
			}
		}
		return nil
	})
	if err != nil {
		return blocks.Message{}, err
	}
	slices.SortFunc(open, worstFirst)
	return listMessage(c.Root, n, min(from, max(len(open)-1, 0)/page*page), open), nil
}

// worstFirst orders by severity; what nobody has acknowledged comes before the rest, and the older before the newer.
func worstFirst(a, b *incidents.Incident) int {
	taken := func(i *incidents.Incident) int {
		if i.Status == incidents.StatusTriggered {
			return 0
		}
		return 1
	}
	return cmp.Or(cmp.Compare(a.Severity, b.Severity), cmp.Compare(taken(a), taken(b)), a.Opened.Compare(b.Opened),
		cmp.Compare(len(a.ID), len(b.ID)), cmp.Compare(a.ID, b.ID))
}

// listMessage is the list from one incident on. Its pages are counted from the worst, and what is resolved moves them: a
// page may repeat or leave out one.
func listMessage(root string, n, from int, open []*incidents.Incident) blocks.Message {
	if len(open) == 0 {
		return blocks.Sentence("Nothing of this storm is open any more.")
	}
	shown := open[from:min(from+page, len(open))]
	what := text.Count(len(open), "incident of this storm is", "incidents of this storm are")
	l := blocks.Say(what, " open, the worst first")
	if len(shown) < len(open) {
		l = blocks.Say(l, "; these are ", from+1, " to ", from+len(shown))
	}
	m := blocks.Message{Body: []blocks.Paragraph{blocks.Para(blocks.Say(l, "."))}}
	for _, i := range shown {
		m.Rows = append(m.Rows, []blocks.Button{openButton(i)})
	}
	var turn []blocks.Button
	if from > 0 {
		turn = append(turn, listButton(n, max(from-page, 0), "Back"))
	}
	if rest := len(open) - from - len(shown); rest > 0 {
		turn = append(turn, listButton(n, from+page, "Next "+strconv.Itoa(min(rest, page))))
	}
	if len(turn) > 0 {
		m.Rows = append(m.Rows, turn)
	}
	m.Notice = l.Plain(nil) + ". " + root + " list shows what is open."
	return m
}

// openButton opens an incident.
func openButton(i *incidents.Incident) blocks.Button {
	sign := view.Sign(i.Severity)
	if i.Status == incidents.StatusAcknowledged {
		sign += "✋"
	}
	label := sign + " Open " + i.ID + " · " + text.Line(i.Title)
	return chat.Said{Room: Room, Word: "open", Rest: i.ID}.Numbered(label, i.ID)
}

// open shows an incident to one person, and gives it a card of its own.
func (s *Storms) open(c *chat.Call, tx store.Tx) (blocks.Message, error) {
	if _, ok := numbers(c, 1); !ok {
		return chat.NoButton(c.Root), nil
	}
	id := c.Args[0].Text
	i, err := incidents.Head(tx, id)
	if errors.Is(err, incidents.ErrNotFound) {
		return blocks.Sentence("No incident ", id, "."), nil
	}
	if err != nil {
		return blocks.Message{}, err
	}
	s.Draw(tx, c.Now, i)
	m, err := s.o.Info(tx, id)
	if n, ok := stormOf(tx, id); ok && c.Private && err == nil {
		m.Rows = append(m.Rows, []blocks.Button{listButton(n, 0, "Back to the list")})
	}
	return m, err
}
