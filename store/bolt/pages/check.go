// Package pages reads the pages of a file of bbolt, and says whether they are as they should be.
//
// It reads them itself: bbolt takes what they say for true, and can end the process over it. It is
// also stricter: a page has no gaps, the keys of a branch are equal to the first keys below it,
// no page is used twice or lost. Together with the checksums of package layout every single flip
// of a bit that counts is found.
package pages

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"go.etcd.io/bbolt"
)

// MaxProblems is how many problems a check names before it gives up.
const MaxProblems = 100

// errEnough ends a walk when [MaxProblems] were named. It is no error to callers.
var errEnough = errors.New("too many problems")

// A Damaged value does not match its checksum: it, its key, or the checksum is not what was
// written.
type Damaged struct {
	Key    string
	Stored []byte // what stands there, with the checksum
}

// Found is what a check has found, in words for people.
type Found struct {
	Problems []string  // of the structure: what is there cannot be told from what is not
	Metas    []string  // of the pages that say where the data begins; one of them is enough
	Values   []Damaged // no more than MaxProblems
}

// Check checks all pages of a file, as it is at this moment, or if not deep only those that lead to
// the data. The file may be written to meanwhile. The error is that of ctx, of bbolt or of the
// disk.
func Check(ctx context.Context, db *bbolt.DB, file io.ReaderAt, deep bool) (Found, error) {
	// a server that writes all the time comes between now and then, and not a hundred times in a row
	for range 100 {
		rtx, err := db.Begin(false)
		if err != nil {
			return Found{}, err
		}
		c := checker{ctx: ctx, file: file, size: db.Info().PageSize, deep: deep}
		if !c.begin(uint64(rtx.ID())) {
			_ = rtx.Rollback()
			continue // two commits came between, and took the place of what we need
		}
		err = c.run()
		_ = rtx.Rollback()
		if errors.Is(err, errEnough) {
			err = nil
		}
		return c.Found, err
	}
	return Found{Problems: []string{"no meta page says where the data begins"}}, nil
}

// checker walks a file as one transaction sees it, which must stay open. Pages that the transaction sees are not written
// over while it is open, so what it reads stays as it is.
type checker struct {
	ctx  context.Context
	file io.ReaderAt
	size int // of a page, in bytes
	meta meta
	deep bool
	used []bool // by page: somebody has it already
	page []byte // the page that was read last
	Found
}

// begin finds where the data of the transaction begins. Of the two meta pages one may be damaged: the other is enough, and
// the file then is as it was before the last commit.
func (c *checker) begin(txid uint64) (ok bool) {
	c.meta, ok = findMeta(c.file, c.size, txid)
	c.used = make([]bool, c.meta.high)
	for id := range uint64(2) {
		if !soundMeta(c.file, c.size, id) {
			c.Metas = append(c.Metas, fmt.Sprintf(
				"page %d should say where the data begins, and does not: what was written last may be missing", id))
		}
	}
	return ok
}

// say notes a problem.
func (c *checker) say(format string, args ...any) error {
	c.Problems = append(c.Problems, fmt.Sprintf(format, args...))
	if len(c.Problems) >= MaxProblems {
		return errEnough
	}
	return nil
}

// run walks the trees, and if it is deep, accounts for each page of the file.
func (c *checker) run() error {
	// The tree of buckets has few entries, and leads to the trees of keys.
	if err := c.walk(&tree{deep: true, buckets: true}, c.meta.root, 1, span{}); err != nil || !c.deep {
		return err
	}
	if c.meta.freelist == noFreelist {
		return nil
	}
	if err := c.free(); err != nil {
		return err
	}
	for id := uint64(2); id < c.meta.high; id++ {
		if !c.used[id] {
			if err := c.say("page %d is lost: neither in use nor free", id); err != nil {
				return err
			}
		}
	}
	return nil
}

// free accounts for the pages that are free.
func (c *checker) free() error {
	h, ok, err := c.read(c.meta.freelist)
	if err != nil || !ok {
		return err
	}
	ids, ok := freeIDs(h, c.page)
	if !ok {
		return c.say("page %d should list free pages, and does not", h.id)
	}
	for _, id := range ids {
		switch {
		case id < 2 || id >= c.meta.high:
			err = c.say("page %d is listed as free, and there is no such page", id)
		case c.used[id]:
			err = c.say("page %d is listed as free, and in use or listed twice", id)
		default:
			c.used[id] = true
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// read reads a page that nobody has yet into c.page, with those that continue it. What it says of itself is compared with
// how it was referred to.
func (c *checker) read(id uint64) (h header, ok bool, err error) {
	if err := c.ctx.Err(); err != nil {
		return h, false, err
	}
	if id < 2 || id >= c.meta.high {
		return h, false, c.say("page %d is referred to, and there is no such page", id)
	}
	if ok, err := c.load(id, 0, 1); !ok {
		return h, false, err
	}
	h = readHeader(c.page)
	switch {
	case h.id != id:
		return h, false, c.say("page %d says that it is page %d", id, h.id)
	case id+h.overflow >= c.meta.high:
		return h, false, c.say("page %d is said to have %d more, and there are not so many", id, h.overflow)
	}
	for i := id; i <= id+h.overflow; i++ {
		if c.used[i] {
			return h, false, c.say("page %d is used twice", i)
		}
		c.used[i] = true
	}
	if h.overflow > 0 {
		ok, err := c.load(id, 1, int(h.overflow))
		return h, ok, err
	}
	return h, true, nil
}

// load reads n pages into c.page, after those that it has already read of the page
// of that id.
func (c *checker) load(id uint64, before, n int) (ok bool, err error) {
	have := before * c.size
	c.page = slices.Grow(c.page[:have], n*c.size)[:have+n*c.size]
	_, err = c.file.ReadAt(c.page[have:], (int64(id)+int64(before))*int64(c.size))
	if errors.Is(err, io.EOF) {
		return false, c.say("page %d is beyond the end of the file", id)
	}
	return err == nil, err
}
