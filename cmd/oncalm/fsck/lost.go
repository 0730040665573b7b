package fsck

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/oncalm/oncalm/incidents"
)

// An event that does not fit its checksum is lost for good. A note stands in for it, so that
// the timeline has no gap and people read why something is not there; and since it cannot be
// told any more what came of the event, the head, which was written with the last one, is said
// anew at the end.

const standsIn = "What stood here was damaged on the disk, and is lost."

// standIn fills the numbers from the last event that was read to seq, as far as the events that
// had them are lost. at is when they happened at the latest, if nothing before them is known.
func (c *checker) standIn(t *timeline, seq int, at time.Time) {
	for n := len(t.events) + 1; n < seq; n++ {
		if _, is := c.lost[t.key(n)]; !is {
			return
		}
		if len(t.events) > 0 {
			at = t.events[len(t.events)-1].At
		}
		t.events = append(t.events, incidents.Event{Seq: n, At: at, Recorded: at, By: incidents.Oncalm(), Body: incidents.Noted{Text: standsIn}})
		t.lost = append(t.lost, n)
	}
}

// restate makes the repair of the events that an incident has lost, and returns the head as it is
// then. Of a head that cannot be read, or is not that of this timeline, nothing is said.
func (c *checker) restate(t *timeline, head incidents.Incident, readable bool) (incidents.Incident, error) {
	for _, e := range t.lost {
		f := &c.report.Findings[c.lost[t.key(e)]]
		val, err := json.Marshal(t.events[e-1])
		if err != nil {
			return head, err
		}
		f.put, f.value = true, val
		f.Text += ": the event is lost, and a repair says so on the timeline"
	}
	if !readable || head.Seq != len(t.events) {
		return head, nil
	}
	said := incidents.Event{
		Seq: head.Seq + 1, At: c.now.UTC(), Recorded: c.now.UTC(), By: incidents.Oncalm(),
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
	first := &c.report.Findings[c.lost[t.key(t.lost[0])]]
	first.also = []write{{t.key(said.Seq), val}, {incidentPrefix + t.id + "/head", after}}
	return head, nil
}

// key is where the event of that number stands.
func (t *timeline) key(seq int) string {
	return fmt.Sprintf("%s%s/event/%08d", incidentPrefix, t.id, seq)
}
