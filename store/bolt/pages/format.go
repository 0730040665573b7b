package pages

import (
	"encoding/binary"
	"hash/fnv"
	"io"
	"slices"
)

// The layout of bbolt's pages, as far as checking them needs it. Numbers are in the
// byte order of the machine, since bbolt maps them as they are.
const (
	headerSize  = 16 // id, flags, count, overflow
	elementSize = 16
	bucketSize  = 16 // root page, sequence number
	metaSize    = 64

	branchPage = 0x01
	leafPage   = 0x02
	metaPage   = 0x04
	freePage   = 0x10

	bucketFlag = 0x01
	magic      = 0xED0CDAED
	noFreelist = ^uint64(0)
)

// number reads 8 bytes, and the others 4 and 2.
func number(b []byte) uint64  { return binary.NativeEndian.Uint64(b) }
func number4(b []byte) uint64 { return uint64(binary.NativeEndian.Uint32(b)) }
func number2(b []byte) uint64 { return uint64(binary.NativeEndian.Uint16(b)) }

// header begins every page.
type header struct {
	id       uint64
	flags    uint64
	count    uint64 // of elements
	overflow uint64 // number of pages that continue this one
}

// readHeader takes the first bytes of a page apart.
func readHeader(page []byte) header {
	return header{number(page), number2(page[8:]), number2(page[10:]), number4(page[12:])}
}

// meta is what one of the first two pages says: where a transaction's data begins.
type meta struct {
	root     uint64
	freelist uint64
	high     uint64 // number of pages in use or free
	txid     uint64
	size     uint64 // of a page, in bytes
}

// findMeta reads the meta page of that transaction. In a file that bbolt has written
// into, its number says which of the two it is; in a copy it is always the first.
func findMeta(file io.ReaderAt, size int, txid uint64) (meta, bool) {
	for _, page := range [2]uint64{txid % 2, 1 - txid%2} {
		if m, ok := readMeta(file, int64(page)*int64(size)); ok && m.txid == txid {
			return m, true
		}
	}
	return meta{}, false
}

// soundMeta says whether one of the first two pages is what it should be.
func soundMeta(file io.ReaderAt, size int, id uint64) bool {
	b := make([]byte, headerSize)
	if _, err := file.ReadAt(b, int64(id)*int64(size)); err != nil {
		return false
	}
	_, ok := readMeta(file, int64(id)*int64(size))
	return ok && readHeader(b) == header{id: id, flags: metaPage}
}

// newestMeta reads the meta page of the last transaction, in a file of which nothing is
// known. The second meta page is at the size of a page, which is what is not known: a power of two up to 64 KiB.
func newestMeta(file io.ReaderAt) (newest meta, ok bool) {
	for _, at := range [...]int64{0, 1 << 10, 1 << 11, 1 << 12, 1 << 13, 1 << 14, 1 << 15, 1 << 16} {
		m, there := readMeta(file, at)
		if there && (!ok || m.txid > newest.txid) {
			newest, ok = m, true
		}
	}
	return newest, ok
}

// readMeta reads a meta page with its magic number and its checksum (FNV-64a, of all before it).
func readMeta(file io.ReaderAt, at int64) (meta, bool) {
	b := make([]byte, headerSize+metaSize)
	if _, err := file.ReadAt(b, at); err != nil {
		return meta{}, false
	}
	b = b[headerSize:]
	sum := fnv.New64a()
	sum.Write(b[:metaSize-8])
	m := meta{
		root: number(b[16:]), freelist: number(b[32:]), high: number(b[40:]), txid: number(b[48:]), size: number4(b[8:]),
	}
	return m, number4(b) == magic && number(b[metaSize-8:]) == sum.Sum64()
}

// element is one entry of a page.
type element struct {
	key    []byte
	val    []byte // of a leaf
	bucket bool   // of a leaf: val is a bucket
	child  uint64 // of a branch
}

// readElements takes a branch or a leaf apart. It is not ok if the page leads outside of
// itself, or is not as bbolt writes pages: keys and values follow each other without gaps.
func readElements(h header, page []byte) (elements []element, ok bool) {
	if headerSize+h.count*elementSize > uint64(len(page)) {
		return nil, false
	}
	elements = make([]element, h.count)
	next := headerSize + h.count*elementSize
	for i := range elements {
		at := uint64(headerSize + i*elementSize)
		b := page[at:]
		pos, keySize, valSize := number4(b), number4(b[4:]), uint64(0)
		if h.flags == leafPage {
			if pos > bucketFlag {
				return nil, false
			}
			elements[i].bucket = pos == bucketFlag
			pos, keySize, valSize = number4(b[4:]), number4(b[8:]), number4(b[12:])
		} else {
			elements[i].child = number(b[8:])
		}
		begin := at + pos
		if begin != next || begin+keySize+valSize > uint64(len(page)) {
			return nil, false
		}
		next = begin + keySize + valSize
		elements[i].key = page[begin : begin+keySize]
		elements[i].val = page[begin+keySize : begin+keySize+valSize]
	}
	return elements, true
}

// freeIDs reads a page that lists free pages.
func freeIDs(h header, page []byte) (ids []uint64, ok bool) {
	count, list := h.count, page[headerSize:]
	if count == 0xFFFF { // more than fit into the header: the first says how many
		count, list = number(list), list[8:]
	}
	if h.flags != freePage || count > uint64(len(list)/8) {
		return nil, false
	}
	ids = make([]uint64, count)
	for i := range ids {
		ids[i] = number(list[8*i:])
	}
	return ids, true
}

// MetaPage reads one of the two pages that say where the data begins, as far as it says anything;
// nil if it cannot be read. A transaction writes the one that its number says, and leaves the
// other as it is.
func MetaPage(file io.ReaderAt, n int, pageSize int64) []byte {
	page := make([]byte, headerSize+metaSize)
	if _, err := file.ReadAt(page, int64(n)*pageSize); err != nil {
		return nil
	}
	return page
}

// Size reads how many bytes of a file are in use or free. It is 0 for what is no file of bbolt,
// which bbolt itself says best.
func Size(file io.ReaderAt) int64 {
	m, _ := newestMeta(file)
	return int64(m.high * m.size)
}

// HasBucket reports whether a file of which nothing is known has a bucket of that name. It may be
// damaged: no more is looked at than what says where all else is. It tells our stores from other files of bbolt.
func HasBucket(file io.ReaderAt, name string) bool {
	m, ok := newestMeta(file)
	if !ok || m.size < headerSize || m.size > 1<<16 || m.root >= m.high {
		return false
	}
	page := make([]byte, m.size)
	if _, err := file.ReadAt(page, int64(m.root*m.size)); err != nil {
		return false // it ends before what it says
	}
	elements, _ := readElements(readHeader(page), page)
	return slices.ContainsFunc(elements, func(e element) bool { return e.bucket && string(e.key) == name })
}
