package actions

import (
	"context"
	"slices"
	"strings"

	"github.com/oncalm/oncalm/actions"
	"github.com/oncalm/oncalm/bot/argument"
	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/text"
)

const (
	// listed is how many items stand in a list, and closable how many of them have a button.
	listed   = 20
	closable = 10
	// perRow is how many buttons stand in a row.
	perRow = 5
)

// A filter says which items are listed; what is empty lists all.
type filter struct {
	owner, service string
	overdue        bool
}

// filterOf reads what was typed. m says what is wrong with it.
func (r *Room) filterOf(c *chat.Call) (f filter, m blocks.Message, ok bool) {
	for said := range strings.FieldsSeq(r.Router.Readable(c.Rest)) {
		word := strings.ToLower(said)
		switch kind, name, known := r.names().Find(said, argument.Person, argument.Service); {
		case word == "overdue" || word == "late":
			f.overdue = true
		case word == "all" || word == "open":
		case word == "mine" || word == "me":
			f.owner = c.Person
		case known && kind == argument.Person:
			f.owner = name
		case known:
			f.service = name
		default:
			return f, r.names().None(said, "nothing is listed", argument.Person, argument.Service), false
		}
	}
	return f, m, true
}

// list is /incident actions.
func (r *Room) list(ctx context.Context, c *chat.Call) (blocks.Message, error) {
	f, m, ok := r.filterOf(c)
	if !ok {
		return m, nil
	}
	var all []actions.Item
	err := r.o.Book.Store.View(ctx, func(tx store.Tx) error {
		services := map[string]string{}
		all = slices.DeleteFunc(actions.Open(tx), func(i actions.Item) bool {
			if f.owner != "" && i.Owner != f.owner || f.overdue && !i.Overdue(c.Now) {
				return true
			}
			return f.service != "" && serviceOf(tx, i.Incident, services) != f.service
		})
		return nil
	})
	if err != nil {
		return m, err
	}
	which := f.says()
	if len(all) == 0 {
		return said("No action item is open", which, "."), nil
	}
	count := text.Count(len(all), "action item is open", "action items are open")
	m.Body = []blocks.Paragraph{blocks.Para(blocks.Say(count, which, ":"))}
	var lines []blocks.Line
	var row []blocks.Button
	for n, i := range all[:min(len(all), listed)] {
		lines = append(lines, Line(i, c.Now))
		if n < closable {
			row = append(row, Done(i))
		}
	}
	if more := len(all) - listed; more > 0 {
		lines = append(lines, blocks.Say("and ", more, " more: ", blocks.Code("oncalm actions")))
	}
	m.Body = append(m.Body, blocks.Bullets(lines...))
	for part := range slices.Chunk(row, perRow) {
		m.Rows = append(m.Rows, part)
	}
	return m, nil
}

// serviceOf is the service of an incident; known are those that were read already.
func serviceOf(tx store.Tx, incident string, known map[string]string) string {
	service, ok := known[incident]
	if !ok {
		if i, err := incidents.Head(tx, incident); err == nil { // fsck names what cannot be read
			service = i.Service
		}
		known[incident] = service
	}
	return service
}

// says is the filter in words.
func (f filter) says() string {
	s := ""
	if f.overdue {
		s += " and overdue"
	}
	if f.service != "" {
		s += " of " + f.service
	}
	if f.owner != "" {
		s += " for " + f.owner
	}
	return s
}
