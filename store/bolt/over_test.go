package bolt

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/oncalm/oncalm/store"
)

// TestWrittenOver writes an older copy over a store, in its place, while it commits. The store
// finds out, whenever that was, and does not go on with a mixture of both.
func TestWrittenOver(t *testing.T) {
	for n := range 30 {
		path := filepath.Join(t.TempDir(), "oncalm.db")
		d, err := Open(path, Options{})
		if err != nil {
			t.Fatal(err)
		}
		put(t, d, "a", "1")
		older := read(t, path)
		put(t, d, "b", "2")
		put(t, d, "c", "3")
		var writes sync.WaitGroup
		end := make(chan struct{})
		writes.Go(func() {
			for n := 0; ; n++ {
				select {
				case <-d.Failed():
					return
				case <-end:
					return
				default:
				}
				_ = d.Update(background, func(tx store.Tx) error { tx.Put(fmt.Sprint("key/", n), []byte("x")); return nil })
			}
		})
		f, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err == nil {
			for begun := d.Stats().Updates + int64(n%3); d.Stats().Updates <= begun; { // its commit begins now
				runtime.Gosched()
			}
			_, err = f.WriteAt(older, 0)
			err = errors.Join(err, f.Close())
		}
		if err != nil {
			t.Fatal(err)
		}
		select {
		case <-d.Failed():
		case <-time.After(time.Second):
			t.Errorf("written over the %dth time: nobody has noticed", n+1)
		}
		close(end)
		writes.Wait()
		if err := d.Broken(); err != nil && !errors.Is(err, store.ErrGone) && !errors.Is(err, store.ErrDamaged) {
			t.Errorf("broken: %v", err)
		}
		_ = d.Close() // it may say anything
	}
}
