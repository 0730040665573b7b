package around

import (
	"github.com/oncalm/oncalm/changes"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/response"
	"github.com/oncalm/oncalm/store"
)

// Found is what is known of changes around an incident, in short.
type Found struct {
	Last  response.Changed // the last one before it; zero if there is none
	Count int              // of all on its timeline
	// Heard says that it is known of other changes. If not, nobody sends them, and that none was found says nothing.
	Heard bool
}

// Of reads what is known of changes around an incident.
func Of(tx store.Tx, i *incidents.Incident) Found {
	f := Found{Count: i.Response.Changes, Heard: i.Response.Changes > 0 || changes.Any(tx)}
	if i.Response.Change == 0 {
		return f
	}
	events, err := incidents.Events(tx, i.ID, i.Response.Change, 1)
	if err != nil || len(events) == 0 {
		return f // fsck names it; told without is better than not told
	}
	if b, ok := events[0].Body.(incidents.Responded); ok {
		f.Last, _ = b.Fact.(response.Changed)
	}
	return f
}
