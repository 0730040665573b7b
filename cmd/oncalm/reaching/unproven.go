package reaching

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"slices"
	"time"

	"github.com/oncalm/oncalm/alarms/setup"
	"github.com/oncalm/oncalm/cmd/oncalm/cli"
	"github.com/oncalm/oncalm/cmd/oncalm/config"
	"github.com/oncalm/oncalm/ops"
	"github.com/oncalm/oncalm/reach/proof"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/bolt"
	"github.com/oncalm/oncalm/store/bolt/disk"
	"github.com/oncalm/oncalm/text"
)

// route is where the running bot is asked, over the socket beside its store.
const route = "/contacts"

// Unproven are the contacts of a person of which nobody knows whether they are theirs, with how it stands.
type Unproven struct {
	Person   string   `json:"person"`
	Contacts []string `json:"contacts"`
}

// Look looks for them in a store.
func Look(ctx context.Context, s store.Store, c *proof.Contacts, now time.Time) (all []Unproven, err error) {
	err = s.View(ctx, func(tx store.Tx) error {
		all = []Unproven{}
		for _, person := range c.People {
			if contacts := c.Unproven(tx, now, person); len(contacts) > 0 {
				all = append(all, Unproven{person, contacts})
			}
		}
		return nil
	})
	return all, err
}

// Door adds to what the local socket answers which contacts are not proven.
func Door(local http.Handler, look func(context.Context) ([]Unproven, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet || r.URL.Path != route {
			local.ServeHTTP(w, r)
			return
		}
		all, err := look(r.Context())
		if err != nil {
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(all) // whoever asked has gone
	})
}

// Findings says to oncalm doctor which contacts are not proven: from the store, or from the bot that has it.
func Findings(ctx context.Context, cfg *config.Config, now time.Time) []setup.Finding {
	if !slices.ContainsFunc(Contacts(cfg).People, func(p string) bool { return len(cfg.Uses(p)) > 0 }) {
		return nil
	}
	all, err := unproven(ctx, cfg, now)
	if errors.Is(err, os.ErrNotExist) {
		return nil // it was never started
	}
	if err != nil {
		return []setup.Finding{{Check: "contact-proof", Level: setup.Info, What: "it is not known which contacts are proven: " +
			text.Line(err.Error()), Mend: "look with /oncall notify"}}
	}
	var found []setup.Finding
	for _, u := range all {
		found = append(found, setup.Finding{Check: "contact-proof", Level: setup.Warn,
			What: "nobody knows whether " + u.Person + " is reached by " + text.List(u.Contacts, "and"),
			Mend: "have them prove it with " + cmp.Or(cfg.Slack.OnCall, "/oncall") + " verify"})
	}
	return found
}

func unproven(ctx context.Context, cfg *config.Config, now time.Time) ([]Unproven, error) {
	file, err := disk.Locate(cfg.Store)
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(file); err != nil {
		return nil, err
	}
	db, err := cli.OpenStore(ctx, file, bolt.Options{MustExist: true})
	if inUse, ok := errors.AsType[*store.InUse](err); ok {
		return ask(ctx, inUse.Path)
	}
	if err != nil {
		return nil, err
	}
	all, err := Look(ctx, db, Contacts(cfg), now)
	return all, errors.Join(err, db.Close())
}

// ask asks the bot that has the store.
func ask(ctx context.Context, path string) (all []Unproven, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://oncalm"+route, http.NoBody)
	if err != nil {
		return nil, err
	}
	resp, err := ops.LocalClient(path).Do(r)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the bot that runs answers with status %d", resp.StatusCode)
	}
	return all, json.NewDecoder(resp.Body).Decode(&all)
}
