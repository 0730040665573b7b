package datafile

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"sync/atomic"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/bolt/disk"
	"github.com/oncalm/oncalm/store/bolt/layout"
	"github.com/oncalm/oncalm/store/bolt/pages"
)

// mapped is how much address space a file is given from the start: a larger map could be had only
// while nobody reads, so one long View would hold up everybody. It costs no memory. (1 GiB where
// addresses have 32 bits.)
const mapped = 1 << (30 + 4*(^uint(0)>>63))

// Options says how to open a file.
type Options struct {
	NoSync  bool              // does not wait for the disk: for tests
	Damaged func(what string) // told once of each damage that can be lived with; may be nil
	Lost    func(error)       // told, in a goroutine of its own, that nothing can begin any more
}

// A File is open for one store.
type File struct {
	Bolt *bbolt.DB
	OS   *os.File // bbolt's own

	name     string // of the store, as it was given; there may be links in it
	path     string
	info     os.FileInfo // when it was opened
	pageSize int64       // in bytes
	size     atomic.Int64
	damage   *wounds
	stuck    atomic.Bool // bbolt is in the middle of something, and will not come out
	lost     func(error)
}

// Open opens the file at path, whose store has that name, and makes it if there is none. The
// caller has its lock.
func Open(name, path string, o Options) (*File, error) {
	there, err := disk.Exists(path)
	if err != nil {
		return nil, err
	}
	if !there {
		if err := create(path); err != nil {
			return nil, err
		}
	}
	found := &wounds{say: o.Damaged}
	own, db, err := openFile(path, bbolt.Options{InitialMmapSize: mapped, NoSync: o.NoSync}, found)
	if err != nil {
		return nil, err
	}
	f := &File{
		Bolt: db, OS: own, name: name, path: path, pageSize: int64(db.Info().PageSize), damage: found, lost: o.Lost,
	}
	if err := f.start(); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return f, nil
}

// start makes sure that what the file shows is on disk: a process that was killed
// may have written it and never have waited for it.
func (f *File) start() error {
	if err := f.Bolt.Sync(); err != nil {
		return f.Unknown(err)
	}
	if err := guarded(func() error { return layout.BringUp(f.Bolt) }); err != nil {
		return openError(f.path, err)
	}
	info, err := f.OS.Stat()
	if err != nil {
		return err
	}
	f.info = info
	return f.Bolt.View(func(tx *bbolt.Tx) error {
		f.size.Store(tx.Size())
		return nil
	})
}

// Path is where the file is: without links.
func (f *File) Path() string { return f.path }

// Close closes the file.
func (f *File) Close() error {
	if f.stuck.Load() { // what waits for bbolt now waits for ever
		return f.OS.Close()
	}
	return f.Bolt.Close()
}

// Begin starts a transaction of bbolt. If the first pages cannot be read any more it
// panics with locks in its hands: whoever comes later would wait for ever.
func (f *File) Begin(writable bool) (btx *bbolt.Tx, err error) {
	if f.stuck.Load() {
		return nil, store.ErrUnknownOutcome
	}
	defer func() {
		if p := recover(); p != nil {
			f.stuck.Store(true)
			if err = f.Astray(); err == nil {
				err = fmt.Errorf("%w: %v", store.ErrDamaged, p)
			}
			err = f.Unknown(err)
			go f.lost(err) // the caller may have locks that it needs
		}
	}()
	btx, err = f.Bolt.Begin(writable)
	return btx, beginError(err)
}

// beginError is what bbolt says when no transaction can begin, in the store's words.
func beginError(err error) error {
	if errors.Is(err, berrors.ErrDatabaseNotOpen) {
		return store.ErrClosed
	}
	return err
}

// Abandon gives up a transaction that panicked, which may well panic again: then nothing begins any
// more.
func (f *File) Abandon(wtx *bbolt.Tx) {
	gone := false
	defer func() {
		_ = recover()
		f.stuck.Store(!gone)
	}()
	_ = wtx.Rollback()
	gone = true
}

