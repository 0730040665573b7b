package incidents

import (
	"bytes"
	"maps"
	"sync"
)

// memorySize is how many incidents a memory holds.
const memorySize = 256

// memory holds the incidents that were read or written last, as they were stored and
// decoded: an incident that has just been opened is read to page somebody, and again to
// record that they got it. It cannot be wrong, since it answers only for the very bytes
// that the store holds now. The zero value is ready.
type memory struct {
	mu    sync.Mutex
	known map[string]memorized // by id
	ids   []string             // in the order of coming in, from next on
	next  int                  // whose place is taken next
}

type memorized struct {
	val      []byte
	incident *Incident // never changed
}

// recall returns the incident of that id if val is what it was stored as.
func (m *memory) recall(id string, val []byte) (*Incident, bool) {
	m.mu.Lock()
	known, ok := m.known[id]
	m.mu.Unlock()
	if !ok || !bytes.Equal(known.val, val) {
		return nil, false
	}
	return known.incident.clone(), true
}

// keep notes what an incident is stored as. Neither may be changed any more.
func (m *memory) keep(val []byte, i *Incident) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.known == nil {
		m.known, m.ids = map[string]memorized{}, make([]string, memorySize)
	}
	if _, ok := m.known[i.ID]; !ok {
		delete(m.known, m.ids[m.next])
		m.ids[m.next] = i.ID
		m.next = (m.next + 1) % memorySize
	}
	m.known[i.ID] = memorized{val, i}
}

// clone returns an incident that can be changed without changing i. What an alarm said is
// never changed, only replaced.
func (i *Incident) clone() *Incident {
	c := *i
	c.Firing, c.Pages = maps.Clone(i.Firing), maps.Clone(i.Pages)
	return &c
}
