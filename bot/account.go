package bot

import (
	"math"

	"github.com/oncalm/oncalm/bot/slack/blocks"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/store"
)

// account is what is read of an incident to tell about it.
type account struct {
	*incidents.Incident
	alarm  *incidents.Alarm  // what its alarm says now; nil if there is none, or if it cannot be read
	events []incidents.Event // the newest, in order
}

// allEvents is more than an incident has.
const allEvents = math.MaxInt32

func readAccount(tx store.Tx, id string, newest int) (account, error) {
	i, err := incidents.Head(tx, id)
	if err != nil {
		return account{}, err
	}
	return accountOf(tx, i, newest)
}

func accountOf(tx store.Tx, i *incidents.Incident, newest int) (account, error) {
	a, _ := incidents.Evidence(tx, i) // told without evidence is better than not told
	events, err := incidents.TimelineFrom(tx, i.ID, i.Seq-newest)
	return account{i, a, events}, err
}

// summary is how it stands, in a few lines.
func (i account) summary() blocks.Paragraph {
	return blocks.Para(
		standing(i.Incident),
		blocks.Say(blocks.Strong("Incident "+i.ID), " · ", i.Service, " · since ", i.Opened),
		pageStates(i.Incident),
	)
}
