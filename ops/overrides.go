package ops

import (
	"context"
	"net/http"

	"github.com/oncalm/oncalm/overrides"
	"github.com/oncalm/oncalm/rotations"
	"github.com/oncalm/oncalm/store"
)

// RouteOverrides is a route of [Admin]: ?schedule=NAME, as often as needed: a JSON object
// of what [Overrides] returns.
const RouteOverrides = "/overrides"

// Overrides returns the overrides that people made, as they count, by schedule. Those of
// the configuration are not among them. Void are those for people of whom a start has found
// that they are not in the configuration any more.
func Overrides(ctx context.Context, s store.Store, schedules []string) (map[string][]rotations.Override, error) {
	made := map[string][]rotations.Override{}
	err := s.View(ctx, func(tx store.Tx) error {
		book := overrides.Book{Known: func(person string) bool { return !overrides.HasLeft(tx, person) }}
		for _, name := range schedules {
			made[name] = book.Of(tx, name)
		}
		return nil
	})
	return made, err
}

func (a admin) overrides(w http.ResponseWriter, r *http.Request) {
	made, err := Overrides(r.Context(), a.store, r.URL.Query()["schedule"])
	a.answer(w, r, made, err)
}
