package paging

import (
	"encoding/json"
	"fmt"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/store"
)

// CheckIncident holds that of an incident which nobody has taken care of something is enqueued that will
// page somebody. Its head is at key.
func CheckIncident(in *store.Inspection, key string, i incidents.Incident) {
	if i.Status != incidents.StatusTriggered || i.Quiet || pages(in.Tx, i.ID) ||
		pagesLightly(outbox.In(in.Tx, in.Now), &i) {
		return
	}
	in.Add(store.Finding{
		Key: key, Remedy: "acknowledge or escalate it in Slack", Incident: i.ID,
		Text: fmt.Sprintf("incident %s is triggered, and nothing is scheduled that would page anybody", i.ID),
	})
}

// pages reports whether an entry is enqueued that pages somebody about an incident, or decides whom to page.
// It reads entries themselves: one that is in no index any more is found, too, and put back there.
func pages(tx store.Tx, id string) bool {
	from := outbox.EntryPrefix + id + "/"
	for key, val := range tx.Range(from, store.After(from)) {
		var e outbox.Entry
		if json.Unmarshal(val, &e) != nil || outbox.EntryPrefix+e.Key != key || !e.Done.IsZero() {
			continue
		}
		if e.Kind == KindPage || e.Kind == KindEscalate {
			return true
		}
	}
	return false
}

// pagesLightly is pages for light entries.
func pagesLightly(queue outbox.Tx, i *incidents.Incident) bool {
	waits := stepWaits(queue, i)
	for key := range i.Pages {
		e, ok := pageOf(queue, i, key)
		waits = waits || ok && e.Done.IsZero()
	}
	return waits
}

// Keys are all keys of this package, with their checks.
func Keys() []store.Check {
	return []store.Check{{Prefix: "joined/"}, {Prefix: "gathering/", Look: checkGathering}, {Prefix: inTurnPart + "/"}}
}

// checkGathering holds that where pages gather, the entry is enqueued that tells them.
func checkGathering(in *store.Inspection) {
	for key, val := range in.Tx.Range("gathering/", store.After("gathering/")) {
		var e outbox.Entry
		if json.Unmarshal(in.Tx.Get(outbox.EntryPrefix+string(val)), &e) != nil || !e.Done.IsZero() {
			in.Surplus(key, "%s says that pages gather for a message that nothing is to send; each comes by itself", key)
		}
	}
}
