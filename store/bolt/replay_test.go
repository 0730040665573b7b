package bolt

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/oncalm/oncalm/store/storetest"
)

// modelDisk is what a disk has of a process' changes, and may have.
type modelDisk struct {
	files map[int]*onDisk
	name  int      // which file the store's name leads to for sure; -1: none
	names []change // renames that are not durable
}

type onDisk struct {
	data    []byte
	size    int64
	pending []change // may be there or not, as a whole or in part
}

// grown applies a change to what is there, of a write only the first bytes.
func (f onDisk) grown(ch change, bytes int) onDisk {
	if ch.kind == "size" {
		f.size = max(f.size, ch.off)
		return f
	}
	end := int(ch.off) + min(bytes, len(ch.data))
	if end > len(f.data) {
		f.data = append(f.data, make([]byte, end-len(f.data))...)
	}
	copy(f.data[ch.off:end], ch.data)
	f.size = max(f.size, int64(end))
	return f
}

// clone copies what is surely there.
func (f *onDisk) clone() onDisk { return onDisk{data: slices.Clone(f.data), size: f.size} }

func (d *modelDisk) apply(ch change) {
	f := d.files[ch.file]
	if f == nil {
		f = &onDisk{}
		d.files[ch.file] = f
	}
	switch {
	case ch.kind == "write" || ch.kind == "size":
		f.pending = append(f.pending, ch)
	case ch.kind == "rename":
		d.names = append(d.names, ch)
	case ch.kind == "sync" && ch.file == 0:
		for _, r := range d.names {
			d.name = r.file
		}
		d.names = nil
	case ch.kind == "sync":
		for _, p := range f.pending {
			*f = f.grown(p, len(p.data))
		}
		f.pending = nil
	}
}

// images are files that a crash could leave now: all there could be if few writes are
// pending, and some of them otherwise.
func (f *onDisk) images(rng *rand.Rand) (all []onDisk) {
	n := len(f.pending)
	sets := 1 << min(n, 4)
	if n > 4 {
		sets = 32
	}
	for set := range sets {
		image := f.clone()
		for i, p := range f.pending {
			there := set>>i&1 == 1
			if n > 4 {
				there = set == 1 || set > 1 && rng.IntN(2) == 0
			}
			switch {
			case there && rng.IntN(4) == 0: // torn
				image = image.grown(p, []int{512, 1024, 2048, 3584}[rng.IntN(4)])
			case there:
				image = image.grown(p, len(p.data))
			}
		}
		all = append(all, image)
	}
	return all
}

// replayer opens images and notes those that are not as they should be.
type replayer struct {
	t      *testing.T
	models []map[string]string // by number of steps

	mu     sync.Mutex
	images int
	bad    []string
}

// replay goes through all moments at which the process could have crashed.
func replay(t *testing.T, path string, changes []change) *replayer {
	t.Helper()
	r := &replayer{t: t}
	for n := range steps + 2 {
		r.models = append(r.models, scriptModel(t, min(n, steps)))
	}
	rng := rand.New(rand.NewPCG(1, 2))
	d := modelDisk{files: map[int]*onDisk{}, name: -1}
	answered := 0
	for i, ch := range changes {
		d.apply(ch)
		if ch.kind == "ack" {
			answered = ch.n
		}
		for _, file := range d.named() {
			images := []onDisk{{}}
			if file >= 0 {
				images = d.files[file].images(rng)
			}
			r.try(i, path, images, answered)
		}
	}
	return r
}

// named are the files that the store's name may lead to.
func (d *modelDisk) named() []int {
	all := []int{d.name}
	for _, r := range d.names {
		all = append(all, r.file)
	}
	return all
}

func (r *replayer) try(at int, path string, images []onDisk, answered int) {
	dir := inMemory(r.t)
	var all sync.WaitGroup
	for half := range 2 {
		all.Go(func() {
			for i := half; i < len(images); i += 2 {
				copied := filepath.Join(dir, fmt.Sprint(i), filepath.Base(path))
				bad := r.look(copied, images[i], answered)
				r.mu.Lock()
				r.images++
				if bad != "" {
					r.bad = append(r.bad, fmt.Sprintf("after change %d, image %d, %d answered: %s", at, i, answered, bad))
				}
				r.mu.Unlock()
			}
		})
	}
	all.Wait()
	if err := os.RemoveAll(dir); err != nil {
		r.t.Error(err)
	}
}

// look opens an image and says what is wrong with it.
func (r *replayer) look(path string, image onDisk, answered int) string {
	if err := writeImage(path, image); err != nil {
		return err.Error()
	}
	d, err := Open(path, Options{NoSync: true})
	if err != nil {
		return err.Error()
	}
	defer d.Close()
	if problems, err := d.Check(background); err != nil || problems != nil {
		return fmt.Sprintf("Check: %q, %v", problems, err)
	}
	got := storetest.Content(r.t, d)
	if maps.Equal(r.models[answered], got) || maps.Equal(r.models[answered+1], got) {
		return ""
	}
	return fmt.Sprintf("it has the %d keys of step %s", len(got), got["step"])
}

// writeImage makes the file, and beside it one that a crash in the middle of a creation
// could have left.
func writeImage(path string, image onDisk) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	if err := os.WriteFile(path+".new", []byte(strings.Repeat("left ", 1000)), 0o600); err != nil || image.size == 0 {
		return err
	}
	if err := os.WriteFile(path, image.data, 0o600); err != nil {
		return err
	}
	return os.Truncate(path, image.size)
}

// TestCrashImages rebuilds the file as every crash of the machine could leave it: what
// was not synced is there, or not, or in part. Each image opens, is sound, and has all
// that was answered.
func TestCrashImages(t *testing.T) {
	path, changes := record(t, needStrace(t))
	r := replay(t, path, changes)
	t.Logf("%d images of %d changes", r.images, len(changes))
	if r.images < 600 {
		t.Errorf("only %d images", r.images)
	}
	for _, bad := range r.bad {
		t.Error(bad)
	}
}

// TestCrashImagesFindNoSync proves that TestCrashImages can fail: it does for a store
// that does not wait for the disk.
func TestCrashImagesFindNoSync(t *testing.T) {
	path, changes := record(t, needStrace(t), "nosync")
	changes = changes[:min(len(changes), 60)] // enough, and soon slow
	r := replay(t, path, changes)
	if len(r.bad) == 0 {
		t.Errorf("%d images of a store that does not wait for the disk are all right: the test finds nothing", r.images)
		return
	}
	t.Logf("%d of %d images are bad, as they should be, the first: %s", len(r.bad), r.images, r.bad[0])
}
