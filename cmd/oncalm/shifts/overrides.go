package shifts

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"time"

	"github.com/oncalm/oncalm/cmd/oncalm/cli"
	"github.com/oncalm/oncalm/cmd/oncalm/config"
	"github.com/oncalm/oncalm/ops"
	"github.com/oncalm/oncalm/overrides"
	"github.com/oncalm/oncalm/rotations"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/bolt"
	"github.com/oncalm/oncalm/store/bolt/disk"
	"github.com/oncalm/oncalm/text"
)

// allOverrides returns all overrides of schedules: those of the configuration, and then those
// that people made, from the store at path (empty: that of the configuration) or from the
// server that holds it. Without a store there are only the former. The order is that in which they count: a later one wins.
func allOverrides(ctx context.Context, s *cli.Session, cfg *config.Config, path string,
	names []string) (map[string][]rotations.Override, error) {
	if path == "" {
		file, err := disk.Locate(cfg.Store)
		if err != nil {
			return nil, err
		}
		if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
			return cfg.Planned, nil
		}
		path = cfg.Store
	}
	made, err := overridesIn(ctx, path, names)
	if err != nil {
		return nil, err
	}
	all := map[string][]rotations.Override{}
	for _, name := range names {
		all[name] = overrides.Void(append(slices.Clip(cfg.Planned[name]), made[name]...), cfg.Knows,
			func(string) time.Time { return s.Now })
		sayVoid(s, name, all[name])
	}
	return all, nil
}

// sayVoid says which overrides of a schedule do not count. It goes to the standard error, since the answer may be read by a
// program.
func sayVoid(s *cli.Session, schedule string, all []rotations.Override) {
	for _, o := range all {
		if o.Void != "" && s.Now.Before(o.To) {
			_, _ = fmt.Fprintf(s.Stderr, "oncalm: an override for %s in %s until %s is ignored: %s\n",
				text.Line(o.Person), schedule, o.To.Format(time.RFC3339), text.Line(o.Void))
		}
	}
}

// OverridesOrPlanned is all overrides for those who want an answer even if the store cannot be
// read: they are told what the answer leaves out.
func OverridesOrPlanned(ctx context.Context, s *cli.Session, cfg *config.Config, path string,
	names []string) map[string][]rotations.Override {
	all, err := allOverrides(ctx, s, cfg, path, names)
	if err != nil {
		_, _ = fmt.Fprintf(s.Stderr, "oncalm: overrides that people made are not counted: %v\n", err)
		return cfg.Planned
	}
	return all
}

// overridesIn reads what people made from a store, or from the server that holds it.
func overridesIn(ctx context.Context, path string, names []string) (made map[string][]rotations.Override, err error) {
	db, err := cli.OpenStore(ctx, path, bolt.Options{MustExist: true})
	if inUse, ok := errors.AsType[*store.InUse](err); ok {
		there := ops.NewClient(inUse)
		defer func() { err = errors.Join(err, there.Close()) }()
		return there.Overrides(ctx, names)
	}
	if err != nil {
		return nil, err
	}
	made, err = ops.Overrides(ctx, db, names)
	return made, errors.Join(err, db.Close())
}
