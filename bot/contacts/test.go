package contacts

import (
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/reach"
	"github.com/oncalm/oncalm/reach/drill"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/text"
)

// test sends a test by all channels for which somebody has a contact.
func (r *Room) test(c *chat.Call, tx store.Tx) (blocks.Message, error) {
	var vias, names []string
	for _, via := range reach.Channels() {
		if r.Contacts.Of(c.Person, via) != "" && r.Can(via) {
			vias, names = append(vias, via), append(names, incidents.ChannelName(via))
		}
	}
	key := store.Key("told", "test", c.ID, c.Person)
	if len(vias) > 0 {
		switch err := r.Drills.Begin(tx, c.Now, c.Person, vias); {
		case errors.Is(err, drill.ErrTooMany):
			return blocks.Sentence("You have tested often; nothing was sent. Try again in an hour."), nil
		case err != nil:
			return blocks.Message{}, err
		}
	}
	r.Owe(tx, c.Now, key, c.Person, blocks.Sentence("This is a test, and no incident. This is how Slack reaches you."))
	if len(vias) == 0 {
		return blocks.Sentence("A test is on its way as a direct message. You have no contact of another channel: ",
			blocks.Code(c.Root+" notify"), "."), nil
	}
	return blocks.Sentence("A test is on its way by Slack, ", text.List(names, "and"),
		". A direct message tells you what became of it."), nil
}

// Tested tells somebody what became of their test.
func (r *Room) Tested(tx store.Tx, now time.Time, key string, t drill.Test) {
	var lines []blocks.Line
	for _, via := range slices.Sorted(maps.Keys(t.Results)) {
		l := blocks.Say(incidents.ChannelName(via), ": ")
		switch result := t.Results[via]; result.State {
		case drill.Taken:
			l = append(l, blocks.Say("accepted by the channel")...)
		case drill.Failed:
			l = append(l, blocks.Say("not sent: ", text.Line(result.Error))...)
		case drill.Unknown:
			l = append(l, blocks.Say("nobody knows whether it was sent")...)
		default:
			l = append(l, blocks.Say("on its way")...)
		}
		lines = append(lines, l)
	}
	if !t.Pressed.IsZero() {
		lines = append(lines, blocks.Say("acknowledged by its link after ", t.Pressed.Sub(t.At).Round(time.Second).String()))
	}
	m := blocks.Sentence("What became of your test of ", t.At, ":")
	m.Body = append(m.Body, blocks.Bullets(lines...))
	r.Owe(tx, now, "told/test/"+key+"/"+store.Key(t.Person), t.Person, m)
}
