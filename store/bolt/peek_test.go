package bolt

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"go.etcd.io/bbolt"

	"github.com/oncalm/oncalm/store/bolt/datafile"
)

// TestOurs tells stores, whole and damaged, from all else.
func TestOurs(t *testing.T) {
	dir := t.TempDir()
	store, other := filepath.Join(dir, "store"), filepath.Join(dir, "other")
	d, err := Open(store, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for n := range 100 {
		put(t, d, string(rune('a'+n)), "some text")
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	db, err := bbolt.Open(other, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	whole := read(t, store)
	foreign := read(t, other)
	for _, c := range []struct {
		name string
		text []byte
		want bool
	}{
		{"a store", whole, true},
		{"nothing yet", nil, true},
		{"a page of data is zero", bytes.Join([][]byte{whole[:4*4096], make([]byte, 4096), whole[5*4096:]}, nil), true},
		{"the first page is zero", append(make([]byte, 4096), whole[4096:]...), true},
		{"a file of bbolt, but not ours", foreign, false},
		{"only where the data begins", whole[:2*4096], false},
		{"zeros", make([]byte, 1<<16), false},
		{"text", []byte("listen: 8080\n"), false},
	} {
		path := filepath.Join(dir, "file")
		if err := os.WriteFile(path, c.text, 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := datafile.Ours(path); err != nil || got != c.want {
			t.Errorf("%s: %t, %v, want %t", c.name, got, err, c.want)
		}
	}
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
