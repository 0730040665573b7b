package capture

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/slack"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/bot/slack/spoken"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/history"
	"github.com/oncalm/oncalm/incidents/notes"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/text"
)

// Callback is the callback of the shortcut "Add to timeline" in the menu of a message, for the app's manifest.
const Callback = Room + "/add"

// chosen is what somebody filled in who put a message onto a timeline by its menu.
type chosen struct {
	By   string     `json:"by"` // their name
	At   time.Time  `json:"at,omitzero"`
	Sort notes.Sort `json:"sort,omitempty"`
}

// into makes of a line what was chosen.
func (h *chosen) into(n *incidents.Noted, at *time.Time) {
	n.Captured, n.Sort = h.By, h.Sort
	if !h.At.IsZero() {
		*at = h.At
	}
}

// carried is a message on its way through a form, whose metadata hold 3,000 characters. It is carried along, since the bot
// may not be in the channel: Slack shows it the message once, when the menu is used.
type carried struct {
	Channel string `json:"c"`
	TS      string `json:"t"`
	Thread  string `json:"th,omitempty"`
	User    string `json:"u,omitempty"`
	Bot     string `json:"b,omitempty"` // how it calls itself
	Text    string `json:"x,omitempty"`
}

// carry makes a message small enough for a form. The text is halved until the JSON fits: how long that is depends on what
// has to be escaped.
func carry(m *spoken.Message) (h carried, val []byte) {
	const most, text0 = 2900, 2400
	h = carried{Channel: m.Channel, TS: m.TS, Thread: m.Thread, User: m.User}
	h.Text = text.ClipBytes(text.Clean(m.Said()), text0)
	if m.Bot != "" {
		h.Bot = text.Clip(text.Line(m.BotName()), 80)
	}
	for {
		val, err := json.Marshal(h)
		if err != nil || len(val) <= most || h.Text == "" {
			return h, val
		}
		h.Text = text.ClipBytes(h.Text, len(h.Text)/2) // what JSON escapes takes more room
	}
}

// message is what was carried, as far as it goes.
func (h *carried) message() spoken.Message {
	m := spoken.Message{Channel: h.Channel, TS: h.TS, Thread: h.Thread, User: h.User, Text: h.Text, Name: h.Bot}
	if h.Bot != "" {
		m.Bot = h.Bot
	}
	return m
}

// The fields of the form.
const (
	fieldIncident = "incident"
	fieldTime     = "time"
	fieldSort     = "kind"
	// noSort is the choice of a line that is of no kind; Slack takes no empty one.
	noSort = "none"
	// offered is how many open incidents are offered, and resolved how many of the last ones besides.
	offered  = 25
	resolved = 3
)

// form is the form of the shortcut.
func (c *Captures) form(ctx context.Context, call *chat.Call) (f blocks.Form, ok bool) {
	m := call.Message
	if m == nil || m.TS == "" || c.ours(m) {
		return f, false
	}
	var which blocks.Field
	err := c.o.Book.Store.View(ctx, func(tx store.Tx) (err error) {
		which, err = offer(tx, c.place(tx, &seen{Message: *m}))
		return err
	})
	if err != nil || len(which.Choices) == 0 {
		return f, false
	}
	kinds := blocks.Field{Name: fieldSort, Label: "Kind", Kind: blocks.ChoiceField, Chosen: noSort,
		Choices: []blocks.Choice{{Label: "none", Value: noSort}}}
	for _, s := range notes.Sorts() {
		kinds.Choices = append(kinds.Choices, blocks.Choice{Label: string(s), Value: string(s)})
	}
	_, val := carry(m)
	said := text.Clip(text.Line(c.o.Readable(m.Said())), 300)
	return chat.Said{Room: Room, Word: "add", Rest: string(val)}.Form(blocks.Form{
		Title: "Add to timeline", Send: "Add", Close: "Cancel",
		Body:   blocks.Message{Body: []blocks.Paragraph{blocks.Quote(blocks.Say(said))}},
		Fields: []blocks.Field{which, {Name: fieldTime, Label: "Time", Kind: blocks.TimeField, At: m.At()}, kinds},
	}), true
}

