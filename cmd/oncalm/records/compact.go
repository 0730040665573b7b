package records

import (
	"context"
	"errors"
	"fmt"

	"github.com/oncalm/oncalm/cmd/oncalm/cli"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/bolt/copies"
)

// CompactCommand is oncalm compact. Nobody may have the store open: it is another file afterwards.
type CompactCommand struct {
	cli.StoreFlag
	cli.JSONFlag
}

// compacted is the answer of compact.
type compacted struct {
	Store  string `json:"store"`
	Before int64  `json:"before"` // bytes of the file
	After  int64  `json:"after"`
}

// Run rewrites the store without the space that deleted keys have left.
func (c *CompactCommand) Run(ctx context.Context, s *cli.Session) error {
	path, err := s.StorePath(c.StoreFlag)
	if err != nil {
		return err
	}
	if err := errors.Join(cli.Regular(path), cli.NotNewer(path)); err != nil && !errors.Is(err, store.ErrDamaged) { // that is said below
		return err
	}
	done := compacted{Store: path}
	if done.Before, done.After, err = copies.Compact(ctx, path); err != nil {
		if errors.Is(err, store.ErrDamaged) {
			return cli.DamagedStore(path, err)
		}
		return err
	}
	if c.JSON {
		return s.JSON(done)
	}
	s.Printf("%s: %s before, %s now", path, mebibytes(done.Before), mebibytes(done.After))
	return nil
}

// mebibytes is a size for people.
func mebibytes(n int64) string { return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20)) }
