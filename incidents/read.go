package incidents

import (
	"fmt"
	"math"
	"strconv"

	"github.com/oncalm/oncalm/incidents/numbering"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/record"
)

// Parts with which the keys of incidents begin; see package incidents/check.
const (
	Prefix     = numbering.Prefix
	OpenPrefix = "open/"
	CounterKey = numbering.CounterKey
)

// Keys are all keys of incidents.
func Keys() []store.Check {
	return []store.Check{{Prefix: Prefix}, {Prefix: OpenPrefix}, {Prefix: CounterKey}}
}

// HeadKey is where the head of an incident stands.
func HeadKey(id string) string { return Prefix + numbering.Padded(id) + "/head" }
func openKey(id string) string { return OpenPrefix + numbering.Padded(id) }

func eventKey(id string, seq int) string {
	return Prefix + numbering.Padded(id) + "/event/" + numbering.Padded(strconv.Itoa(seq))
}

// Head reads an incident. It is the guard of a transaction that changes it. The
// error is [ErrNotFound], or that the head cannot be read.
func Head(tx store.Tx, id string) (*Incident, error) {
	return decodeHead(id, tx.Get(HeadKey(id)))
}

// ReadHead reads what [Incident.Record] wrote, now or in a version before.
func ReadHead(val []byte) (Incident, error) { return record.Unmarshal(val, (*Incident).fields) }

// StoredHead is the head of an incident as it is stored; nil if there is none.
func StoredHead(tx store.Tx, n uint64) []byte { return tx.Get(HeadKey(strconv.FormatUint(n, 10))) }

// ReadEvent reads an event as it is stored.
func ReadEvent(val []byte) (Event, error) { return record.Unmarshal(val, (*Event).fields) }

func decodeHead(id string, val []byte) (*Incident, error) {
	if val == nil {
		return nil, fmt.Errorf("%w: %s", ErrNotFound, id)
	}
	i, err := ReadHead(val)
	if err != nil {
		return nil, fmt.Errorf("incident %s: head: %w (run oncalm fsck)", id, err)
	}
	return &i, nil
}

// Evidence reads the newest word of the alarm that opened an incident; nil if a person did.
func Evidence(tx store.Tx, i *Incident) (*Alarm, error) {
	if i.LatestAlarm == (AlarmRef{}) {
		return nil, nil
	}
	e, err := record.Unmarshal(tx.Get(eventKey(i.ID, i.LatestAlarm.Event)), (*Event).fields)
	if err != nil {
		return nil, fmt.Errorf("incident %s: event %d: %w (run oncalm fsck)", i.ID, i.LatestAlarm.Event, err)
	}
	return AlarmIn(e.Body), nil
}

// AlarmIn is what an alarm says in an event's body; nil if the event is none of an alarm.
func AlarmIn(b Body) *Alarm {
	switch b := b.(type) {
	case Opened:
		return b.Alarm
	case Reported:
		return &b.Alarm
	case Joined:
		return &b.Alarm
	case Reopened:
		return b.Alarm
	}
	return nil
}

// Timeline reads all events of an incident, in the order of recording.
func Timeline(tx store.Tx, id string) ([]Event, error) { return TimelineFrom(tx, id, 0) }

// TimelineFrom reads the events of an incident from that number on.
func TimelineFrom(tx store.Tx, id string, seq int) ([]Event, error) {
	events, err := Events(tx, id, seq, math.MaxInt)
	if err == nil && len(events) == 0 {
		err = fmt.Errorf("%w: %s", ErrNotFound, id)
	}
	return events, err
}

// Events reads at most so many events of an incident, from that number on.
func Events(tx store.Tx, id string, seq, most int) (events []Event, err error) {
	_, to := store.Under("incident", numbering.Padded(id), "event")
	for k, val := range tx.Range(eventKey(id, max(seq, 0)), to) {
		if len(events) == most {
			break
		}
		e, err := ReadEvent(val)
		if err != nil {
			return nil, fmt.Errorf("incident %s: %s: %w", id, k, err)
		}
		events = append(events, e)
	}
	return events, nil
}

// OpenIDs lists the incidents that are not resolved, oldest first; at most limit, if
// limit is positive.
func OpenIDs(tx store.Tx, limit int) []string {
	var all []string
	for k := range tx.Range(OpenPrefix, store.After(OpenPrefix)) {
		if limit > 0 && len(all) == limit {
			break
		}
		all = append(all, numbering.Unpadded(k[len(OpenPrefix):]))
	}
	return all
}
