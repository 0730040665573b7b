package levers

import (
	"slices"
	"strings"

	"github.com/oncalm/oncalm/changes"
	"github.com/oncalm/oncalm/rollbacks"
)

// Things are what targets roll back: a change of one of them concerns the incidents of their service. A webhook names nothing.
func Things(all []rollbacks.Lever) (things []changes.Thing) {
	makers := Makers()
	for _, l := range all {
		n := slices.IndexFunc(makers, func(m rollbacks.Maker) bool { return m.Kind == l.Kind })
		if n < 0 || len(makers[n].Thing) == 0 {
			continue
		}
		parts := []string{l.Kind}
		for _, key := range makers[n].Thing {
			parts = append(parts, l.Keys[key])
		}
		things = append(things, changes.Thing{Account: l.Account, Region: l.Region, Name: strings.Join(parts, "/")})
	}
	return things
}
