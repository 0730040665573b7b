package respond

import (
	"strings"
	"time"

	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/bot/when"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/response"
	"github.com/oncalm/oncalm/store"
)

// summary is /incident summary.
func (room *Room) summary(c *chat.Call, tx store.Tx) (blocks.Message, error) {
	i, said, m := room.Hand.Pick(c, tx)
	if i == nil {
		return m, nil
	}
	text, cut := kept(said, maxText)
	if text == "" {
		return how(c, i, "What is it about?", "the database of checkout is full"), nil
	}
	if _, err := room.Hand.Append(c, tx, i.ID, incidents.Responded{Fact: response.Summarised{Text: text}}); err != nil {
		return blocks.Message{}, err
	}
	return advised(did("The card of ", named(i), " says what it is about now.", cut), text), nil
}

// impact is /incident impact. Times are in the past: it tells what was, and the end may be left out while it goes on.
func (room *Room) impact(c *chat.Call, tx store.Tx) (blocks.Message, error) {
	i, said, m := room.Hand.Pick(c, tx)
	if i == nil {
		return m, nil
	}
	f, rest, unclear := affected(said, c.Now, room.Hand.Zone(c))
	text, cut := kept(rest, maxText)
	switch f.Text = text; {
	case unclear != "":
		return how(c, i, "No impact was noted: "+unclear+".", "from 14:02 to 14:40 one checkout in five fails"), nil
	case text == "":
		return how(c, i, "Who is hurt, and how?", "from 14:02 to 14:40 one checkout in five fails"), nil
	case !f.To.IsZero() && f.To.Before(f.From):
		return how(c, i, "That would end before it begins.", "from 14:02 to 14:40 one checkout in five fails"), nil
	}
	if _, err := room.Hand.Append(c, tx, i.ID, incidents.Responded{Fact: f}); err != nil {
		return blocks.Message{}, err
	}
	l := blocks.Say("The impact of ", named(i), " is on its card")
	if !f.From.IsZero() {
		l = blocks.Say(l, ", from ", f.From)
	}
	if !f.To.IsZero() {
		l = blocks.Say(l, ", to ", f.To)
	}
	return advised(did(blocks.Say(l, "."), cut), text), nil
}

// affected reads the times in front of an impact, or behind it, and returns the text. What is no time is part of the text. A text may
// begin or end with such a word, too ("from what we see"): then the whole is text. What is unclear says of a time why it cannot be meant.
func affected(said string, now time.Time, zone *time.Location) (f response.Affected, rest, unclear string) {
	f, rest, unclear = inFront(said, now, zone)
	if unclear != "" || !f.From.IsZero() || !f.To.IsZero() {
		return f, rest, unclear
	}
	const most = 10 // words that are looked at as times
	at := len(said)
	for range most {
		if at = strings.LastIndexByte(said[:at], ' '); at <= 0 {
			break
		}
		tail := said[at+1:]
		word, _ := firstWord(tail)
		g, left, why := inFront(tail, now, zone)
		switch {
		case why != "" && why != notYet:
			return f, said, why
		case left != "" || g.From.IsZero() && (g.To.IsZero() || strings.EqualFold(word, "to")):
		default: // the longest counts: "from 14:02 until 14:40" ends with "until 14:40"
			f, rest = g, strings.TrimRight(said[:at], " ,;")
		}
		if !f.From.IsZero() {
			break
		}
	}
	return f, rest, ""
}

// notYet says of tomorrow why nobody was hurt then.
const notYet = "tomorrow is still to come"

// inFront reads the times at the beginning of a text, and returns what follows them.
func inFront(said string, now time.Time, zone *time.Location) (f response.Affected, rest, unclear string) {
	rest = said
	word, behind := firstWord(rest)
	if strings.EqualFold(word, "from") || strings.EqualFold(word, "since") {
		if day, _ := firstWord(behind); strings.EqualFold(day, "tomorrow") {
			return f, said, notYet
		}
		p, read, err := when.Past(behind, now, zone)
		switch {
		case err != nil:
			return f, said, err.Error()
		case !read:
			return f, said, ""
		}
		f.From, rest = p.At.UTC(), p.Text
	}
	word, behind = firstWord(rest)
	if strings.EqualFold(word, "to") || strings.EqualFold(word, "until") || strings.EqualFold(word, "till") {
		p, read, err := when.Past(behind, now, zone)
		if err != nil {
			return f, said, err.Error()
		}
		if read {
			f.To, rest = p.At.UTC(), p.Text
		}
	}
	return f, rest, ""
}
