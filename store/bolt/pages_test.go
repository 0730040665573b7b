package bolt

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"

	"go.etcd.io/bbolt"

	"github.com/oncalm/oncalm/store/bolt/layout"
)

// Where things are in a file, as bbolt itself says: what our own checks find is compared with it.

// filePage is a page that bbolt knows of; those that continue it have no kind.
type filePage struct {
	kind    string // meta, branch, leaf, freelist, free
	count   int    // of what it lists
	entries []entry
}

// entry is one of a branch or a leaf.
type entry struct {
	key  string
	size int // of key and value
}

// pagesOf lists all pages of a file, which may be in use.
func pagesOf(t testing.TB, path string) []filePage {
	t.Helper()
	all := []filePage{}
	inBbolt(t, path, func(btx *bbolt.Tx, text []byte) {
		all = make([]filePage, int(btx.Size())/os.Getpagesize())
		for id := 0; id < len(all); {
			info, err := btx.Page(id)
			if err != nil || info == nil {
				t.Fatalf("page %d: %v, %v", id, info, err)
			}
			all[id] = filePage{kind: info.Type, count: info.Count}
			if info.Type == "branch" || info.Type == "leaf" {
				all[id].entries = entriesOf(text[page(uint64(id)):], info.Type == "leaf", info.Count)
			}
			id += 1 + info.OverflowCount
		}
	})
	return all
}

// entriesOf takes a page apart.
func entriesOf(b []byte, leaf bool, count int) (all []entry) {
	number := func(at int) int { return int(binary.NativeEndian.Uint32(b[at:])) }
	for n := range count {
		at := 16 + 16*n
		pos, key, val := number(at), number(at+4), 0
		if leaf {
			pos, key, val = number(at+4), number(at+8), number(at+12)
		}
		all = append(all, entry{string(b[at+pos : at+pos+key]), key + val})
	}
	return all
}

// inBbolt opens a copy of a file with nothing but bbolt.
func inBbolt(t testing.TB, path string, fn func(btx *bbolt.Tx, text []byte)) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	copied := filepath.Join(t.TempDir(), "copy.db")
	if err := os.WriteFile(copied, text, 0o600); err != nil {
		t.Fatal(err)
	}
	db, err := bbolt.Open(copied, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.View(func(btx *bbolt.Tx) error { fn(btx, text); return nil }); err != nil {
		t.Fatal(err)
	}
}

// branchAbove is a page that leads to all keys.
func branchAbove(t testing.TB, path string) (root uint64) {
	t.Helper()
	inBbolt(t, path, func(btx *bbolt.Tx, _ []byte) { root = uint64(layout.Records(btx).Root()) })
	if pagesOf(t, path)[root].kind != "branch" {
		t.Fatal("there is no branch")
	}
	return root
}

// leafWith finds the leaf that has a key.
func leafWith(t testing.TB, path, key string) uint64 {
	t.Helper()
	for id, p := range pagesOf(t, path) {
		for _, e := range p.entries {
			if p.kind == "leaf" && e.key == key {
				return uint64(id)
			}
		}
	}
	t.Fatalf("no leaf has %s", key)
	return 0
}

// liveBytes are the places in a file that anything depends on.
func liveBytes(t testing.TB, path string) (all []int64) {
	t.Helper()
	for id, p := range pagesOf(t, path) {
		length := int64(0)
		switch p.kind {
		case "meta":
			length = 16 + 64
		case "freelist":
			length = 16 + 8*int64(p.count)
		case "branch", "leaf":
			length = 16 + 16*int64(p.count)
			for _, e := range p.entries {
				length += int64(e.size)
			}
		}
		for at := range length {
			all = append(all, page(uint64(id))+at)
		}
	}
	return all
}
