package silence

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/bot/view"
	"github.com/oncalm/oncalm/silences"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/text"
)

// standing are the silences that are not over.
func standing(tx store.Tx) []silences.Silence {
	return slices.DeleteFunc(silences.All(tx), func(s silences.Silence) bool { return !s.Ended.IsZero() })
}

// list shows what is silenced, and what will be.
func (t *Talk) list(c *chat.Call, tx store.Tx) blocks.Message {
	all := standing(tx)
	if len(all) == 0 {
		return blocks.Sentence("Nothing is silenced. ", blocks.Code(c.Root+" silence checkout-* 2h we deploy"),
			" silences alarms, a service or a tag.")
	}
	const most, buttons = 20, 10
	var m blocks.Message
	var lines []blocks.Line
	for n, s := range all[:min(len(all), most)] {
		lines = append(lines, view.Silence(s))
		if n%5 == 0 && n < buttons {
			m.Rows = append(m.Rows, nil)
		}
		if n < buttons {
			row := &m.Rows[len(m.Rows)-1]
			*row = append(*row, endButton(s, strconv.Itoa(n)))
		}
	}
	if more := len(all) - most; more > 0 {
		lines = append(lines, blocks.Say("and ", text.Count(more, "more", "more")))
	}
	m.Body = []blocks.Paragraph{blocks.Bullets(lines...)}
	return m
}

// Unsilence is /oncall unsilence, and the button that ends a silence. What is named may be several, which all end. Anybody
// may end anybody's: docs/decisions/0034 says why.
func (t *Talk) Unsilence(c *chat.Call, tx store.Tx) (blocks.Message, error) {
	said := strings.TrimSpace(c.Rest)
	all := standing(tx)
	if said != "" {
		all = slices.DeleteFunc(all, func(s silences.Silence) bool { return !named(s, said) })
	} else if len(all) > 1 {
		m := t.list(c, tx)
		m.Body = append([]blocks.Paragraph{blocks.Para(blocks.Say("Which one?"))}, m.Body...)
		return m, nil
	}
	if len(all) == 0 {
		m := t.list(c, tx)
		none := blocks.Say("There is no such silence, or it is over; nothing changed.")
		m.Body = append([]blocks.Paragraph{blocks.Para(none)}, m.Body...)
		return m, nil
	}
	var lines []blocks.Line
	for _, s := range all {
		done, err := t.Book.Lift(tx, c.Now, c.Person, s.ID)
		// it has ended meanwhile by itself
		if errors.Is(err, silences.ErrNoSilence) {
			continue
		}
		if err != nil {
			return blocks.Message{}, err
		}
		l := blocks.Say("🔊 Ended: ", blocks.Strong(s.What()), ".")
		if n := len(done.Incidents); n > 0 && s.End == silences.EndPage {
			l = blocks.Say(l, " ", text.Count(n, "incident that still fires pages", "incidents that still fire page"),
				" now: ", some(done.Incidents), ".")
		}
		lines = append(lines, l)
	}
	return blocks.Message{Body: []blocks.Paragraph{blocks.Para(lines...)}}, nil
}

// named reports whether a silence is meant by what was typed: its id, the name of the maintenance, or what it covers. A
// silence of several covers is named by its id, or by all of them as it is shown.
func named(s silences.Silence, said string) bool {
	if said == s.ID || s.Rule != "" && strings.EqualFold(said, s.Rule) || said == s.What() {
		return true
	}
	return len(s.Covers) == 1 && slices.Contains([]string{s.Covers[0].Alarm, s.Covers[0].Service, s.Covers[0].Tag}, said)
}