// MetaPage reads one of the two pages that say where the data begins.
func (f *File) MetaPage(n int) []byte { return pages.MetaPage(f.OS, n, f.pageSize) }

// Size is how many bytes the file must hold.
func (f *File) Size() int64 { return f.size.Load() }

// Written takes note of a commit of those keys, and measures the file: a commit takes pages until
// the end of it.
func (f *File) Written(keys iter.Seq[string]) error {
	rtx, err := f.Begin(false)
	if err != nil {
		return err
	}
	size := rtx.Size()
	if err := rtx.Rollback(); err != nil {
		return err
	}
	f.size.Store(size)
	f.damage.written(keys)
	return nil
}

// Free is how many bytes of the file can be written again.
func (f *File) Free() int64 {
	inside := f.Bolt.Stats()
	return int64(inside.FreePageN+inside.PendingPageN) * f.pageSize
}

// Astray says why the name of the store does not stand for the file that is written into
// any more, or not for all of it: who starts again would read something else. nil if it does.
func (f *File) Astray() error {
	info, err := os.Stat(f.name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%w: it was removed", store.ErrGone)
	case err != nil:
		return fmt.Errorf("%w: %w", store.ErrGone, err)
	case !os.SameFile(info, f.info):
		return fmt.Errorf("%w: another file is in its place", store.ErrGone)
	case info.Size() < f.size.Load():
		return fmt.Errorf("%w: it was cut from %d to %d bytes", store.ErrGone, f.size.Load(), info.Size())
	}
	return nil
}

// Named adds the file to an error that is about it.
func (f *File) Named(err error) error {
	if errors.Is(err, store.ErrDamaged) {
		return fmt.Errorf("%s: %w", f.path, err)
	}
	return err
}

// Unknown is the error for a file of which nobody can say any more what it holds.
func (f *File) Unknown(err error) error {
	return fmt.Errorf("%s: %w: %w", f.path, store.ErrUnknownOutcome, err)
}

// Check reads every page, and says in words for people what is wrong with the structure.
func (f *File) Check(ctx context.Context) (problems []string, err error) {
	found, err := f.look(ctx)
	return append(found.Problems, found.Metas...), err
}

// Damage reads every value, and returns those that are damaged.
func (f *File) Damage(ctx context.Context) ([]pages.Damaged, error) {
	found, err := f.look(ctx)
	return found.Values, err
}

// Inspect is Check and Damage in one reading.
func (f *File) Inspect(ctx context.Context) (problems []string, damaged []pages.Damaged, err error) {
	found, err := f.look(ctx)
	return append(found.Problems, found.Metas...), found.Values, err
}

// Scrub looks for damage that nobody has come upon, and remembers it.
func (f *File) Scrub(ctx context.Context) error {
	found, err := f.look(ctx)
	if err == nil {
		f.damage.take(found)
	}
	return err
}

func (f *File) look(ctx context.Context) (pages.Found, error) {
	found, err := pages.Check(ctx, f.Bolt, f.OS, true)
	return found, beginError(err)
}

// DamagedValue notes that the value of a key was found damaged by who read it.
func (f *File) DamagedValue(key []byte) { f.damage.value(key) }

// Damages is how many values are known to be damaged, and one more if pages are.
func (f *File) Damages() int {
	keys, pages := f.damage.all()
	if pages != "" {
		return len(keys) + 1
	}
	return len(keys)
}

// Health says in words for everybody which damage is known by now, and what to do about it; nil if
// there is none.
func (f *File) Health() error {
	keys, pages := f.damage.all()
	switch {
	case pages != "":
		return errors.New("the file of the store is damaged: stop Oncalm, and run oncalm fsck")
	case len(keys) > 0:
		return fmt.Errorf("the store is damaged (%d of its values): stop Oncalm, and run oncalm fsck -repair", len(keys))
	}
	return nil
}
