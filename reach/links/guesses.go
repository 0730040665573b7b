package links

import (
	"net/netip"
	"sync"
	"time"
)

const (
	// perMinute is how many links that are not known somebody may open in a minute.
	perMinute = 20
	// askers is how many people are kept apart. Whoever comes when there are more begins a new count for all.
	askers = 10_000
)

// guesses counts who opens links that are not known. The zero value is ready.
type guesses struct {
	mu    sync.Mutex
	begun time.Time
	by    map[netip.Prefix]int
}

// allow takes note of a link that is not known, and reports whether its asker may go on.
func (g *guesses) allow(from string, now time.Time) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	who := network(from)
	if _, known := g.by[who]; g.by == nil || now.Sub(g.begun) >= time.Minute || !known && len(g.by) >= askers {
		g.by, g.begun = map[netip.Prefix]int{}, now
	}
	g.by[who]++
	return g.by[who] <= perMinute
}

// network is what one asker has: an address, of IPv6 a network of 64 bits.
func network(from string) netip.Prefix {
	at, err := netip.ParseAddrPort(from)
	if err != nil {
		return netip.Prefix{}
	}
	bits := 64
	if at.Addr().Unmap().Is4() {
		bits = 32
	}
	p, err := at.Addr().Unmap().WithZone("").Prefix(bits)
	if err != nil {
		return netip.Prefix{}
	}
	return p
}
