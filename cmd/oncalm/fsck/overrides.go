package fsck

import (
	"github.com/oncalm/oncalm/overrides"
	"github.com/oncalm/oncalm/store"
)

const overridePrefix = "override/"

// overrides checks that those that people made can be read, and stand under the key that
// they name: one that cannot be read is not heeded, and one that stands elsewhere may not
// be found.
func (c *checker) overrides() {
	const again = "make it again in Slack"
	for key, val := range c.tx.Range(overridePrefix, store.After(overridePrefix)) {
		o, err := overrides.Decode(val)
		switch {
		case err != nil:
			c.wrong(key, again, "the override cannot be read: %v", err)
		case o.Key() != key:
			c.wrong(key, again, "the override is not the one that its key names: %s belongs at %s", o.ID, o.Key())
		case o.By == "" || o.Made.IsZero():
			c.wrong(key, again, "the override does not say who made it and when")
		}
	}
}
