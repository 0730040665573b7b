package strip

import (
	"hash/fnv"
	"slices"

	"github.com/oncalm/oncalm/drawing"
)

// role is what a colour is for; the roles from person on are the colours of people.
type role = drawing.Role

const (
	ground  role = iota // behind everything
	lane                // behind the bars of a row
	weekend             // the same on Saturdays and Sundays
	grid                // lines between days
	strong              // letters
	faint               // letters that matter less
	onBar               // letters and marks on bars
	nowMark             // the line of now, and its label's ground
	gapBack             // behind the hatching
	gapLine             // the hatching, and its letters
	offBack             // the same of a gap on purpose
	offLine
	anybody // a bar in the legend that is nobody's
	person
)

// paints are the colours of the roles, in their order. It is a function, and faces is one, since package
// variables do not change and arrays could be.
func paints() []drawing.Paint {
	all := []drawing.Paint{
		drawing.Sides(0xffffff, 0x1a1d21),
		drawing.Sides(0xf2f3f5, 0x24282d),
		drawing.Sides(0xe3e6ea, 0x30353c),
		drawing.Sides(0xcdd2d8, 0x474d55),
		drawing.Sides(0x1d1f23, 0xe8eaed),
		drawing.Sides(0x5a616b, 0xa9b0ba),
		drawing.Both(0xffffff),
		drawing.Sides(0x1d1f23, 0xe8eaed),
		drawing.Sides(0xfff4f2, 0x3a1f1d),
		drawing.Sides(0xb3261e, 0xff9d94),
		drawing.Sides(0xf2f3f5, 0x24282d),
		drawing.Sides(0x5a616b, 0xa9b0ba),
		drawing.Both(0x666e79),
	}
	for _, face := range faces() {
		all = append(all, drawing.Both(face))
	}
	return all
}

// faces are the colours of people: of all hues, and so dark that white letters can be read on them, but no darker.
func faces() []uint32 {
	return []uint32{
		0x2571c9, 0xb64b03, 0x06833b, 0x9d4ca3, 0x8a6e08, 0x127781, 0xc1484f, 0x715bc3, 0x5d7b02, 0xb1447f, 0x8e6a5c,
		0x647182,
	}
}

// cast gives every person a colour. Only where the names of two mean the same one, the later in the alphabet gets another, as
// long as there are any.
func cast(people []string) map[string]role {
	people = slices.Compact(slices.Sorted(slices.Values(people)))
	count := len(faces())
	roles, taken := map[string]role{}, make([]bool, count)
	for n, name := range people {
		// by the name, so that somebody has the same colour in all pictures, on all machines
		h := fnv.New32a()
		_, _ = h.Write([]byte(name)) // a hash takes everything
		at := int(h.Sum32() % uint32(count))
		for n < count && taken[at] {
			at = (at + 5) % count // 5 leads around all of them
		}
		taken[at] = true
		roles[name] = person + role(at)
	}
	return roles
}
