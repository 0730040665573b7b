// Package check looks whether incidents in a store are sound: whether each is what its timeline says, and whether what makes them
// quick to find lists all of them and nothing else. An [incidents.Incident] is the fold of its events, so a head or a list that is
// wrong can be written again; an event cannot, and a line that says so takes the place of one that was lost.
package check

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/store"
)

// What is counted in an inspection.
const (
	CountIncidents = "incidents"
	CountEvents    = "events"
	CountLost      = "lost events" // of which their timelines say so
)

// Looks gives the keys of incidents their checks, for one inspection. also looks at each incident that
// is not resolved, as its timeline says that it is, and whose head is at key: for those who keep
// something beside it. also may be nil.
func Looks(keys []store.Check, also func(in *store.Inspection, key string, i incidents.Incident)) []store.Check {
	c := &checker{also: also, open: map[string]incidents.Status{}}
	looks := map[string]func(*store.Inspection){
		incidents.Prefix: c.timelines, incidents.OpenPrefix: c.openIndex, incidents.CounterKey: c.counter,
	}
	for n := range keys {
		keys[n].Look = looks[keys[n].Prefix]
	}
	return keys
}

// checker holds that every incident is what its timeline says, and that what makes incidents quick to
// find lists all of them and nothing else.
type checker struct {
	in   *store.Inspection
	also func(in *store.Inspection, key string, i incidents.Incident)
	open map[string]incidents.Status // what the open index must list, by the id as it is in keys
	last uint64                      // the highest id
}

// timelines goes through all incidents, one after the other.
func (c *checker) timelines(in *store.Inspection) {
	c.in = in
	var t *history
	for key, val := range in.Tx.Range(incidents.Prefix, store.After(incidents.Prefix)) {
		parts := store.Parts(key)
		if len(parts) < 3 {
			c.in.Wrong(key, store.NoRepair, "this is not a key of an incident")
			continue
		}
		if t == nil || t.id != parts[1] {
			c.finish(t)
			t = &history{id: parts[1]}
		}
		switch {
		case len(parts) == 3 && parts[2] == "head":
			t.head = bytes.Clone(val)
		case len(parts) == 4 && parts[2] == "event":
			c.event(t, key, parts[3], val)
		default:
			c.in.Wrong(key, store.NoRepair, "this is not a key of an incident")
		}
	}
	c.finish(t)
}

// history is an incident as it was read.
type history struct {
	id      string // as it is in keys
	head    []byte
	events  []incidents.Event
	newer   bool  // it has events that this version does not know
	damaged bool  // its events cannot be read in full
	lost    []int // the numbers of those that do not fit their checksum; events has what stands in for them
}

func (c *checker) event(t *history, key, number string, val []byte) {
	c.in.Counts[CountEvents]++
	e, err := incidents.ReadEvent(val)
	if err != nil {
		t.damaged = true
		c.in.Wrong(key, store.NoRepair, "the event cannot be read: %v", err)
		return
	}
	if want := fmt.Sprintf("%08d", e.Seq); want != number {
		t.damaged = true
		c.in.Wrong(key, store.NoRepair, "the event says that it is number %d", e.Seq)
		return
	}
	c.standIn(t, e.Seq, e.At)
	if want := len(t.events) + 1; e.Seq != want && !t.damaged {
		t.damaged = true
		c.in.Wrong(key, store.NoRepair, "event %d follows event %d", e.Seq, want-1)
	}
	switch b := e.Body.(type) {
	case incidents.Unknown:
		t.newer = true
	case incidents.Restated:
		c.in.Counts[CountLost] += len(b.Lost)
	}
	t.events = append(t.events, e)
}

