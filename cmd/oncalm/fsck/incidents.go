package fsck

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/store"
)

// Keys of package incidents.
const (
	incidentPrefix = "incident/"
	openPrefix     = "open/"
	counterKey     = "counter/incident"
)

const noRepair = "restore a backup, or leave it: nothing reads what is behind it"

// incidents goes through everything under incident/, one incident after the other.
func (c *checker) incidents() {
	var t *timeline
	for key, val := range c.tx.Range(incidentPrefix, store.After(incidentPrefix)) {
		parts := store.Parts(key)
		if len(parts) < 3 {
			c.wrong(key, noRepair, "this is not a key of an incident")
			continue
		}
		if t == nil || t.id != parts[1] {
			c.finish(t)
			t = &timeline{id: parts[1]}
		}
		switch {
		case len(parts) == 3 && parts[2] == "head":
			t.head = bytes.Clone(val)
		case len(parts) == 4 && parts[2] == "event":
			c.event(t, key, parts[3], val)
		default:
			c.wrong(key, noRepair, "this is not a key of an incident")
		}
	}
	c.finish(t)
}

// timeline is an incident as it was read.
type timeline struct {
	id      string // as it is in keys
	head    []byte
	events  []incidents.Event
	newer   bool  // it has events that this version does not know
	damaged bool  // its events cannot be read in full
	lost    []int // the numbers of those that do not fit their checksum; events has what stands in for them
}

func (c *checker) event(t *timeline, key, number string, val []byte) {
	c.report.Events++
	var e incidents.Event
	if err := json.Unmarshal(val, &e); err != nil {
		t.damaged = true
		c.wrong(key, noRepair, "the event cannot be read: %v", err)
		return
	}
	if want := fmt.Sprintf("%08d", e.Seq); want != number {
		t.damaged = true
		c.wrong(key, noRepair, "the event says that it is number %d", e.Seq)
		return
	}
	c.standIn(t, e.Seq, e.At)
	if want := len(t.events) + 1; e.Seq != want && !t.damaged {
		t.damaged = true
		c.wrong(key, noRepair, "event %d follows event %d", e.Seq, want-1)
	}
	switch b := e.Body.(type) {
	case incidents.Unknown:
		t.newer = true
	case incidents.Restated:
		c.report.Lost += len(b.Lost)
	}
	t.events = append(t.events, e)
}

// finish checks an incident when all of it was read.
func (c *checker) finish(t *timeline) {
	if t == nil {
		return
	}
	c.report.Incidents++
	n, err := strconv.ParseUint(t.id, 10, 32)
	key := incidentPrefix + t.id + "/head"
	if err != nil || len(t.id) < 8 {
		c.wrong(key, noRepair, "%q is not a number of an incident", t.id)
		return
	}
	c.last = max(c.last, n)
	stored, readable := decodeHead(t.head)
	c.standIn(t, math.MaxInt, stored.Opened)
	if len(t.events) == 0 {
		c.wrong(key, noRepair, "the incident has no events")
	}
	if t.damaged || len(t.events) == 0 {
		if readable {
			c.judge(t, stored)
		}
		return
	}
	if len(t.lost) > 0 {
		if stored, err = c.restate(t, stored, readable); err != nil {
			c.wrong(key, noRepair, "the incident cannot be written: %v", err)
			return
		}
	}
	folded, err := incidents.Fold(strconv.FormatUint(n, 10), t.events)
	if err != nil {
		c.wrong(key, noRepair, "the timeline cannot have been recorded: %v", err)
		return
	}
	c.compare(t, key, stored, readable, folded)
}

func decodeHead(val []byte) (incidents.Incident, bool) {
	var i incidents.Incident
	err := json.Unmarshal(val, &i)
	return i, err == nil
}

// compare checks that the head is what the timeline says. Of a newer version's
// timeline this one does not understand all: there the head is right.
func (c *checker) compare(t *timeline, key string, stored incidents.Incident, readable bool, folded incidents.Incident) {
	want, err := json.Marshal(folded)
	if err != nil {
		c.wrong(key, noRepair, "the incident cannot be written: %v", err)
		return
	}
	switch have, _ := json.Marshal(stored); {
	case t.head == nil:
		c.missing(key, want, "the incident has no head")
	case !readable:
		c.missing(key, want, "the head cannot be read")
	case t.newer:
		folded = stored
	case !bytes.Equal(have, want):
		c.missing(key, want, "the head is not what the timeline says: %s instead of %s", brief(stored), brief(folded))
	}
	c.judge(t, folded)
}

// brief names what matters most of an incident.
func brief(i incidents.Incident) string {
	return fmt.Sprintf("%s after %d events", cmp.Or(string(i.Status), "nothing"), i.Seq)
}

// judge checks what must be there besides an incident that is not resolved.
func (c *checker) judge(t *timeline, i incidents.Incident) {
	if !i.Open() {
		return
	}
	c.open[t.id] = true
	if i.Status == incidents.StatusTriggered && !i.Quiet && !c.pending[i.ID] {
		c.add(Finding{
			Key: incidentPrefix + t.id + "/head", Remedy: "acknowledge or escalate it in Slack", forgotten: i.ID,
			Text: fmt.Sprintf("incident %s is triggered, and nothing is owed that would page anybody", i.ID),
		})
	}
}

// openIndex checks that open/ lists the incidents that are not resolved.
func (c *checker) openIndex() {
	listed := map[string]bool{}
	for key := range c.tx.Range(openPrefix, store.After(openPrefix)) {
		id := strings.TrimPrefix(key, openPrefix)
		listed[id] = true
		if !c.open[id] {
			c.surplus(key, "the incident is listed as open, and is not")
		}
	}
	for _, id := range slices.Sorted(maps.Keys(c.open)) {
		if !listed[id] {
			c.missing(openPrefix+id, []byte{}, "the incident is open, and is not listed")
		}
	}
}

// counter checks that no id will be given a second time.
func (c *checker) counter() {
	n, _ := strconv.ParseUint(string(c.tx.Get(counterKey)), 10, 32)
	if n < c.last {
		c.missing(counterKey, []byte(strconv.FormatUint(c.last, 10)),
			"the last number given is %d, and there is an incident %d", n, c.last)
	}
}
