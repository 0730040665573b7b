package command

import (
	"slices"
	"strings"

	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/bot/view"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/paging"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/text"
)

// What is typed may name several incidents: 3 4 5, or 7,8, or all. A word that takes them acts on all of them or on none: it looks
// at each before it changes the first. One that takes one incident says so, instead of taking the other numbers for its text.

// many is the room where several incidents may be meant.
type many struct{ *Room }

// namedAll stands for all incidents for which a word makes sense.
const namedAll = "all"

// mostNamed is how many incidents can be named by their numbers at a time. Each is an event and perhaps an edited card, in
// one transaction.
const mostNamed = 50

// numbers are the ids at the beginning of what was typed, once each, and how many words they are. Numbers in quotes are
// text, and so is what has a letter in it: "3 pods" names incident 3, "3pods" does not. Between two numbers may stand "and".
func numbers(args []chat.Token) (ids []string, words int) {
	for n, arg := range args {
		if words > 0 && n+1 < len(args) && joins(arg) && isNumber(args[n+1]) {
			continue
		}
		parts := strings.FieldsFunc(arg.Text, func(r rune) bool { return r == ',' || r == ';' })
		if arg.Kind != chat.WordToken || len(parts) == 0 {
			break
		}
		var here []string
		for _, p := range parts {
			if id := strings.TrimPrefix(chat.Plain(p), "#"); chat.IsNumber(id) {
				here = append(here, id)
			}
		}
		if len(here) < len(parts) {
			break
		}
		ids = append(ids, here...)
		words = n + 1
	}
	unique := ids[:0]
	for _, id := range ids {
		if !slices.Contains(unique, id) {
			unique = append(unique, id)
		}
	}
	return unique, words
}

// joins reports whether a word stands between the numbers of a list. Those of other languages are here that mean nothing else; about
// what else stands there is asked ([many.unjoined]).
func joins(t chat.Token) bool {
	return t.Kind == chat.WordToken &&
		slices.Contains([]string{"and", "&", "+", "und", "et", "y", "og", "och", "và"}, strings.ToLower(t.Text))
}

// unjoined asks whether a second incident was meant, where a word that joins nothing stands between it and the first
// ("2 mit 3"). That may be a note; but to do half of what was meant, and to make a note of the rest, is worse than to ask.
func (room many) unjoined(c *chat.Call, tx store.Tx) (m blocks.Message, asked bool) {
	ids, words := numbers(c.Args)
	if c.Target != nil || len(ids) == 0 || len(c.Args) != words+2 {
		return m, false
	}
	between, last := c.Args[words], c.Args[words+1]
	id := strings.Trim(chat.Plain(last.Text), "#,;")
	if between.Kind != chat.WordToken || isNumber(between) || strings.EqualFold(between.Text, view.Anyway) ||
		!isNumber(last) || slices.Contains(ids, id) {
		return m, false
	}
	if _, err := incidents.Head(tx, id); err != nil {
		return m, false
	}
	all, said := strings.Join(append(slices.Clone(ids), id), " "), text.Line(between.Text+" "+last.Text)
	if slices.Contains(singles(), c.Word) {
		m = blocks.Sentence("Do you mean ", id, ", too? Nothing was changed: ", blocks.Code(c.Root+" "+c.Word),
			" takes one incident at a time.")
	} else {
		m = blocks.Sentence("Do you mean ", id, ", too? Nothing was changed. For all of them: ", say(c, c.Word, all, ""),
			".")
	}
	m.Body = append(m.Body, blocks.Para(blocks.Say("If “", said, "” is text: ",
		say(c, c.Word, strings.Join(ids, " "), `"`+said+`"`), ".")))
	return m, true
}

// isNumber reports whether a word is the number of an incident, with a mark before or behind it.
func isNumber(t chat.Token) bool {
	return t.Kind == chat.WordToken && chat.IsNumber(strings.Trim(chat.Plain(t.Text), "#,;"))
}

// A named is which incidents were typed in front of a text.
type named struct {
	all  bool
	ids  []string
	text string // what stands behind them
}

// named reports which incidents were named, if these are several. A button is about one incident, whatever text it carries
// along. One number alone is no list: the word for one incident says more about it.
func (room many) named(c *chat.Call) (n named, ok bool) {
	if c.Target != nil || len(c.Args) == 0 {
		return n, false
	}
	ids, words := numbers(c.Args)
	if n.all = strings.EqualFold(chat.Plain(c.Args[0].Text), namedAll); n.all {
		ids, words = nil, 1
	}
	if n.ids = ids; len(ids) < 2 && !n.all {
		return n, false
	}
	if len(c.Args) > words {
		n.text = unquote(room.Router.Readable(c.Rest[c.Args[words].From:]))
	}
	return n, true
}