// finish checks an incident when all of it was read.
func (c *checker) finish(t *history) {
	if t == nil {
		return
	}
	c.in.Counts[CountIncidents]++
	n, err := strconv.ParseUint(t.id, 10, 32)
	key := incidents.Prefix + t.id + "/head"
	if err != nil || len(t.id) < 8 {
		c.in.Wrong(key, store.NoRepair, "%q is not a number of an incident", t.id)
		return
	}
	c.last = max(c.last, n)
	stored, err := incidents.ReadHead(t.head)
	readable := err == nil
	c.standIn(t, math.MaxInt, stored.Opened)
	if len(t.events) == 0 {
		c.in.Wrong(key, store.NoRepair, "the incident has no events")
	}
	if t.damaged || len(t.events) == 0 {
		if readable {
			c.judge(t, stored)
		}
		return
	}
	if len(t.lost) > 0 {
		if stored, err = c.restate(t, stored, readable); err != nil {
			c.in.Wrong(key, store.NoRepair, "the incident cannot be written: %v", err)
			return
		}
	}
	folded, err := incidents.Fold(strconv.FormatUint(n, 10), t.events)
	if err != nil {
		c.in.Wrong(key, store.NoRepair, "the timeline cannot have been recorded: %v", err)
		return
	}
	c.compare(t, key, stored, readable, folded)
}

// compare checks that the head is what the timeline says. Of a newer version's
// timeline this one does not understand all: there the head is right.
func (c *checker) compare(t *history, key string, stored incidents.Incident, readable bool, folded incidents.Incident) {
	want, err := folded.Record()
	if err != nil {
		c.in.Wrong(key, store.NoRepair, "the incident cannot be written: %v", err)
		return
	}
	switch {
	case bytes.Equal(t.head, want):
	case t.head == nil:
		c.in.Missing(key, want, "the incident has no head")
	case !readable:
		c.in.Missing(key, want, "the head cannot be read")
	case t.newer:
		folded = stored
	case !same(stored, want): // what an older version wrote need not be written in the same way
		c.in.Missing(key, want, "the head differs from the timeline: %s instead of %s", brief(stored), brief(folded))
	}
	c.judge(t, folded)
}

// same reports whether an incident is written like this.
func same(i incidents.Incident, want []byte) bool {
	have, err := i.Record()
	return err == nil && bytes.Equal(have, want)
}

// brief names what matters most of an incident.
func brief(i incidents.Incident) string {
	return fmt.Sprintf("%s after %d events", cmp.Or(string(i.Status), "nothing"), i.Seq)
}

// judge checks what must be there besides an incident that is not resolved.
func (c *checker) judge(t *history, i incidents.Incident) {
	if !i.Open() {
		return
	}
	c.open[t.id] = i.Status
	if c.also != nil {
		c.also(c.in, incidents.Prefix+t.id+"/head", i)
	}
}

// openIndex checks that open/ lists the incidents that are not resolved, and says how they stand if it says anything: a version
// before said nothing.
func (c *checker) openIndex(*store.Inspection) {
	listed := map[string]bool{}
	for key, val := range c.in.Tx.Range(incidents.OpenPrefix, store.After(incidents.OpenPrefix)) {
		id := strings.TrimPrefix(key, incidents.OpenPrefix)
		listed[id] = true
		switch status := c.open[id]; {
		case status == "":
			c.in.Surplus(key, "the incident is listed as open, but is not")
		case len(val) > 0 && string(val) != string(status):
			c.in.Missing(key, []byte(status), "the incident is listed as %.20q, but is %s", val, status)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(c.open)) {
		if !listed[id] {
			c.in.Missing(incidents.OpenPrefix+id, []byte(c.open[id]), "the incident is open, but is not listed")
		}
	}
}

// counter checks that no id will be given a second time.
func (c *checker) counter(*store.Inspection) {
	n, _ := strconv.ParseUint(string(c.in.Tx.Get(incidents.CounterKey)), 10, 32)
	if n < c.last {
		c.in.Missing(incidents.CounterKey, []byte(strconv.FormatUint(c.last, 10)),
			"the last number given is %d, and there is an incident %d", n, c.last)
	}
}
