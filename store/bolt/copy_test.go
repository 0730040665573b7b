package bolt

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/bolt/copies"
	"github.com/oncalm/oncalm/store/storetest"
)

// reopened is what is in the store at path.
func reopened(t *testing.T, path string) map[string]string {
	t.Helper()
	d, err := Open(path, Options{MustExist: true})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	sound(t, d)
	return storetest.Content(t, d)
}

// TestBackup copies a store while two counters in it go up together.
func TestBackup(t *testing.T) {
	d := openNew(t, Options{NoSync: true})
	step := func(n int) {
		mustUpdate(t, d, func(tx store.Tx) {
			tx.Put("a", fmt.Append(nil, n))
			tx.Put("filler/"+fmt.Sprint(n%100), bytes.Repeat([]byte("x"), n%2000))
			tx.Put("z", fmt.Append(nil, n))
		})
	}
	for n := range 300 {
		step(n)
	}
	ctx, cancel := context.WithCancel(background)
	ended := make(chan bool)
	go func() {
		defer close(ended)
		for n := 300; ctx.Err() == nil; n++ {
			step(n)
		}
	}()
	dir := t.TempDir()
	for n := range 5 {
		path := filepath.Join(dir, fmt.Sprint(n))
		if err := d.BackupFile(background, path); err != nil {
			t.Fatal(err)
		}
		if info, err := os.Stat(path); err != nil || info.Mode() != 0o600 {
			t.Errorf("mode %v, error %v", info.Mode(), err)
		}
		if got := reopened(t, path); len(got) != 102 || got["a"] != got["z"] || got["a"] == "" {
			t.Errorf("the copy has %d keys, a=%s, z=%s", len(got), got["a"], got["z"])
		}
	}
	cancel()
	<-ended
	if err := d.Backup(ctx, io.Discard); !errors.Is(err, context.Canceled) {
		t.Errorf("with an ended context: error %v", err)
	}
	path := filepath.Join(dir, "not")
	if err := d.BackupFile(ctx, path); !errors.Is(err, context.Canceled) {
		t.Errorf("with an ended context: error %v", err)
	}
	names, err := filepath.Glob(path + "*")
	if err != nil || names != nil {
		t.Errorf("a backup that failed has left %q, %v", names, err)
	}
}

func TestRestore(t *testing.T) {
	dir := t.TempDir()
	src, dst := filepath.Join(dir, "backup"), filepath.Join(dir, "new", "oncalm.db")
	d := openNew(t, Options{})
	put(t, d, "a", "1")
	if err := d.BackupFile(background, src); err != nil {
		t.Fatal(err)
	}
	if err := copies.Restore(background, src, dst, false); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"a": "1"}
	if diff := cmp.Diff(want, reopened(t, dst)); diff != "" {
		t.Errorf("restored (-want +got):\n%s", diff)
	}
	put(t, d, "a", "2")
	if err := d.BackupFile(background, src); err != nil {
		t.Fatal(err)
	}
	if err := copies.Restore(background, src, dst, false); !errors.Is(err, fs.ErrExist) {
		t.Errorf("over a store: error %v, want %v", err, fs.ErrExist)
	}
	if diff := cmp.Diff(want, reopened(t, dst)); diff != "" {
		t.Errorf("after a refusal (-want +got):\n%s", diff)
	}
	if err := copies.Restore(background, src, dst, true); err != nil {
		t.Fatal(err)
	}
	want["a"] = "2"
	if diff := cmp.Diff(want, reopened(t, dst)); diff != "" {
		t.Errorf("restored over another (-want +got):\n%s", diff)
	}
	isInUse(t, copies.Restore(background, d.Path(), dst, true), d.Path(), os.Getpid())
}

