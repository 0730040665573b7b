package pages

import (
	"bytes"

	"github.com/oncalm/oncalm/store/bolt/layout"
)

// span is where the keys of a page must lie: from low on, and below high if there is
// an upper bound.
type span struct {
	low, high []byte // below a branch the first key is low itself
	some      bool   // there must be keys
}

// tree is a tree of pages. All its leaves are on one level. There are two kinds: the tree of buckets, and in it one of keys
// for each bucket.
type tree struct {
	leaves  int // their level; 0 as long as it is not known
	deep    bool
	buckets bool // its values are buckets
	sealed  bool // its values have checksums
}

// walk checks the page of that id and those below it; leaves only if t is deep.
func (c *checker) walk(t *tree, id uint64, level int, keys span) error {
	if !t.deep && level == t.leaves {
		return nil
	}
	h, ok, err := c.read(id)
	if err != nil || !ok {
		return err
	}
	switch h.flags {
	case branchPage:
		return c.branch(t, h, bytes.Clone(c.page), level, keys)
	case leafPage:
		// a B+ tree is equally deep everywhere
		if t.leaves != 0 && t.leaves != level {
			return c.say("page %d is a leaf where there should be none", id)
		}
		t.leaves = level
		return c.leaf(t, h, c.page, keys)
	}
	return c.say("page %d is of no kind that leads to data (%#x)", id, h.flags)
}

// branch checks a page that leads to others, and those.
func (c *checker) branch(t *tree, h header, page []byte, level int, keys span) error {
	if h.count == 0 {
		return c.say("page %d should lead to others, and does not", h.id)
	}
	elements, ok := readElements(h, page)
	if !ok {
		return c.say("page %d is not laid out as pages are", h.id)
	}
	if err := c.order(h, elements, keys); err != nil {
		return err
	}
	for i, e := range elements {
		below := span{e.key, keys.high, true}
		if i+1 < len(elements) {
			below.high = elements[i+1].key
		}
		if err := c.walk(t, e.child, level+1, below); err != nil {
			return err
		}
	}
	return nil
}

// leaf checks a page with keys and values.
func (c *checker) leaf(t *tree, h header, page []byte, keys span) error {
	elements, ok := readElements(h, page)
	if !ok {
		return c.say("page %d is not laid out as pages are", h.id)
	}
	if len(elements) == 0 && keys.some {
		return c.say("page %d should have keys, and has none", h.id)
	}
	if err := c.order(h, elements, keys); err != nil {
		return err
	}
	if !t.buckets {
		return c.records(t, h, elements)
	}
	for n, e := range elements { // copies: to follow one overwrites the page
		elements[n].key, elements[n].val = bytes.Clone(e.key), bytes.Clone(e.val)
	}
	for _, e := range elements {
		if err := c.bucket(h, e); err != nil {
			return err
		}
	}
	return nil
}

// records checks what a leaf holds.
func (c *checker) records(t *tree, h header, elements []element) error {
	for _, e := range elements {
		if e.bucket {
			return c.say("page %d has a bucket among the records", h.id)
		}
		if _, ok := layout.Unseal(e.key, e.val); t.sealed && !ok && len(c.Values) < MaxProblems {
			c.Values = append(c.Values, Damaged{string(e.key), bytes.Clone(e.val)})
		}
	}
	return nil
}

// bucket follows the value of a bucket: a tree, or a leaf of its own inside.
func (c *checker) bucket(h header, e element) error {
	t, val := &tree{deep: c.deep, sealed: string(e.key) == layout.RecordsName}, e.val
	if !e.bucket || !t.sealed && string(e.key) != layout.MarkName || len(val) < bucketSize {
		return c.say("page %d has an unknown bucket", h.id)
	}
	some := number(val[8:])
	if some > layout.HasRecords || some > 0 && !t.sealed {
		return c.say("page %d has a bucket with a number that is none of ours", h.id)
	}
	if root := number(val); root != 0 {
		if len(val) != bucketSize {
			return c.say("page %d has a bucket that is at two places", h.id)
		}
		return c.walk(t, root, 1, span{some: some > 0})
	}
	inside := val[bucketSize:]
	if len(inside) < headerSize {
		return c.say("page %d has a bucket that leads nowhere", h.id)
	}
	inner := readHeader(inside)
	elements, ok := readElements(inner, inside)
	if !ok || inner.flags != leafPage || inner.id != 0 || inner.overflow != 0 || extent(elements) != len(inside) {
		return c.say("page %d has a bucket inside that is none", h.id)
	}
	inner.id = h.id
	return c.leaf(t, inner, inside, span{some: some > 0})
}

// extent is how many bytes a leaf of these takes.
func extent(elements []element) int {
	n := headerSize
	for _, e := range elements {
		n += elementSize + len(e.key) + len(e.val)
	}
	return n
}

// order checks that keys ascend, and lie where the pages above say.
func (c *checker) order(h header, elements []element, keys span) error {
	for i, e := range elements {
		switch {
		case len(e.key) == 0:
			return c.say("page %d has an empty key", h.id)
		case i == 0 && keys.low != nil && !bytes.Equal(e.key, keys.low):
			return c.say("page %d begins with another key than what leads to it says: %.60q", h.id, e.key)
		case bytes.Compare(e.key, keys.low) < 0 || keys.high != nil && bytes.Compare(e.key, keys.high) >= 0:
			return c.say("page %d has a key that belongs elsewhere: %.60q", h.id, e.key)
		case i > 0 && bytes.Compare(elements[i-1].key, e.key) >= 0:
			return c.say("page %d has keys out of order: %.60q", h.id, e.key)
		}
	}
	return nil
}