// offer is the field in which an incident is chosen, the newest first: those that are open, and the last that were resolved, which
// are still talked about. The one that is talked about where the message stands is chosen already, or the only one that is open.
func offer(tx store.Tx, here string) (f blocks.Field, err error) {
	f = blocks.Field{Name: fieldIncident, Label: "Incident", Kind: blocks.ChoiceField, Chosen: here}
	ids := incidents.OpenIDs(tx, 0)
	if here == "" && len(ids) == 1 {
		f.Chosen = ids[0]
	}
	ids = ids[max(len(ids)-offered, 0):]
	last, err := history.Newest(tx, resolved)
	if err != nil {
		return f, err
	}
	for _, i := range last {
		ids = append(ids, i.ID)
	}
	if here != "" {
		ids = append(ids, here)
	}
	slices.SortFunc(ids, func(a, b string) int { return number(b) - number(a) })
	for _, id := range slices.Compact(ids) {
		i, err := incidents.Head(tx, id)
		if err != nil {
			return f, err
		}
		label := id + " · " + i.Severity + " · " + string(i.Status) + " · " + text.Line(i.Title)
		f.Choices = append(f.Choices, blocks.Choice{Label: label, Value: id})
	}
	return f, nil
}

// number is the number of an incident.
func number(id string) int {
	n, _ := strconv.Atoi(id) // it is one
	return n
}

// unformed says why there is no form. It runs in place of the form if form had none to show, or Slack did not take it.
func (c *Captures) unformed(call *chat.Call, tx store.Tx) (blocks.Message, error) {
	switch last, err := history.Newest(tx, 1); {
	case err != nil:
		return blocks.Message{}, err
	case call.Message == nil:
		return chat.NoForm(call.Root), nil
	case c.ours(call.Message):
		return blocks.Sentence("That message is one of Oncalm's own: the timeline says so anyway."), nil
	case len(last) == 0:
		return blocks.Sentence("There is no incident yet, so there is no timeline for it."), nil
	}
	return blocks.Sentence("Slack did not open the form; nothing was changed. Try again, or react to the message with ",
		"📌."), nil
}

// filled is what comes of the form. A time that nobody changed is the message's own, to the second; the form knows no
// fractions, so the message's stays.
func (c *Captures) filled(ctx context.Context, call *chat.Call, f *slack.Form) chat.Filled {
	var h carried
	if json.Unmarshal([]byte(f.Metadata), &h) != nil || h.Channel == "" || h.TS == "" {
		return chat.Filled{Next: chat.Closing("Add to timeline", chat.NoForm(c.o.Root))}
	}
	id := f.Values[fieldIncident].Option
	if !chat.IsID(id) {
		return chat.Filled{Wrong: map[string]string{fieldIncident: "Choose an incident."}}
	}
	pick := chosen{By: call.Person, Sort: notes.Sort(f.Values[fieldSort].Option)}
	if !pick.Sort.Known() {
		pick.Sort = ""
	}
	if at := f.Values[fieldTime].Time; at > 0 && at/60 != spoken.Time(h.TS).Unix()/60 { // people choose minutes
		if pick.At = time.Unix(at, 0).UTC(); pick.At.After(call.Now) {
			return chat.Filled{Wrong: map[string]string{fieldTime: "That is still to come."}}
		}
	}
	m := c.o.Once(ctx, call, func(tx store.Tx) (blocks.Message, error) { return c.choose(call, tx, id, h, pick) })
	return chat.Filled{Next: chat.Closing("Add to timeline", m)}
}

// choose notes that a message belongs on a timeline, and how.
func (c *Captures) choose(call *chat.Call, tx store.Tx, id string, h carried, pick chosen) (blocks.Message, error) {
	i, err := incidents.Head(tx, id)
	if err != nil {
		return blocks.Message{}, err
	}
	r, err := readRecord(tx, h.Channel, h.TS)
	if err != nil {
		return blocks.Message{}, err
	}
	if r.On && r.Incident != id {
		return blocks.Sentence("It is on the timeline of ", blocks.Strong(r.Incident), " already; nothing was changed."), nil
	}
	if r.On {
		done, err := struck(tx, r)
		if err != nil {
			return blocks.Message{}, err
		}
		r.On = !done // what was struck by hand is noted anew
	}
	r.Incident, r.Chosen = id, &pick
	c.enqueue(tx, call.Now, body{Channel: h.Channel, TS: h.TS, Thread: h.Thread, Carried: &h})
	return blocks.Sentence("It goes onto the timeline of ", blocks.Strong(id), " (", text.Clip(text.Line(i.Title), 150),
		")."), saveRecord(tx, h.Channel, h.TS, r)
}