// read finds the incidents that were named; worthwhile are those of all for which the word makes sense. If one is none, m says so.
func (room many) read(c *chat.Call, tx store.Tx, n named,
	worthwhile func(*incidents.Incident) bool) (found []*incidents.Incident, m blocks.Message) {
	// 0: without a limit, since "all" means all
	open := incidents.OpenIDs(tx, 0)
	if n.all {
		for _, id := range open {
			if i, err := incidents.Head(tx, id); err == nil && worthwhile(i) {
				found = append(found, i)
			}
		}
		slices.SortStableFunc(found, paging.WorstFirst)
		return found, m
	}
	if len(n.ids) > mostNamed {
		return nil, blocks.Sentence("These are more than ", mostNamed, " incidents; nothing was changed.")
	}
	for _, id := range n.ids {
		i, m := room.incident(c, tx, id, open)
		if i == nil {
			m.Body = append(m.Body, blocks.Para(blocks.Say("Nothing was changed, of the others neither.")))
			return nil, m
		}
		found = append(found, i)
	}
	return found, m
}

// acknowledge acknowledges all of them, or none. A note that stands behind the numbers goes on each timeline.
func (room many) acknowledge(c *chat.Call, tx store.Tx, n named) (blocks.Message, error) {
	waits := view.WaitsFor(c.Person)
	all, m := room.read(c, tx, n, waits)
	if len(m.Body) > 0 {
		return m, nil
	}
	if len(all) == 0 {
		return blocks.Sentence("No incident waits to be acknowledged; nothing was changed."), nil
	}
	if unfit := room.unfit(c, all, waits); len(unfit.Body) > 0 {
		return unfit, nil
	}
	for _, i := range all {
		if n.text != "" {
			if err := room.record(c, tx, i.ID, incidents.Noted{Text: text.Clip(n.text, maxNote)}); err != nil {
				return blocks.Message{}, err
			}
		}
		if err := room.record(c, tx, i.ID, incidents.Acknowledged{}); err != nil {
			return blocks.Message{}, err
		}
	}
	lines := []blocks.Line{blocks.Say("You acknowledged ", text.Count(len(all), "incident", "incidents"),
		". ", view.Acked("them", all...))}
	return didSeveral(append(lines, noted(n.text)...), all), nil
}

// resolve resolves all of them, or none.
func (room many) resolve(c *chat.Call, tx store.Tx, n named) (blocks.Message, error) {
	all, m := room.read(c, tx, n, (*incidents.Incident).Open)
	if len(m.Body) > 0 {
		return m, nil
	}
	if len(all) == 0 {
		return blocks.Sentence("No incident is open; nothing was changed."), nil
	}
	if unfit := room.unfit(c, all, (*incidents.Incident).Open); len(unfit.Body) > 0 {
		return unfit, nil
	}
	// "anyway" is the first word of the reason; an alarm that fires needs it, as for one incident
	first, rest, _ := strings.Cut(n.text, " ")
	if strings.EqualFold(first, view.Anyway) {
		n.text = strings.TrimSpace(rest)
	} else if fire := firing(all); len(fire) > 0 {
		return blocks.Sentence("Nothing was resolved: alarms of ", text.List(fire, "and"), " still say ALARM. ", view.IfResolved,
			" To resolve all the same: ", blocks.Code(c.Root+" resolve "+n.typed()+" "+view.Anyway), "."), nil
	}
	for _, i := range all {
		if err := room.record(c, tx, i.ID, incidents.Resolved{Reason: text.Clip(n.text, maxReason)}); err != nil {
			return blocks.Message{}, err
		}
	}
	said := blocks.Say("You resolved ", text.Count(len(all), "incident", "incidents"), ".", because(n.text))
	return didSeveral([]blocks.Line{said}, all), nil
}

// typed are the incidents as they were named.
func (n named) typed() string {
	if n.all {
		return namedAll
	}
	return strings.Join(n.ids, " ")
}

// firing are the ids of incidents of which an alarm says ALARM.
func firing(all []*incidents.Incident) (ids []string) {
	for _, i := range all {
		if len(i.Firing) > 0 {
			ids = append(ids, i.ID)
		}
	}
	return ids
}

