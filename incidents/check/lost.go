package check

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/store"
)

// An event that does not match its checksum is lost for good. A note stands in for it, so that
// the timeline has no gap and people read why something is not there; and since it cannot be
// told any more what came of the event, the head, which was written with the last one, is said
// again at the end.

const standsIn = "This event was damaged on the disk, and is lost."

// standIn fills the numbers from the last event that was read to seq, as far as the events that
// had them are lost. at is when they happened at the latest, if nothing before them is known.
func (c *checker) standIn(t *history, seq int, at time.Time) {
	for n := len(t.events) + 1; n < seq; n++ {
		if c.in.Lost(t.key(n)) == nil {
			return
		}
		if len(t.events) > 0 {
			at = t.events[len(t.events)-1].At
		}
		note := incidents.Event{Seq: n, At: at, Recorded: at, By: incidents.Oncalm(), Body: incidents.Noted{Text: standsIn}}
		t.events = append(t.events, note)
		t.lost = append(t.lost, n)
	}
}

// restate makes the repair of the events that an incident has lost, and returns the head as it is
// then. Of a head that cannot be read, or is not that of this timeline, nothing is said.
func (c *checker) restate(t *history, head incidents.Incident, readable bool) (incidents.Incident, error) {
	for _, e := range t.lost {
		f := c.in.Lost(t.key(e))
		val, err := json.Marshal(t.events[e-1])
		if err != nil {
			return head, err
		}
		f.Repair = append(f.Repair, store.Write{Key: f.Key, Val: val})
		f.Text += ": the event is lost, and a repair says so on the timeline"
	}
	if !readable || head.Seq != len(t.events) {
		return head, nil
	}
	said := incidents.Event{
		Seq: head.Seq + 1, At: c.in.Now.UTC(), Recorded: c.in.Now.UTC(), By: incidents.Oncalm(),
		Body: incidents.Restated{Incident: head, Lost: t.lost},
	}
	head.Seq++
	after, err := json.Marshal(head)
	if err != nil {
		return head, err
	}
	val, err := json.Marshal(said)
	if err != nil {
		return head, err
	}
	t.events = append(t.events, said)
	first := c.in.Lost(t.key(t.lost[0]))
	first.Repair = append(first.Repair,
		store.Write{Key: t.key(said.Seq), Val: val}, store.Write{Key: incidents.Prefix + t.id + "/head", Val: after})
	return head, nil
}

// key is where the event of that number stands.
func (t *history) key(seq int) string {
	return fmt.Sprintf("%s%s/event/%08d", incidents.Prefix, t.id, seq)
}