// TestRestoreRefuses holds that what is no good backup does not replace a store.
func TestRestoreRefuses(t *testing.T) {
	dir := t.TempDir()
	dst := filepath.Join(dir, "oncalm.db")
	prepared(t, dst)
	tests := []struct {
		name  string
		write func(path string)
		want  error
	}{
		{"no file", func(string) {}, fs.ErrNotExist},
		{"empty", func(path string) { writeText(t, path, "") }, fs.ErrNotExist},
		{"text", func(path string) { writeText(t, path, strings.Repeat("text ", 2000)) }, store.ErrDamaged},
		{"damaged", func(path string) {
			filled(t, path)
			overwrite(t, path, make([]byte, 4096), page(leafWith(t, path, "large/0")))
		}, store.ErrDamaged},
	}
	for _, tt := range tests {
		src := filepath.Join(dir, tt.name)
		tt.write(src)
		if err := copies.Restore(background, src, dst, true); !errors.Is(err, tt.want) ||
			!strings.Contains(err.Error(), src) {
			t.Errorf("%s: error %v, want %v", tt.name, err, tt.want)
		}
		if diff := cmp.Diff(map[string]string{}, reopened(t, dst)); diff != "" {
			t.Errorf("%s: (-want +got):\n%s", tt.name, diff)
		}
	}
}

func writeText(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestCompact(t *testing.T) {
	d := openNew(t, Options{NoSync: true})
	for n := range 3000 {
		put(t, d, fmt.Sprintf("key/%d", n), strings.Repeat("x", 300))
	}
	n, err := store.Sweep(background, d, "key/", "key0", 500,
		func(_ store.Tx, key string, _ []byte) bool { return !strings.HasSuffix(key, "7") })
	if n != 2700 || err != nil {
		t.Fatalf("swept %d, error %v", n, err)
	}
	want := storetest.Content(t, d)
	if s := d.Stats(); s.Free < s.Bytes/100 {
		t.Errorf("%d of %d bytes are free", s.Free, s.Bytes)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := Open(d.Path(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if s := again.Stats(); s.Free < s.Bytes/100 {
		t.Errorf("after opening again %d of %d bytes are free", s.Free, s.Bytes)
	}
	if err := again.Close(); err != nil {
		t.Fatal(err)
	}
	backups := map[string]int64{}
	for name, publish := range map[string]func(context.Context, string, func(io.Writer) error) (int, error){
		"whole": copies.Publish, "compact": copies.PublishCompact,
	} {
		backups[name] = published(t, d.Path(), publish, want)
	}
	if backups["compact"] > backups["whole"]/2 {
		t.Errorf("backups of %v bytes", backups)
	}
	before, after, err := copies.Compact(background, d.Path())
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(d.Path()); err != nil || info.Size() != after || after > 1<<20 || before < 2<<20 {
		t.Errorf("from %d to %d bytes, the file has %v, %v", before, after, info.Size(), err)
	}
	if diff := cmp.Diff(want, reopened(t, d.Path())); diff != "" {
		t.Errorf("compacted (-want +got):\n%s", diff)
	}
	if _, _, err := copies.Compact(background, d.Path()+"x"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: error %v", err)
	}
}

// published makes a copy of a store that nobody has open, looks what is in it, and that nothing is beside it, and returns how
// large it is.
func published(t *testing.T, path string, publish func(context.Context, string, func(io.Writer) error) (int, error),
	want map[string]string) int64 {
	t.Helper()
	dir := t.TempDir()
	backup := filepath.Join(dir, "backup.db")
	damaged, err := publish(background, backup, func(w io.Writer) error {
		from, err := os.Open(path)
		if err != nil {
			return err
		}
		_, err = io.Copy(w, from)
		return errors.Join(err, from.Close())
	})
	if damaged != 0 || err != nil {
		t.Fatalf("%d damaged, %v", damaged, err)
	}
	names, err := filepath.Glob(filepath.Join(dir, "*"))
	info, statErr := os.Stat(backup)
	if err := errors.Join(err, statErr); err != nil || len(names) != 1 {
		t.Fatalf("there are %q, %v", names, err)
	}
	if diff := cmp.Diff(want, reopened(t, backup)); diff != "" {
		t.Errorf("the copy (-want +got):\n%s", diff)
	}
	failed := errors.New("the disk")
	if _, err := publish(background, backup, func(io.Writer) error { return failed }); !errors.Is(err, failed) {
		t.Errorf("%v, want that of who writes", err)
	}
	if _, err := publish(background, backup, func(w io.Writer) error {
		_, err := w.Write(make([]byte, 1<<16))
		return err
	}); !errors.Is(err, store.ErrDamaged) {
		t.Errorf("of what is no store: %v", err)
	}
	if diff := cmp.Diff(want, reopened(t, backup)); diff != "" {
		t.Errorf("after those that failed (-want +got):\n%s", diff)
	}
	return info.Size()
}
