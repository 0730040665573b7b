package page_test

import (
	"bufio"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/oncalm/oncalm/postmortems/document"
	"github.com/oncalm/oncalm/postmortems/markdown"
	"github.com/oncalm/oncalm/postmortems/page"
	"github.com/oncalm/oncalm/postmortems/storytest"
	"github.com/oncalm/oncalm/templates"
)

// anonymous is how much memory of this process no file stands behind, in KiB; 0 where that is not told.
func anonymous() int {
	f, err := os.Open("/proc/self/status")
	if err != nil {
		return 0
	}
	defer func() { _ = f.Close() }()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if rest, ok := strings.CutPrefix(lines.Text(), "RssAnon:"); ok {
			n, err := strconv.Atoi(strings.TrimSpace(strings.TrimSuffix(rest, "kB")))
			if err == nil {
				return n
			}
		}
	}
	return 0
}

// peak runs something, and returns by how much the memory of this process grew meanwhile, in KiB.
func peak(do func()) int {
	debug.FreeOSMemory()
	before := anonymous()
	most := before
	done := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		every := time.NewTicker(time.Millisecond)
		defer every.Stop()
		for {
			select {
			case <-done:
				return
			case <-every.C:
				most = max(most, anonymous())
			}
		}
	})
	do()
	close(done)
	wg.Wait()
	return max(most, anonymous()) - before
}

// storm makes the document of 5,000 events in both forms.
func storm(tb testing.TB) (set *templates.Set, write func() document.Document) {
	i, events := storytest.Storm(tb, 5000).Folded()
	return texts(tb), func() document.Document { return build(i, events) }
}

// mostAllocated is what the document of a storm in both forms may allocate in all, in bytes. The race detector doubles it. At any
// time a third of it is needed: how much, depends on when the collector comes, so the benchmark says it, and no test holds it.
const mostAllocated = 230 << 20

// TestStormFits: an incident of 5,000 events has its Markdown and its page without waste. The time is for benchmarks: a machine that
// others use has none that a test could hold.
func TestStormFits(t *testing.T) {
	set, document := storm(t)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	grown := peak(func() {
		d := document()
		if _, err := markdown.Render(d, set); err != nil {
			t.Error(err)
		}
		if _, err := page.Render(d, set, page.Options{}); err != nil {
			t.Error(err)
		}
	})
	runtime.ReadMemStats(&after)
	sum := after.TotalAlloc - before.TotalAlloc
	t.Logf("%d KiB in all, %d KiB at a time", sum>>10, grown)
	if sum > mostAllocated {
		t.Errorf("%d bytes are allocated, want at most %d", sum, mostAllocated)
	}
}

func BenchmarkStorm(b *testing.B) {
	set, document := storm(b)
	most := 0
	b.ReportAllocs()
	for b.Loop() {
		most = max(most, peak(func() {
			d := document()
			if _, err := markdown.Render(d, set); err != nil {
				b.Fatal(err)
			}
			if _, err := page.Render(d, set, page.Options{}); err != nil {
				b.Fatal(err)
			}
		}))
	}
	b.ReportMetric(float64(most)/1024, "peak-MiB")
}
