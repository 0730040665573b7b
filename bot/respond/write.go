package respond

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/slack"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/bot/view"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/postmortems/document"
	"github.com/oncalm/oncalm/postmortems/editing"
	"github.com/oncalm/oncalm/postmortems/lint"
	"github.com/oncalm/oncalm/postmortems/markdown"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/text"
)

// sectionField is the text of a section in its form.
const sectionField = "section"

// section takes the name of a section off what was said.
func section(said string) (name, rest string, ok bool) {
	name, rest = firstWord(said)
	for _, known := range document.Sections() {
		if strings.EqualFold(name, known) {
			return known, rest, true
		}
	}
	return "", said, false
}

// sections asks which section is meant.
func sections(c *chat.Call, i *incidents.Incident) blocks.Message {
	return how(c, i, "Which section? There are "+text.List(document.Sections(), "and")+".", document.SectionSummary)
}

// writeForm is the form in which a section is edited, with what stands there. Who types the text behind the section needs none.
func (room *Room) writeForm(ctx context.Context, c *chat.Call) (f blocks.Form, ok bool) {
	err := room.o.Book.Store.View(ctx, func(tx store.Tx) error {
		i, said, _ := room.Hand.Pick(c, tx)
		if i == nil {
			return nil
		}
		name, rest, known := section(said)
		if !known || rest != "" {
			return nil
		}
		timeline, err := incidents.Timeline(tx, i.ID)
		if err != nil {
			return err
		}
		now, base := editing.Now(timeline, name)
		if len([]rune(now)) > maxText {
			return nil // a form has no room for it: a file has
		}
		ok = true
		f = chat.Said{Room: view.Room, Word: "write", Rest: i.ID + " " + name + " " + strconv.Itoa(base)}.Form(blocks.Form{
			Title: "Postmortem of " + i.ID, Send: "Save", Close: "Cancel", Fields: []blocks.Field{{
				Kind: blocks.TextField, Name: sectionField, Label: name, Most: maxText, Filled: now, Optional: true,
				Hint: "what was seen, and what made it look right; Markdown",
			}},
		})
		return nil
	})
	return f, ok && err == nil
}

// writeFilled records what was filled in.
func (room *Room) writeFilled(ctx context.Context, c *chat.Call, f *slack.Form) chat.Filled {
	parts := strings.Fields(c.Rest)
	if len(parts) != 3 {
		return chat.Filled{Next: chat.Closing("Postmortem", chat.NoForm(c.Root))}
	}
	base, err := strconv.Atoi(parts[2])
	if err != nil {
		return chat.Filled{Next: chat.Closing("Postmortem", chat.NoForm(c.Root))}
	}
	wrote := markdown.Written{Name: parts[1], Text: f.Values[sectionField].Text, Base: base}
	m := room.Router.Once(ctx, c, func(tx store.Tx) (blocks.Message, error) {
		i, err := incidents.Head(tx, parts[0])
		if err != nil {
			return blocks.Message{}, err
		}
		return room.record(c, tx, i, wrote)
	})
	return chat.Filled{Next: chat.Closing("Postmortem", m)}
}

// write is /incident write with the text behind the section: it is added to what stands there.
func (room *Room) write(c *chat.Call, tx store.Tx) (blocks.Message, error) {
	i, said, m := room.Hand.Pick(c, tx)
	if i == nil {
		return m, nil
	}
	name, rest, ok := section(said)
	switch {
	case !ok:
		return sections(c, i), nil
	case rest == "":
		const why = "The form cannot be opened now, or what stands there is too long for one."
		return how(c, i, why, name+" the pool was full"), nil
	}
	return room.record(c, tx, i, markdown.Written{Name: name, Text: rest})
}

// record records a section, and says to whoever wrote it, and nobody else, what could be said better.
func (room *Room) record(c *chat.Call, tx store.Tx, i *incidents.Incident, w markdown.Written) (blocks.Message, error) {
	changed, err := editing.Write(room.o.Book, tx, c.Now, i.ID, incidents.Person(c.Person), []markdown.Written{w})
	switch {
	case errors.Is(err, editing.ErrLong):
		return did("That is too long for one section. Nothing changed."), nil
	case err != nil:
		return blocks.Message{}, err
	case len(changed) == 0:
		return did("Nothing is different in the section ", blocks.Strong(w.Name), " of ", named(i), "."), nil
	}
	c.Acted = true
	m := did("The postmortem of ", named(i), " has your words in its section ", blocks.Strong(w.Name), ".")
	return advised(m, w.Text), nil
}

// mostAdvice is how many findings an answer has.
const mostAdvice = 3

// advised adds to an answer what could be said better of a text. The answer is for whoever wrote it alone; nothing is held back
// for it.
func advised(m blocks.Message, said string) blocks.Message {
	l, err := lint.New()
	if err != nil {
		return m // impossible: the words come with the program, and are tested
	}
	found := l.Text([]byte(said), nil)
	if len(found) == 0 {
		return m
	}
	var lines []blocks.Line
	for _, f := range found[:min(len(found), mostAdvice)] {
		lines = append(lines, blocks.Say("“", text.Clip(text.Line(f.Text), 80), "”: ", f.Suggest, " (", f.Rule, ")"))
	}
	hint := blocks.Say("Only you see this. It could be said without blame:")
	m.Body = append(m.Body, blocks.Para(hint), blocks.Bullets(lines...))
	return m
}
