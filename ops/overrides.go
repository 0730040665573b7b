package ops

import (
	"context"
	"net/http"

	"github.com/oncalm/oncalm/overrides"
	"github.com/oncalm/oncalm/rotations"
	"github.com/oncalm/oncalm/silences"
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

// RouteSilences is a route of [Admin]: a JSON list of what [Silences] returns.
const RouteSilences = "/silences"

// Silences returns the silences that stand in a store, also those that are over and still kept.
func Silences(ctx context.Context, s store.Store) (all []silences.Silence, err error) {
	err = s.View(ctx, func(tx store.Tx) error {
		all = silences.Known(tx)
		return nil
	})
	return all, err
}

func (a admin) silences(w http.ResponseWriter, r *http.Request) {
	all, err := Silences(r.Context(), a.store)
	a.answer(w, r, all, err)
}

// Silences returns the silences that stand in the store; see [Silences].
func (c *Client) Silences(ctx context.Context) (all []silences.Silence, err error) {
	return all, c.get(ctx, RouteSilences, decodeInto(&all))
}
