package sns

import (
	"context"
	"errors"
	"hash/maphash"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"time"
)

const (
	// fetchAtOnce is how many certificates are fetched at a time: as many as can be under way by the times below, so that those which
	// hang keep nobody waiting.
	fetchAtOnce = fetchBurst + int(fetchTimeout/fetchEvery)
	// fetchEvery is how often an address that was not seen before is asked; fetchBurst is how many are at once, after a rest.
	fetchEvery = 500 * time.Millisecond
	fetchBurst = 10
	// mostWaiting is how many addresses wait for that, and mostTogether how many messages for the certificate of one. What is more
	// is sent away, so that strangers do not hold connections: SNS comes again.
	mostWaiting  = 8
	mostTogether = 64
)

// errTooManyWaiting says that too many addresses were waiting that are as likely to be true.
var errTooManyWaiting = errors.New("too many unknown certificates are needed at once")

// A ration lets few addresses be asked at a time, and not too many in a time. Whoever knows the name of a topic can name addresses
// at which there is nothing, as many as he likes; SNS names one in all messages of a region, and sends a message again. So of those
// that wait, the one that was named most often is next, and of these the newest; one at which there was nothing comes last. Every other
// time lots are drawn among all that have come since, for strangers can name an address often, too. So an address that SNS names does
// not wait for the end of a flood.
type ration struct {
	mu      sync.Mutex
	running int
	next    time.Time // when the one after the burst is due; see due
	waiting []*turn   // the oldest first
	armed   bool      // a timer is set
	lots    int       // those that have come since lots were drawn
	lucky   *turn     // of these; nil if there is none
	byLot   bool      // it is its turn next
	named   *sketch   // by messages
	nothing *sketch   // addresses at which there was nothing
}

func newRation() *ration { return &ration{named: newSketch(1 << 16), nothing: newSketch(1 << 12)} }

// turn is an address that waits.
type turn struct {
	url    string
	answer chan error
}

// noteRequest counts that a message named an address.
func (r *ration) noteRequest(url string, now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.named.add(url, 1, now)
}

// wait returns when the address may be asked; the caller then calls done. The errors are errCrowded, and that of ctx.
func (r *ration) wait(ctx context.Context, url string) error {
	t := &turn{url, make(chan error, 1)}
	r.mu.Lock()
	r.waiting = append(r.waiting, t)
	if r.rank(t) > 0 {
		if r.lots++; rand.IntN(r.lots) == 0 {
			r.lucky = t
		}
	}
	r.hand(time.Now())
	if len(r.waiting) > mostWaiting {
		r.leave(r.least(), errTooManyWaiting)
	}
	r.mu.Unlock()
	select {
	case err := <-t.answer:
		return err
	case <-ctx.Done():
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if n := slices.Index(r.waiting, t); n >= 0 {
		r.leave(n, ctx.Err())
	}
	return <-t.answer // it may have been its turn just now
}

// done gives a place back. nothing says that AWS knows of nothing at that address.
func (r *ration) done(url string, nothing bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if nothing {
		r.nothing.add(url, 255, time.Now()) // for some minutes
	}
	r.running--
	r.hand(time.Now())
}

// hand lets go whose turn it is, and sets a timer for the next one.
func (r *ration) hand(now time.Time) {
	if rest := now.Add(-fetchBurst * fetchEvery); r.next.Before(rest) {
		r.next = rest
	}
	for r.running < fetchAtOnce && len(r.waiting) > 0 {
		if wait := r.next.Add(fetchEvery).Sub(now); wait > 0 {
			r.arm(wait)
			return
		}
		r.next = r.next.Add(fetchEvery)
		r.running++
		r.leave(r.first(), nil)
	}
}

func (r *ration) arm(wait time.Duration) {
	if r.armed {
		return
	}
	r.armed = true
	time.AfterFunc(wait, func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.armed = false
		r.hand(time.Now())
	})
}

// leave takes one out of those that wait.
func (r *ration) leave(n int, answer error) {
	if r.waiting[n] == r.lucky {
		r.lucky = nil
	}
	r.waiting[n].answer <- answer
	r.waiting = slices.Delete(r.waiting, n, n+1)
}

// first is who is next.
func (r *ration) first() int {
	if r.byLot = !r.byLot; r.byLot && r.lucky != nil {
		n := slices.Index(r.waiting, r.lucky)
		r.lots = 0
		return n
	}
	best, rank := 0, -1
	for n, t := range r.waiting {
		if k := r.rank(t); k >= rank {
			best, rank = n, k
		}
	}
	return best
}

// least is who is sent away: the oldest of those that were named least often.
func (r *ration) least() int {
	least, rank := 0, math.MaxInt
	for n, t := range r.waiting {
		if k := r.rank(t); k < rank && t != r.lucky {
			least, rank = n, k
		}
	}
	return least
}

// rank is how likely it is that an address is true.
func (r *ration) rank(t *turn) int {
	if r.nothing.count(t.url) > 0 {
		return 0
	}
	return r.named.count(t.url)
}

// A sketch counts texts in little memory, however many there are: never too low, and seldom too high. It forgets half of the counts
// each minute, or sooner when there are many.
type sketch struct {
	seeds [sketchRows]maphash.Seed
	cells [sketchRows][]uint8
	added int
	since time.Time
}

const (
	sketchRows = 4
	sketchHalf = time.Minute
)

// newSketch makes one with so many cells in a row, which is about how many texts it tells apart.
func newSketch(cells int) *sketch {
	s := &sketch{}
	for i := range sketchRows {
		s.seeds[i], s.cells[i] = maphash.MakeSeed(), make([]uint8, cells)
	}
	return s
}

// add counts a text n times.
func (s *sketch) add(text string, n int, now time.Time) {
	if s.added++; s.added > len(s.cells[0]) || now.Sub(s.since) > sketchHalf {
		s.added, s.since = 0, now
		for _, row := range s.cells {
			for i := range row {
				row[i] /= 2
			}
		}
	}
	for i := range s.cells {
		c := s.cell(i, text)
		*c = uint8(min(int(*c)+n, 255))
	}
}

func (s *sketch) cell(row int, text string) *uint8 {
	cells := s.cells[row]
	return &cells[maphash.String(s.seeds[row], text)%uint64(len(cells))]
}

// count is how often a text was added, of late.
func (s *sketch) count(text string) int {
	least := 255
	for i := range s.cells {
		least = min(least, int(*s.cell(i, text)))
	}
	return least
}
