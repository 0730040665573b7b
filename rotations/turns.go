package rotations

import (
	"math"
	"slices"
	"sort"
)

// turns are whose turns a layer's shifts are, counted once: with people who come and go each shift depends on all before it.
type turns struct {
	since []int // as [Layer.since], by place
	eras  []era
}

// An era is a span of shifts in which the same places take turns.
type era struct {
	from   int // its first shift
	places int // how many take turns
	first  int // the place that has the first shift
}

// counted returns layers of which a question does not have to count all turns anew. Where nobody comes or goes they are as they were.
func counted(layers []Layer) []Layer {
	comes := func(l Layer) bool { return l.Terms != nil && l.usable() }
	if !slices.ContainsFunc(layers, comes) {
		return layers
	}
	layers = slices.Clone(layers)
	for i := range layers {
		if comes(layers[i]) {
			layers[i].count()
		}
	}
	return layers
}

func (l *Layer) count() {
	t := &turns{since: make([]int, len(l.People))}
	for i := range t.since {
		t.since[i] = l.since(i)
	}
	l.counted = t
	place := -1
	for from := 0; from < math.MaxInt; {
		places, next := l.epoch(from)
		if places > 0 {
			place = l.following(place, from)
			t.eras = append(t.eras, era{from, places, place})
			for range (next - 1 - from) % places { // to the one who is last
				place = l.following(place, from)
			}
		}
		from = next
	}
}

// place is [Layer.place].
func (t *turns) place(l *Layer, k int) (place, round int) {
	i := sort.Search(len(t.eras), func(i int) bool { return t.eras[i].from > k }) - 1
	if i < 0 {
		return -1, 0
	}
	e := t.eras[i]
	place = e.first
	for range (k - e.from) % e.places {
		place = l.following(place, e.from)
	}
	return place, (k - e.from) / e.places
}
