// Package layout is how pairs of keys and values stand in a file of bbolt, and how a file of an
// older version is brought to that.
//
// A file has two buckets. One holds all pairs; a checksum stands behind each value ([Seal]), so
// that a bit that flips on the disk is noticed when the value is read, and one in a key never
// makes it the value of another. The other bucket, the mark, holds, as plain text, the number of
// this layout, where versions before it look for the number of theirs; so they say that the file
// is newer, instead of taking it for an empty store. Its checksum stands beside it.
//
// In a file of those versions the mark holds all pairs, without checksums.
package layout

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"

	"go.etcd.io/bbolt"

	"github.com/oncalm/oncalm/store"
)

// Names of the buckets of a file.
const (
	RecordsName = "records"
	MarkName    = "oncalm"
)

var (
	records = []byte(RecordsName)
	mark    = []byte(MarkName)
	markKey = []byte(store.SchemaKey)
	markSum = []byte(store.SchemaKey + ".sum")
)

// Number is that of the layout of files which this program writes.
const Number = 2

// Fill is how full bbolt leaves the pages that it splits. Most keys are appended at the end of
// their range, where fuller pages mean fewer of them to write; some are scattered, and need
// room.
const Fill = 0.75

// moved is about how many bytes move in one transaction when a file is brought to this
// layout.
const moved = 4 << 20

func markValue() []byte { return strconv.AppendInt(nil, Number, 10) }

// putMark says that a file has this layout.
func putMark(marked *bbolt.Bucket) error {
	_, sealed := Seal(nil, markKey, markValue())
	return errors.Join(marked.Put(markKey, markValue()), marked.Put(markSum, sealed))
}

// New makes the buckets of a new file.
func New(btx *bbolt.Tx) error {
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

// Of is the number of a file's layout: 1 if it has no checksums, or not yet for all.
// Errors: [*store.Newer], or that it is damaged or no file of ours.
func Of(btx *bbolt.Tx) (int, error) {
	marked, into := btx.Bucket(mark), btx.Bucket(records)
	if marked == nil {
		return 0, fmt.Errorf("it is a file of another program")
	}
	number := 1 // of an empty store before there were numbers of layouts
	if val := marked.Get(markKey); val != nil {
		var err error
		sealed, ok := Unseal(markKey, marked.Get(markSum))
		if number, err = strconv.Atoi(string(val)); err != nil || into != nil && (!ok || !bytes.Equal(sealed, val)) {
			return 0, fmt.Errorf("%w: the number of its layout reads %.20q", store.ErrDamaged, val)
		}
	}
	switch {
	case number > Number:
		return 0, &store.Newer{Has: number, Knows: Number}
	case number < 1 || (number == Number) != (into != nil):
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
	return Number, nil
}

// BringUp brings a file to this layout, in transactions none of which is large. Killed in
// between, it goes on where it was; other versions do not read it from the first one on.
func BringUp(db *bbolt.DB) error {
	for {
		has := 0
		err := db.View(func(btx *bbolt.Tx) (err error) { // an Update writes also if it changes nothing
			has, err = Of(btx)
			return err
		})
		if err != nil || has == Number {
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
	into.FillPercent = Fill
	if !bytes.Equal(from.Get(markKey), markValue()) { // the first time: the number moves first
		if err := moveMark(from, into); err != nil {
			return err
		}
	}
	if err := moveSome(from, into); err != nil {
		return err
	}
	return NoteEmpty(into)
}

func moveMark(from, into *bbolt.Bucket) error {
	if val := from.Get(markKey); val != nil {
		_, sealed := Seal(nil, markKey, val)
		if err := into.Put(markKey, sealed); err != nil {
			return err
		}
	}
	return putMark(from)
}

func isMark(key []byte) bool { return bytes.Equal(key, markKey) || bytes.Equal(key, markSum) }

// pair is a key and its value, sealed.
type pair struct{ key, val []byte }

func moveSome(from, into *bbolt.Bucket) error {
	var all []pair
	size := 0
	for key, val := range each(from) {
		if size >= moved {
			break
		}
		if isMark(key) {
			continue
		}
		_, sealed := Seal(nil, key, val)
		all = append(all, pair{bytes.Clone(key), sealed})
		size += len(key) + len(sealed)
	}
	for _, p := range all {
		if err := into.Put(p.key, p.val); err != nil {
			return err
		}
		if err := from.Delete(p.key); err != nil {
			return err
		}
	}
	return nil
}

// Records is the bucket of pairs with checksums.
func Records(btx *bbolt.Tx) *bbolt.Bucket { return btx.Bucket(records) }

// Value is that of a key in a file of any layout that this program knows; nil if there is none.
func Value(btx *bbolt.Tx, key string) ([]byte, error) {
	from, name := btx.Bucket(records), []byte(key)
	if from == nil {
		return bytes.Clone(btx.Bucket(mark).Get(name)), nil
	}
	sealed := from.Get(name)
	if sealed == nil {
		return nil, nil
	}
	val, ok := Unseal(name, sealed)
	if !ok {
		return nil, fmt.Errorf("%w: the value of %s does not match its checksum", store.ErrDamaged, key)
	}
	return bytes.Clone(val), nil
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

// HasRecords is the sequence number of a bucket of records that has any; it is 0 else. A page of
// which damage made one without keys would look as one of an empty store.
const HasRecords = 1

// NoteEmpty sets it, after pairs were written or deleted.
func NoteEmpty(into *bbolt.Bucket) error {
	has := uint64(0)
	if first, _ := into.Cursor().First(); first != nil {
		has = HasRecords
	}
	if into.Sequence() == has {
		return nil
	}
	return into.SetSequence(has)
}
