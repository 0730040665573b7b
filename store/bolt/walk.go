package bolt

import "bytes"

// span is where the keys of a page must lie: from low on, and below high if there is
// an upper bound.
type span struct{ low, high []byte }

// tree is a tree of pages. All its leaves are on one level.
type tree struct {
	leaves int // their level; 0 as long as it is not known
	deep   bool
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
		if t.leaves != 0 && t.leaves != level {
			return c.say("page %d is a leaf where there should be none", id)
		}
		t.leaves = level
		return c.leaf(h, c.page, keys)
	}
	return c.say("page %d is of no kind that leads to data (%#x)", id, h.flags)
}

func (c *checker) branch(t *tree, h header, page []byte, level int, keys span) error {
	if h.count == 0 {
		return c.say("page %d should lead to others, and does not", h.id)
	}
	elements, ok := readElements(h, page)
	if !ok {
		return c.say("page %d points outside of itself", h.id)
	}
	if err := c.order(h, elements, keys); err != nil {
		return err
	}
	for i, e := range elements {
		below := span{e.key, keys.high}
		if i+1 < len(elements) {
			below.high = elements[i+1].key
		}
		if err := c.walk(t, e.child, level+1, below); err != nil {
			return err
		}
	}
	return nil
}

func (c *checker) leaf(h header, page []byte, keys span) error {
	elements, ok := readElements(h, page)
	if !ok {
		return c.say("page %d points outside of itself", h.id)
	}
	if err := c.order(h, elements, keys); err != nil {
		return err
	}
	var buckets [][]byte // copies: to follow one overwrites the page
	for _, e := range elements {
		if e.bucket {
			buckets = append(buckets, bytes.Clone(e.val))
		}
	}
	for _, val := range buckets {
		if err := c.bucket(h, val); err != nil {
			return err
		}
	}
	return nil
}

// bucket follows the value of a bucket: a tree, or a leaf of its own inside.
func (c *checker) bucket(h header, val []byte) error {
	if len(val) < bucketSize {
		return c.say("page %d has a bucket that leads nowhere", h.id)
	}
	if root := number(val); root != 0 {
		return c.walk(&tree{deep: c.deep}, root, 1, span{})
	}
	inside := val[bucketSize:]
	if len(inside) < headerSize || readHeader(inside).flags != leafPage {
		return c.say("page %d has a bucket inside that is none", h.id)
	}
	inner := readHeader(inside)
	inner.id = h.id
	return c.leaf(inner, inside, span{})
}

// order checks that keys ascend, and lie where the pages above say.
func (c *checker) order(h header, elements []element, keys span) error {
	for i, e := range elements {
		switch {
		case bytes.Compare(e.key, keys.low) < 0 || keys.high != nil && bytes.Compare(e.key, keys.high) >= 0:
			return c.say("page %d has a key that belongs elsewhere: %.60q", h.id, e.key)
		case i > 0 && bytes.Compare(elements[i-1].key, e.key) >= 0:
			return c.say("page %d has keys out of order: %.60q", h.id, e.key)
		}
	}
	return nil
}
