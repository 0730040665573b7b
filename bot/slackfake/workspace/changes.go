package workspace

// Changes counts what happens, and wakes who watches.
type Changes struct {
	version  int
	watchers map[chan struct{}]bool
	ended    chan struct{} // closed when nobody shall watch any more
}

// Version is the number of changes so far.
func (c *Changes) Version() int { return c.version }

// Mark counts a change and wakes all watchers.
func (c *Changes) Mark() {
	c.version++
	for wake := range c.watchers {
		select {
		case wake <- struct{}{}:
		default: // it is awake already
		}
	}
}

// Watch adds a watcher; the channel returned is closed when it shall end.
func (c *Changes) Watch(wake chan struct{}) (ended <-chan struct{}) {
	c.watchers[wake] = true
	return c.ended
}

// Leave takes a watcher away.
func (c *Changes) Leave(wake chan struct{}) { delete(c.watchers, wake) }

// End ends all watchers, now and from now on.
func (c *Changes) End() {
	select {
	case <-c.ended:
	default:
		close(c.ended)
	}
}
