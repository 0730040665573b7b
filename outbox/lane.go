package outbox

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/oncalm/oncalm/store"
)

// A Lane keeps work of one urgency apart, so that no chore delays a page. Its name stands in keys, in entries and in metrics, and
// has no slash. Only the order in [Group.Lanes] says how urgent it is, so one may be added and nothing that is stored changes.
type Lane string

// The lanes.
const (
	Decisions Lane = "decisions" // work on the store alone: whom to page next
	Pages1    Lane = "pages_sev1"
	Pages2    Lane = "pages_sev2"
	Pages3    Lane = "pages_sev3"
	Pages4    Lane = "pages_sev4"
	Answers   Lane = "answers"   // what somebody is waiting for: replies, confirmations, refreshed pages
	Chores    Lane = "chores"    // everything that may wait: cards, notices
	Asides    Lane = "asides"    // what goes on in Slack beside that: the channels of incidents, and what is said there
	Errands   Lane = "errands"   // what has nothing to do with Slack, and must not wait for it
	Documents Lane = "documents" // postmortems for people's files
	Rollbacks Lane = "rollbacks" // what is rolled back in AWS: it waits for nobody, and nobody for it
	Lookups   Lane = "lookups"   // what AWS is asked about an incident, which may take any time
)

// Pages reports whether it depends on l that somebody is paged. Lanes of other channels than Slack have names that begin as Slack's do.
func (l Lane) Pages() bool { return l == Decisions || strings.HasPrefix(string(l), "pages_") }

// UnmarshalJSON reads a name, or the number that a lane had in what was stored before lanes had names.
func (l *Lane) UnmarshalJSON(text []byte) error {
	if n, err := strconv.Atoi(string(text)); err == nil {
		*l = numbered(n)
		return nil
	}
	return json.Unmarshal(text, (*string)(l))
}

const (
	entryPrefix  = "outbox/entry/"
	duePrefix    = "outbox/due/"
	parkedPrefix = "outbox/parked/"
	// timeFormat has a fixed width, so that keys sort by time. Always UTC.
	timeFormat = "20060102T150405.000000000"
)

func dueKey(e Entry) string {
	var room [160]byte // for most keys: there are several for each alarm
	key := append(append(room[:0], duePrefix...), e.Lane...)
	key = e.at().AppendFormat(append(key, '/'), timeFormat)
	return string(append(append(key, '/'), e.Key...))
}

func laneRange(l Lane) (from, to string) {
	return duePrefix + string(l) + "/", duePrefix + string(l) + "0" // '0' follows '/'
}

// cutDue takes a key of the due index apart, and leaves the time as it is.
func cutDue(key string) (lane Lane, at, entry string, ok bool) {
	name, rest, ok := strings.Cut(key[min(len(duePrefix), len(key)):], "/")
	if !ok || len(rest) <= len(timeFormat) {
		return Lane(name), "", "", false
	}
	return Lane(name), rest[:len(timeFormat)], rest[len(timeFormat)+1:], true
}

// splitDue takes a key of the due index apart.
func splitDue(key string) (due time.Time, entry string, err error) {
	_, at, entry, ok := cutDue(key)
	if !ok {
		return time.Time{}, "", fmt.Errorf("outbox: malformed key %q in the due index", key)
	}
	due, err = time.ParseInLocation(timeFormat, at, time.UTC)
	if err != nil {
		return time.Time{}, "", fmt.Errorf("outbox: malformed time in the due index: %w", err)
	}
	return due, entry, nil
}

// Lanes are the lanes in which something stands, also those that no group serves.
func (t Tx) Lanes() []Lane { return lanesIn(t.tx) }

func lanesIn(tx store.Tx) (all []Lane) {
	for from := duePrefix; ; {
		first := ""
		for first = range tx.Range(from, store.After(duePrefix)) {
			break
		}
		if first == "" {
			return all
		}
		lane, _, _, _ := cutDue(first)
		all = append(all, lane)
		_, from = laneRange(lane)
	}
}

// Where entries are in the store, for those who look after it from outside.
const (
	// EntryPrefix begins the keys of entries; what follows is [Entry.Key].
	EntryPrefix = entryPrefix
	// DuePrefix and ParkedPrefix begin the keys of the two indexes.
	DuePrefix    = duePrefix
	ParkedPrefix = parkedPrefix
)

// Places returns the keys of the indexes that lead to e until it is done. What is at neither is never worked off.
func Places(e Entry) (due, parked string) { return dueKey(e), parkedPrefix + e.Key }
