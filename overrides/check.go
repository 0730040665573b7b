package overrides

import "github.com/oncalm/oncalm/store"

// Keys are all keys of the book, with their checks.
func Keys() []store.Check {
	return []store.Check{{Prefix: part + "/", Look: checkMade}, {Prefix: askPart + "/"}, {Prefix: leftPart + "/"}}
}

// checkMade holds that overrides that people made can be read, and stand under the key that
// they name: one that cannot be read is not heeded, and one that stands elsewhere may not
// be found.
func checkMade(in *store.Inspection) {
	const again = "make it again in Slack"
	for key, val := range in.Tx.Range(store.Under(part)) {
		o, err := Decode(val)
		switch {
		case err != nil:
			in.Wrong(key, again, "the override cannot be read: %v", err)
		case o.Key() != key:
			in.Wrong(key, again, "the override is not the one that its key names: %s belongs at %s", o.ID, o.Key())
		case o.By == "" || o.Made.IsZero():
			in.Wrong(key, again, "the override does not say who made it and when")
		}
	}
}
