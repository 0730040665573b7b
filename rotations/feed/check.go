package feed

import "github.com/oncalm/oncalm/store"

// Keys are all keys of links to feeds, with their checks.
func Keys() []store.Check { return []store.Check{{Prefix: keyPart + "/"}} }
