package actions

import (
	"errors"
	"strings"
	"time"

	"github.com/oncalm/oncalm/actions"
	"github.com/oncalm/oncalm/bot/argument"
	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/response"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/text"
)

// said is a message of one line.
func said(parts ...any) blocks.Message { return blocks.Sentence(parts...) }

// A pointed call names an item: 42-3, or 42 done 3, or done 3 where the incident is known.
type pointed struct {
	verb     string // "done", "reopen", or "" for a look or a change
	incident string // "" if it was not named
	number   int
	rest     string // behind it, as others would read it
}

// verbs are the words by which items are closed and opened again, as they may be typed.
func verbs() map[string]string {
	return map[string]string{"done": "done", "close": "done", "closed": "done", "reopen": "reopen", "undone": "reopen"}
}

// points reads whether a call names an item, rather than planning one. "done" is a word in texts, too: a number has to follow.
func (r *Room) points(c *chat.Call) (p pointed, ok bool) {
	args := c.Args
	if c.Target != nil || len(args) == 0 {
		return p, false
	}
	incident := ""
	if len(args) > 2 && chat.IsID(strings.TrimPrefix(args[0].Text, "#")) && verbs()[strings.ToLower(args[1].Text)] != "" {
		incident, args = strings.TrimPrefix(args[0].Text, "#"), args[1:]
	}
	if verb := verbs()[strings.ToLower(args[0].Text)]; verb != "" && len(args) > 1 {
		p.verb, args = verb, args[1:]
	}
	p.incident, p.number, ok = actions.Split(args[0].Text)
	if ok && p.incident == "" {
		p.incident = incident
	}
	if !ok || p.verb == "" && !strings.Contains(args[0].Text, "-") {
		return p, false
	}
	if len(args) > 1 {
		p.rest = r.Router.Readable(c.Rest[args[1].From:])
	}
	return p, true
}

// action is /incident action.
func (r *Room) action(c *chat.Call, tx store.Tx) (blocks.Message, error) {
	if p, ok := r.points(c); ok {
		return r.about(c, tx, p)
	}
	i, rest, m := r.Hand.Pick(c, tx)
	if i == nil {
		return m, nil
	}
	var f response.Planned
	rest, m, ok := r.owner(rest, &f)
	if !ok {
		return m, nil
	}
	f, rest, unclear := Read(rest, f, c.Now, r.Hand.Zone(c))
	if f.What = rest; unclear != "" || f.What == "" {
		if unclear == "" {
			unclear = "What is to be done?"
		}
		return said(unclear, " Nothing changed. Write ",
			blocks.Code(c.Root+" "+Word+" "+i.ID+" @somebody an alarm on the pool due fri"), "."), nil
	}
	return r.plan(c, tx, i, f)
}

// owner takes whose an item is off the front of a text.
func (r *Room) owner(rest string, f *response.Planned) (_ string, m blocks.Message, ok bool) {
	if !strings.HasPrefix(rest, "@") {
		return rest, m, true
	}
	word, behind, _ := strings.Cut(rest, " ")
	bare := strings.ToLower(strings.TrimPrefix(strings.TrimRight(word, ".,;:"), "@"))
	if bare == "nobody" || bare == "none" {
		f.Person = ""
		return strings.TrimSpace(behind), m, true
	}
	_, name, ok := r.names().Find(word, argument.Person)
	if !ok {
		return rest, r.names().None(word, "nothing changed", argument.Person), false
	}
	f.Person = name
	return strings.TrimSpace(behind), m, true
}

