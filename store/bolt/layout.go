package bolt

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"

	"go.etcd.io/bbolt"

	"github.com/oncalm/oncalm/store"
)

// A file has two buckets. records holds all pairs, with checksums. mark holds, as plain
// text, the number of this layout, where versions before it look for the number of theirs;
// so they say that the file is newer, instead of taking it for an empty store. Its checksum
// stands beside it.
//
// In a file of those versions mark holds all pairs, without checksums.
var (
	records = []byte("records")
	mark    = []byte("oncalm")
	markKey = []byte(store.SchemaKey)
	markSum = []byte(store.SchemaKey + ".sum")
)

// layout is the number of the layout of files.
const layout = 2

// moved is about how many bytes move in one transaction when a file is brought to this
// layout.
const moved = 4 << 20

func markValue() []byte { return strconv.AppendInt(nil, layout, 10) }

// putMark says that a file has this layout.
func putMark(marked *bbolt.Bucket) error {
	_, sealed := seal(nil, markKey, markValue())
	return errors.Join(marked.Put(markKey, markValue()), marked.Put(markSum, sealed))
}

// newLayout makes the buckets of a new file.
func newLayout(btx *bbolt.Tx) error {
	marked, err := btx.CreateBucket(mark)
	if err != nil {
		return err
	}
	if err := putMark(marked); err != nil {
		return err
	}
	_, err = btx.CreateBucket(records)
	return err
}

// layoutOf is the number of a file's layout: 1 if it has no checksums, or not yet for all.
// Errors: [*store.Newer], or that it is damaged or no file of ours.
func layoutOf(btx *bbolt.Tx) (int, error) {
	marked, into := btx.Bucket(mark), btx.Bucket(records)
	if marked == nil {
		return 0, fmt.Errorf("it is a file of another program")
	}
	number := 1 // of an empty store before there were numbers of layouts
	if val := marked.Get(markKey); val != nil {
		var err error
		sealed, ok := unseal(markKey, marked.Get(markSum))
		if number, err = strconv.Atoi(string(val)); err != nil || into != nil && (!ok || !bytes.Equal(sealed, val)) {
			return 0, fmt.Errorf("%w: the number of its layout reads %.20q", store.ErrDamaged, val)
		}
	}
	switch {
	case number > layout:
		return 0, &store.Newer{Has: number, Knows: layout}
	case number < 1 || (number == layout) != (into != nil):
		return 0, fmt.Errorf("%w: the number of its layout, %d, and its records do not fit", store.ErrDamaged, number)
	case number == 1:
		return 1, nil
	}
	cursor := marked.Cursor()
	for key, _ := cursor.First(); key != nil; key, _ = cursor.Next() {
		if !isMark(key) {
			return 1, nil // it is being brought to this layout
		}
	}
	return layout, nil
}

// bringUp brings a file to this layout, in transactions none of which is large. Killed in
// between, it goes on where it was; other versions do not read it from the first one on.
func bringUp(db *bbolt.DB) error {
	for {
		has := 0
		err := db.View(func(btx *bbolt.Tx) (err error) { // an Update writes also if it changes nothing
			has, err = layoutOf(btx)
			return err
		})
		if err != nil || has == layout {
			return err
		}
		if err := db.Update(move); err != nil {
			return err
		}
	}
}

// move moves some pairs from where they have no checksum to where they have one.
func move(btx *bbolt.Tx) error {
	from := btx.Bucket(mark)
	into, err := btx.CreateBucketIfNotExists(records)
	if err != nil {
		return err
	}
	into.FillPercent = fill
	if !bytes.Equal(from.Get(markKey), markValue()) { // the first time: the number moves first
		if err := moveMark(from, into); err != nil {
			return err
		}
	}
	if err := moveSome(from, into); err != nil {
		return err
	}
	return noteEmpty(into)
}

func moveMark(from, into *bbolt.Bucket) error {
	if val := from.Get(markKey); val != nil {
		_, sealed := seal(nil, markKey, val)
		if err := into.Put(markKey, sealed); err != nil {
			return err
		}
	}
	return putMark(from)
}

func isMark(key []byte) bool { return bytes.Equal(key, markKey) || bytes.Equal(key, markSum) }

func moveSome(from, into *bbolt.Bucket) error {
	var all pairs
	size := 0
	for key, val := range each(from) {
		if size >= moved {
			break
		}
		if isMark(key) {
			continue
		}
		_, sealed := seal(nil, key, val)
		all = append(all, pair{string(key), sealed})
		size += len(key) + len(sealed)
	}
	for _, p := range all {
		if err := into.Put(bytesOf(p.key), p.val); err != nil {
			return err
		}
		if err := from.Delete(bytesOf(p.key)); err != nil {
			return err
		}
	}
	return nil
}

// each yields the pairs of a bucket.
func each(b *bbolt.Bucket) func(func(key, val []byte) bool) {
	return func(yield func(key, val []byte) bool) {
		cursor := b.Cursor()
		for key, val := cursor.First(); key != nil; key, val = cursor.Next() {
			if !yield(key, val) {
				return
			}
		}
	}
}

// The sequence number of the bucket of records says whether it has any: a page of which
// damage made one without keys would look as one of an empty store.
const hasRecords = 1

// noteEmpty sets it.
func noteEmpty(into *bbolt.Bucket) error {
	has := uint64(0)
	if first, _ := into.Cursor().First(); first != nil {
		has = hasRecords
	}
	if into.Sequence() == has {
		return nil
	}
	return into.SetSequence(has)
}