// unfit says of which incidents the state does not allow what was asked, and what is left; nothing if all do. What is left
// is offered as the command to type, so that nobody has to put it together from a list. Nothing was changed yet, so the
// offer is to do it for the rest.
func (room many) unfit(c *chat.Call, all []*incidents.Incident,
	fits func(*incidents.Incident) bool) (m blocks.Message) {
	var lines []blocks.Line
	var left []string
	for _, i := range all {
		if fits(i) {
			left = append(left, i.ID)
			continue
		}
		for _, p := range Refusal(c, &incidents.Refused{Incident: *i, Reason: incidents.NotTriggered(i)}).Body {
			lines = append(lines, p.Lines...)
		}
	}
	if len(lines) == 0 {
		return m
	}
	m.Body = []blocks.Paragraph{blocks.Bullets(lines...)}
	if len(left) > 0 {
		m.Body = append(m.Body, blocks.Para(blocks.Say("Nothing was changed, of the others neither. For those alone: ",
			blocks.Code(c.Root+" "+c.Word+" "+strings.Join(left, " ")))))
	}
	return m
}

// didSeveral lists on which incidents a word has acted.
func didSeveral(said []blocks.Line, all []*incidents.Incident) blocks.Message {
	const shown = 30
	var lines []blocks.Line
	for _, i := range all[:min(len(all), shown)] {
		lines = append(lines, blocks.Say(blocks.Strong(i.ID), " ", i.Severity, " · ", text.Clip(text.Line(i.Title), 100)))
	}
	if more := len(all) - shown; more > 0 {
		lines = append(lines, blocks.Say("and ", more, " more"))
	}
	return blocks.Message{Shown: true, Body: []blocks.Paragraph{blocks.Para(said...), blocks.Bullets(lines...)}}
}

// noted says which words became a note.
func noted(note string) []blocks.Line {
	if note == "" {
		return nil
	}
	return []blocks.Line{blocks.Say("Your note: “", text.Clip(text.Line(note), 200), "”.")}
}

// because says which words became a reason, and whether all of them.
func because(reason string) blocks.Line {
	if reason == "" {
		return nil
	}
	said := blocks.Say(" Your reason: “", text.Clip(text.Line(reason), 200), "”.")
	if text.Clip(reason, maxReason) != reason {
		said = blocks.Say(said, " Only the first ", maxReason, " characters of the reason are kept: put the rest in a note.")
	}
	return said
}

// onlyOne says that a word takes one incident, if several were named. A text may begin with numbers ("note 3 4 pods are
// gone"), so words with a text refuse only what is written as one list ("3,4"), and none refuses unless all numbers are
// incidents.
func (room many) onlyOne(c *chat.Call, tx store.Tx) (m blocks.Message, refused bool) {
	if slices.Contains(singles(), c.Word) {
		if m, asked := room.unjoined(c, tx); asked {
			return m, true
		}
	}
	n, several := room.named(c)
	if !several || n.all {
		return m, false
	}
	if c.Word == "note" || !slices.Contains(singles(), c.Word) { // what follows is a text, which may begin with numbers
		if first, _ := numbers(c.Args[:1]); len(first) < 2 {
			return m, false
		}
	}
	for _, id := range n.ids {
		if _, err := incidents.Head(tx, id); err != nil {
			return m, false
		}
	}
	return blocks.Sentence(blocks.Code(c.Root+" "+c.Word), " takes one incident at a time, and ", text.List(n.ids, "and"),
		" are several; nothing was changed."), true
}

// leftOver says that what stands behind an incident means nothing to a word.
func leftOver(c *chat.Call, rest string) blocks.Message {
	return blocks.Sentence("I do not know what “", text.Clip(text.Line(rest), 40), "” means behind ",
		blocks.Code(c.Root+" "+c.Word+" id"), "; nothing was done. What it takes: ", blocks.Code(c.Root+" help "+c.Word))
}

// singles are the words behind whose incident no text begins with a number.
func singles() []string {
	return []string{"escalate", "reopen", "snooze", "undo", "info", "postmortem"}
}

// numbered adds to the answer to a note that begins with the number of no incident how it is written, if the number is part of it.
func (room many) numbered(c *chat.Call, tx store.Tx, m blocks.Message) blocks.Message {
	open := incidents.OpenIDs(tx, 1)
	if ids, words := numbers(c.Args); c.Target != nil || words != 1 || len(ids) != 1 || len(open) == 0 || len(c.Args) < 2 {
		return m
	}
	m.Body = append(m.Body, blocks.Para(blocks.Say("Nothing was noted. If the number is part of the note, put that of ",
		"the incident in front: ",
		blocks.Code(text.Clip(c.Root+" note "+open[0]+" "+text.Line(room.Router.Readable(c.Rest)), 200)))))
	return m
}