// plan records a new item.
func (r *Room) plan(c *chat.Call, tx store.Tx, i *incidents.Incident, f response.Planned) (blocks.Message, error) {
	whole := strings.TrimSpace(f.What)
	f = clipped(f)
	item, err := r.desk().Plan(tx, c.Now, i.ID, incidents.Person(c.Person), f)
	if err != nil {
		return blocks.Message{}, err
	}
	c.Acted = true
	l := blocks.Say("An action item of ", blocks.Strong(i.ID), " (", text.Line(i.Title), ")")
	if f.Person != "" {
		l = blocks.Say(l, " for ", blocks.Strong(f.Person))
	}
	if !f.Due.IsZero() {
		l = blocks.Say(l, ", due ", f.Due)
	}
	l = blocks.Say(l, ": “", text.Line(f.What), "”. It is ", blocks.Strong(item.ID()), ".")
	if f.What != whole {
		l = blocks.Say(l, " It was too long: only the beginning is kept.")
	}
	m := blocks.Message{Body: []blocks.Paragraph{blocks.Para(l)}, Rows: [][]blocks.Button{Buttons(item)}}
	if lacks := lacking(item); lacks != "" {
		m.Body = append(m.Body, blocks.Para(blocks.Say("It has ", lacks, " yet: ",
			blocks.Code(c.Root+" "+Word+" "+item.ID()+" @somebody due fri"), ".")))
	}
	return m, nil
}

// lacking is what an item needs to be done by somebody some day.
func lacking(i actions.Item) string {
	switch {
	case i.Owner == "" && i.Due.IsZero():
		return "no owner and no day"
	case i.Owner == "":
		return "no owner"
	case i.Due.IsZero():
		return "no day"
	}
	return ""
}

// about does something with an item that was named.
func (r *Room) about(c *chat.Call, tx store.Tx, p pointed) (blocks.Message, error) {
	if p.incident == "" {
		bare := *c
		bare.Rest, bare.Args = "", nil
		i, _, _ := r.Hand.Pick(&bare, tx)
		if i == nil {
			return said("Which one? Name its incident, too; nothing changed. ", blocks.Code(c.Root+" "+Word+" "+p.verb+" 42-3"),
				" is item 3 of incident 42, and ", blocks.Code(c.Root+" actions"), " lists what is open."), nil
		}
		p.incident = i.ID
	}
	switch p.verb {
	case "done":
		return r.close(c, tx, p)
	case "reopen":
		return r.open(c, tx, p)
	}
	i, err := actions.Find(tx, p.incident, p.number)
	if err != nil || p.rest == "" {
		return r.became(c, p, i, err, "")
	}
	f := response.Planned{Person: i.Owner, Due: i.Due, Type: i.Type, Priority: i.Priority, VerifyBy: i.VerifyBy,
		Link: i.Link}
	rest, m, ok := r.owner(p.rest, &f)
	if !ok {
		return m, nil
	}
	f, rest, unclear := Read(rest, f, c.Now, r.Hand.Zone(c))
	if unclear != "" {
		return said(unclear, " Nothing changed."), nil
	}
	if rest != "" {
		i.What = rest
	}
	return r.change(c, tx, i, f)
}

// change records an item as f says, but for its text.
func (r *Room) change(c *chat.Call, tx store.Tx, i actions.Item, f response.Planned) (blocks.Message, error) {
	f.What = i.What
	f = clipped(f)
	i.What, i.Owner, i.Due, i.Type = f.What, f.Person, f.Due, f.Type
	i.Priority, i.VerifyBy, i.Link = f.Priority, f.VerifyBy, f.Link
	after, err := r.desk().Change(tx, c.Now, incidents.Person(c.Person), i)
	return r.became(c, pointed{incident: i.Incident, number: i.Number}, after, err, "is changed")
}

func (r *Room) close(c *chat.Call, tx store.Tx, p pointed) (blocks.Message, error) {
	i, err := r.desk().Close(tx, c.Now, incidents.Person(c.Person), p.incident, p.number, text.Clip(p.rest, maxReason))
	return r.became(c, p, i, err, "is done")
}

func (r *Room) open(c *chat.Call, tx store.Tx, p pointed) (blocks.Message, error) {
	i, err := r.desk().Reopen(tx, c.Now, incidents.Person(c.Person), p.incident, p.number, text.Clip(p.rest, maxReason))
	return r.became(c, p, i, err, "is open again")
}

