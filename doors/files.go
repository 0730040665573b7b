package doors

// Connections are files to the system, which gives a process so many and no more. If strangers had all of them, nobody could be
// paged.

// Places are the connections that a process may have at a time.
type Places struct {
	Public   int // from everywhere
	Private  int // from one's own network
	Outgoing int // to Slack, by host
}

const (
	// ownFiles are the files that the program needs for itself: the store and its lock, a backup, the listeners, the local socket,
	// what the runtime has, and calls of AWS.
	ownFiles = 20
	// What is enough. More connections would cost memory and bring nothing: whoever waits to be let in waits in the system's queue.
	publicPlaces, privatePlaces, outgoingPlaces = 512, 64, 96
)

// Share divides so many files. Those for Slack come before those for strangers; if there are too few for everybody, scarce says so.
func Share(files int) (p Places, scarce bool) {
	p.Outgoing = min(max(files/4, 8), outgoingPlaces)
	rest := max(files-ownFiles-p.Outgoing, 8)
	p.Private = min(rest/4, privatePlaces)
	p.Public = min(rest-p.Private, publicPlaces)
	return p, p.Public < publicPlaces
}
