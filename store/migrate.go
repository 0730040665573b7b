package store

import (
	"context"
	"fmt"
	"strconv"
)

// SchemaKey holds the version of the layout of all other keys, a decimal number.
const SchemaKey = "schema"

// A Migration rewrites what one version of the layout holds into the next. It may
// run more than once, like any function given to [Store.Update].
type Migration func(Tx) error

// Migrate brings s to the version that this program knows: the first migration leads
// from version 1 to 2, and so on, each in a transaction of its own, so that a crash
// leaves one version or the next. An empty store gets the last version at once.
//
// Errors: [*Newer] if the store is beyond the last migration, [ErrDamaged] if it has
// keys but no version, or those of the store and of the migrations.
func Migrate(ctx context.Context, s Store, migrations ...Migration) error {
	last := len(migrations) + 1
	for {
		version, err := Schema(ctx, s)
		switch {
		case err != nil:
			return err
		case version == last:
			return nil
		case version > last:
			return &Newer{Has: version, Knows: last}
		}
		if err := s.Update(ctx, func(tx Tx) error { return step(tx, version, migrations) }); err != nil {
			return fmt.Errorf("migration from store v%d: %w", version, err)
		}
	}
}

// step leads from that version to the next, unless somebody else has.
func step(tx Tx, version int, migrations []Migration) error {
	now, err := schema(tx)
	if err != nil || now != version {
		return err
	}
	next := version + 1
	if version == 0 {
		next = len(migrations) + 1
	} else if err := migrations[version-1](tx); err != nil {
		return err
	}
	tx.Put(SchemaKey, strconv.AppendInt(nil, int64(next), 10))
	return nil
}

// Schema returns the version of the store's layout, 0 for an empty store.
func Schema(ctx context.Context, s Store) (version int, err error) {
	err = s.View(ctx, func(tx Tx) error {
		version, err = schema(tx)
		return err
	})
	return version, err
}

func schema(tx Tx) (int, error) {
	val := tx.Get(SchemaKey)
	if val == nil {
		for key := range tx.Range("", "") {
			return 0, fmt.Errorf("%w: it has keys (%.40q), but no version", ErrDamaged, key)
		}
		return 0, nil
	}
	version, err := strconv.Atoi(string(val))
	if err != nil || version < 1 {
		return 0, fmt.Errorf("%w: its version reads %.20q", ErrDamaged, val)
	}
	return version, nil
}
