package known

import (
	"strings"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/check"
	"github.com/oncalm/oncalm/store"
)

// MoveFingerprints brings what is known of alarms to the fingerprints of today, which begin
// as the alarm's name does; before, they did not, and what an alarm said next was not known to
// be of the same alarm. The old ones stand in keys, and as words in values.
func MoveFingerprints(tx store.Tx) error {
	moved := oldFingerprints(tx)
	if len(moved) == 0 {
		return nil
	}
	var words []string
	for from, to := range moved {
		words = append(words, `"`+from+`"`, `"`+to+`"`, `"`+from+`#`, `"`+to+`#`)
	}
	rename := strings.NewReplacer(words...)
	rewrite(tx, "alarm/", rename.Replace) // in the order of keys, which is quick
	for from, to := range moved {
		moveKey(tx, Key(from), Key(to))
	}
	rewrite(tx, "alarmparent/", func(parents string) string {
		all := strings.Fields(parents)
		for n, fp := range all {
			if to := moved[fp]; to != "" {
				all[n] = to
			}
		}
		return strings.Join(all, " ")
	})
	for from, to := range moved {
		moveKey(tx, ParentKey(from), ParentKey(to))
	}
	rewrite(tx, "incident/", rename.Replace)
	rewrite(tx, "outbox/entry/", rename.Replace)
	return nil
}

// oldFingerprints finds the fingerprints of before, by what alarms said and who they are.
func oldFingerprints(tx store.Tx) map[string]string {
	moved := map[string]string{}
	for _, id := range check.All(tx) {
		events, err := incidents.Timeline(tx, id)
		if err != nil {
			continue // fsck tells of it
		}
		for _, e := range events {
			a := incidents.AlarmIn(e.Body)
			if a == nil || a.ARN == "" {
				continue
			}
			if from := FingerprintOf(a.Series); from == Fingerprint("alarm", a.ARN) {
				moved[from] = AlarmFingerprint(a.ARN)
			}
		}
	}
	return moved
}

// rewrite changes the values of all keys that begin with prefix.
func rewrite(tx store.Tx, prefix string, change func(string) string) {
	var keys, vals []string
	for key, val := range tx.Range(prefix, store.After(prefix)) {
		if now := change(string(val)); now != string(val) {
			keys, vals = append(keys, key), append(vals, now)
		}
	}
	for n, key := range keys {
		tx.Put(key, []byte(vals[n]))
	}
}

// moveKey gives what stands at one key to another, unless that has something newer.
func moveKey(tx store.Tx, from, to string) {
	val := tx.Get(from)
	if val == nil {
		return
	}
	if tx.Get(to) == nil {
		tx.Put(to, val)
	}
	tx.Delete(from)
}