// became says what became of an item; without anything that it became, how it stands.
func (r *Room) became(c *chat.Call, p pointed, i actions.Item, err error, what string) (blocks.Message, error) {
	id := actions.Item{Incident: p.incident, Number: p.number}.ID()
	switch {
	case errors.Is(err, actions.ErrNone), errors.Is(err, incidents.ErrNotFound):
		return said("There is no action item ", text.Clip(text.Line(id), 40), "; nothing changed. ",
			blocks.Code(c.Root+" actions"), " lists what is open."), nil
	case errors.Is(err, actions.ErrAs) && p.verb == "":
		return said("Nothing is different in ", blocks.Strong(id), "."), nil
	case errors.Is(err, actions.ErrAs) && i.Open():
		return said(blocks.Strong(id), " is open already; nothing changed."), nil
	case errors.Is(err, actions.ErrAs):
		return said(blocks.Strong(id), " was closed by ", blocks.Strong(i.ClosedBy), " ", i.Closed, "; nothing changed."), nil
	case err != nil:
		return blocks.Message{}, err
	}
	var body []blocks.Paragraph
	if what != "" {
		c.Acted = true
		body = append(body, blocks.Para(blocks.Say(blocks.Strong(id), " ", what, ".")))
	}
	return blocks.Message{Body: append(body, blocks.Bullets(Line(i, c.Now))), Rows: [][]blocks.Button{Buttons(i)}}, nil
}

// Line is an item in one line.
func Line(i actions.Item, now time.Time) blocks.Line {
	l := blocks.Say(blocks.Strong(i.ID()), " ", text.Clip(text.Line(i.What), 300), " · ")
	if i.Owner == "" {
		l = blocks.Say(l, "nobody’s")
	} else {
		l = blocks.Say(l, blocks.Strong(i.Owner))
	}
	switch {
	case !i.Open():
		l = blocks.Say(l, " · closed by ", i.ClosedBy, " ", i.Closed)
		if i.Reason != "" {
			l = blocks.Say(l, ": “", text.Clip(text.Line(i.Reason), 200), "”")
		}
	case i.Due.IsZero():
		l = blocks.Say(l, " · no day")
	case i.Overdue(now):
		l = blocks.Say(l, " · ", blocks.Strong("overdue"), " since ", i.Due)
	default:
		l = blocks.Say(l, " · due ", i.Due)
	}
	for _, more := range []string{i.Type, i.Priority} {
		if more != "" {
			l = blocks.Say(l, " · ", text.Clip(text.Line(more), 20))
		}
	}
	if i.VerifyBy != "" {
		l = blocks.Say(l, " · verified by: ", text.Clip(text.Line(i.VerifyBy), 200))
	}
	if i.Link != "" {
		l = append(blocks.Say(l, " · "), blocks.Link(i.Link, "ticket"))
	}
	return l
}

// done and reopen are the buttons.
func (r *Room) done(c *chat.Call, tx store.Tx) (blocks.Message, error) {
	p, ok := ofButton(c, "done")
	if !ok {
		return chat.NoButton(c.Root), nil
	}
	return r.close(c, tx, p)
}

func (r *Room) reopen(c *chat.Call, tx store.Tx) (blocks.Message, error) {
	p, ok := ofButton(c, "reopen")
	if !ok {
		return chat.NoButton(c.Root), nil
	}
	return r.open(c, tx, p)
}

// edit says how to change an item where its form cannot be opened.
func (r *Room) edit(c *chat.Call, tx store.Tx) (blocks.Message, error) {
	p, ok := ofButton(c, "")
	if !ok {
		return chat.NoButton(c.Root), nil
	}
	i, err := actions.Find(tx, p.incident, p.number)
	m, err := r.became(c, p, i, err, "")
	m.Body = append(m.Body, blocks.Para(blocks.Say("To change it, write ",
		blocks.Code(c.Root+" "+Word+" "+i.ID()+" @somebody due fri"), ".")))
	return m, err
}

// ofButton reads which item a button is about.
func ofButton(c *chat.Call, verb string) (pointed, bool) {
	incident, number, ok := actions.Split(c.Rest)
	return pointed{verb: verb, incident: incident, number: number}, ok && chat.IsID(incident)
}
