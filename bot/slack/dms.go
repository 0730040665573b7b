package slack

import "sync"

// dms remembers the channels of direct messages by user. The zero value is ready.
type dms struct {
	mu    sync.Mutex
	known map[string]string
}

func (d *dms) set(user, channel string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.known == nil {
		d.known = map[string]string{}
	}
	d.known[user] = channel
}

func (d *dms) get(user string) (channel string, ok bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	channel, ok = d.known[user]
	return channel, ok
}
