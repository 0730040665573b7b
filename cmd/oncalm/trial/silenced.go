package trial

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/oncalm/oncalm/cmd/oncalm/cli"
	"github.com/oncalm/oncalm/cmd/oncalm/config"
	"github.com/oncalm/oncalm/ops"
	"github.com/oncalm/oncalm/silences"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/bolt"
	"github.com/oncalm/oncalm/store/bolt/disk"
	"github.com/oncalm/oncalm/text"
)

// silenced is what silences an incident at the time that is asked for: what people made, and the maintenance of the configuration.
// If the store cannot be read, it is said what the answer leaves out.
func (c *SimulateCommand) silenced(ctx context.Context, s *cli.Session, cfg *config.Config,
	of silences.Subject) *silences.Silence {
	known, err := c.silences(ctx, cfg)
	if err != nil {
		_, _ = fmt.Fprintf(s.Stderr, "oncalm: silences that people made are not counted: %v\n", err)
	}
	return silences.At(known, cfg.Maintenance, c.At.Or(s.Now.UTC()), of)
}

// silences are those of the store, or of the server that holds it. Without a store there are none. A store is opened only
// if there is one: to open what is not there would make it.
func (c *SimulateCommand) silences(ctx context.Context, cfg *config.Config) (all []silences.Silence, err error) {
	path := c.Store
	if path == "" {
		file, err := disk.Locate(cfg.Store)
		if err != nil {
			return nil, err
		}
		if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
			return nil, nil
		}
		path = cfg.Store
	}
	db, err := cli.OpenStore(ctx, path, bolt.Options{MustExist: true})
	if inUse, ok := errors.AsType[*store.InUse](err); ok {
		there := ops.NewClient(inUse)
		defer func() { err = errors.Join(err, there.Close()) }()
		return there.Silences(ctx)
	}
	if err != nil {
		return nil, err
	}
	all, err = ops.Silences(ctx, db)
	return all, errors.Join(err, db.Close())
}

// bySilence says by what an incident is silenced.
func bySilence(by *silences.Silence) string {
	said := by.Said().Hushes()
	// it was planned, so its begin is news
	if by.From.After(by.Made) {
		said += " (from " + by.From.UTC().Format(time.RFC3339) + ")"
	}
	return text.Line(said)
}
