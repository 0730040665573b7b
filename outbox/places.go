package outbox

// Where entries are in the store, for those who look after it from outside.
const (
	// EntryPrefix begins the keys of entries; what follows is [Entry.Key].
	EntryPrefix = entryPrefix
	// DuePrefix and ParkedPrefix begin the keys of the two indexes.
	DuePrefix    = duePrefix
	ParkedPrefix = parkedPrefix
)

// Places returns the keys of the indexes that lead to e as long as it is not done. It
// stands at one of them: what is in no index is never worked off.
func Places(e Entry) (due, parked string) { return dueKey(e), parkedPrefix + e.Key }
