package disk

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

func link(t *testing.T, target, name string) {
	t.Helper()
	if err := os.Symlink(target, name); err != nil {
		t.Fatal(err)
	}
}

func TestLocate(t *testing.T) {
	dir := t.TempDir()
	at := func(parts ...string) string { return filepath.Join(append([]string{dir}, parts...)...) }
	if err := os.MkdirAll(at("disk", "data"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(at("disk", "real.db"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	link(t, at("disk", "real.db"), at("one"))
	link(t, "one", at("two"))
	link(t, "disk", at("folder"))
	link(t, "not/mounted.db", at("lost"))
	link(t, "lost", at("lost too"))
	link(t, "nowhere", at("lost folder"))
	for _, tt := range []struct{ name, want, leads string }{
		{"disk/real.db", "disk/real.db", ""},
		{"disk/new.db", "disk/new.db", ""},
		{"disk/new/new.db", "disk/new/new.db", ""},
		{"one", "disk/real.db", ""},
		{"two", "disk/real.db", ""},
		{"folder/real.db", "disk/real.db", ""},
		{"folder/data/new/new.db", "disk/data/new/new.db", ""},
		{"lost", "", "not/mounted.db"},
		{"lost too", "", "not/mounted.db"},
		{"lost folder/a/new.db", "", "nowhere"},
	} {
		got, err := Locate(at(tt.name))
		if tt.leads == "" {
			if err != nil || got != at(tt.want) {
				t.Errorf("%s: %s, %v, want %s", tt.name, got, err, at(tt.want))
			}
			continue
		}
		if nowhere, ok := errors.AsType[*Dangling](err); !ok || nowhere.Target != at(tt.leads) {
			t.Errorf("%s: error %v, want one that names %s", tt.name, err, at(tt.leads))
		}
	}
	if _, err := os.Lstat(at("not")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("something was made where a link leads to nothing: %v", err)
	}
}
