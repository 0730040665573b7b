package bolt

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/oncalm/oncalm/store"
)

// TestMemory reads a store that is larger than the memory which we may show.
func TestMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("a short run: the store is large")
	}
	d, err := Open(filepath.Join(inMemory(t), "oncalm.db"), Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	for n := range 150 {
		mustUpdate(t, d, func(tx store.Tx) { tx.Put(fmt.Sprint(n), make([]byte, 1<<20)) })
	}
	before, sum := d.memory.shared(), 0
	var shown int64
	err = d.View(background, func(tx store.Tx) error {
		for _, val := range tx.Range("", "") {
			for i := 0; i < len(val); i += 4096 {
				sum += int(val[i])
			}
		}
		shown = d.memory.shared()
		return nil
	})
	if err != nil || sum != 0 {
		t.Fatalf("sum %d, error %v", sum, err)
	}
	if shown < resident*2 {
		t.Fatalf("%d bytes are shown after reading all: the test would find nothing", shown)
	}
	for begun := time.Now(); ; {
		if err := d.View(background, func(store.Tx) error { return nil }); err != nil {
			t.Fatal(err)
		}
		if d.memory.shared() < resident {
			break
		}
		if time.Since(begun) > 10*time.Second {
			t.Fatalf("%d bytes are still shown", d.memory.shared())
		}
	}
	t.Logf("from %d to %d and back to %d bytes", before, shown, d.memory.shared())
	sound(t, d)
}
