package bolt

import (
	"fmt"
	"os"
	"slices"

	"go.etcd.io/bbolt"

	"github.com/oncalm/oncalm/store"
)

// Peek reads the value of one key in a file that nobody writes to, such as a backup, and
// changes nothing in or beside it. It is nil if there is none.
//
// Errors: as those of [Open].
func Peek(path, key string) (val []byte, err error) {
	if path, err = Locate(path); err != nil {
		return nil, err
	}
	_, db, err := openFile(path, bbolt.Options{ReadOnly: true}, &wounds{})
	if err != nil {
		return nil, err
	}
	err = guarded(func() error {
		return db.View(func(btx *bbolt.Tx) error {
			from, name := btx.Bucket(records), []byte(key)
			if from == nil {
				val = append(val, btx.Bucket(mark).Get(name)...)
				return nil
			}
			sealed := from.Get(name)
			if sealed == nil {
				return nil
			}
			plain, ok := unseal(name, sealed)
			if !ok {
				return fmt.Errorf("%w: the value of %s does not fit its checksum", store.ErrDamaged, key)
			}
			val = append(val, plain...)
			return nil
		})
	})
	if closed := db.Close(); err == nil {
		err = closed
	}
	return val, err
}

// Ours reports whether a file is a store or was meant to be one: it may be damaged, or empty. It
// looks no further than at what says where all else is.
func Ours(path string) (bool, error) {
	f, err := os.Open(path)
	if err != nil {
		return false, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil || info.Size() == 0 {
		return err == nil, err
	}
	m, ok := newestMeta(f)
	if !ok || m.size < headerSize || m.size > 1<<16 || m.root >= m.high {
		return false, nil
	}
	page := make([]byte, m.size)
	if _, err := f.ReadAt(page, int64(m.root*m.size)); err != nil {
		return false, nil // it ends before what it says
	}
	elements, _ := readElements(readHeader(page), page)
	return slices.ContainsFunc(elements, func(e element) bool { return e.bucket && string(e.key) == string(mark) }), nil
}
