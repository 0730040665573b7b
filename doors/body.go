package doors

import (
	"errors"
	"io"
	"net/http"
	"sync"
	"time"
)

const (
	// MaxBody is the largest body that is read, in bytes.
	MaxBody = 1 << 20
	// SmallBody is what is read of any body, in bytes; beyond that, bodies take turns.
	SmallBody = 64 << 10
	// firstRead is what is made ready for a body of unknown length, or of a length that is only claimed.
	firstRead = 4 << 10
	// waiting is how long a large body waits for its turn.
	waiting = time.Second
)

// Why a body was not read.
var (
	// ErrTooLarge: it has more than [MaxBody].
	ErrTooLarge = errors.New("the body is larger than 1 MiB")
	// ErrBusy: too many large ones are being read. Another time it can be read.
	ErrBusy = errors.New("too many large bodies at once")
	// ErrCut: it did not arrive whole, or too slowly. Another time it may.
	ErrCut = errors.New("the body did not arrive")
)

// A Reader reads the bodies of one door's requests, so that they do not fill the memory.
type Reader struct {
	turns    chan struct{} // one for each large body in memory
	patience time.Duration
	buffers  sync.Pool // of *[]byte, for large bodies
}

// NewReader makes a Reader that has so many large bodies in memory at a time. Each of them must have arrived within patience
// from when its turn came.
func NewReader(turns int, patience time.Duration) *Reader {
	return &Reader{turns: make(chan struct{}, turns), patience: patience}
}

// Read reads the body of r. The error is [ErrTooLarge], [ErrBusy] or [ErrCut], with the reason underneath. The caller calls done,
// which is never nil, when it needs the body no more.
func (d *Reader) Read(w http.ResponseWriter, r *http.Request) (body []byte, done func(), err error) {
	done = func() {}
	if r.ContentLength > MaxBody {
		return nil, done, ErrTooLarge
	}
	in := http.MaxBytesReader(w, r.Body, MaxBody)
	body, err = readSmall(in, r.ContentLength)
	if err == nil { // there is more
		return d.readLarge(w, r, in, body)
	}
	return whole(r, body, done, err)
}

// readSmall reads until [SmallBody] and one byte are there, or an error comes: io.EOF, if that was all. What is made ready grows
// with what arrives, since a length can be claimed by whoever never sends it.
func readSmall(in io.Reader, claimed int64) ([]byte, error) {
	size := firstRead
	if claimed >= 0 {
		size = min(size, int(claimed))
	}
	body := make([]byte, 0, size+1)
	for {
		n, err := fill(in, body[len(body):cap(body)])
		body = body[:len(body)+n]
		if err != nil || len(body) > SmallBody {
			return body, err
		}
		grown := make([]byte, len(body), min(4*cap(body), SmallBody+1))
		copy(grown, body)
		body = grown
	}
}

// readLarge reads the rest of a body that began with small, when its turn has come.
func (d *Reader) readLarge(w http.ResponseWriter, r *http.Request, in io.Reader, small []byte) ([]byte, func(), error) {
	if !d.turn(r) {
		return nil, func() {}, ErrBusy
	}
	buf, _ := d.buffers.Get().(*[]byte)
	if buf == nil {
		fresh := make([]byte, MaxBody+1)
		buf = &fresh
	}
	done := func() { d.buffers.Put(buf); <-d.turns }
	// A recorder of tests has no deadlines, and needs none.
	conn := http.NewResponseController(w)
	_ = conn.SetReadDeadline(time.Now().Add(d.patience))
	n := copy(*buf, small)
	more, err := fill(in, (*buf)[n:])
	if errors.Is(err, io.EOF) { // otherwise what is left of it must not be waited for either
		_ = conn.SetReadDeadline(time.Time{}) // the next request has its own
	}
	return whole(r, (*buf)[:n+more], done, err)
}

// turn waits for a turn, but not for long.
func (d *Reader) turn(r *http.Request) bool {
	select {
	case d.turns <- struct{}{}:
		return true
	default:
	}
	late := time.NewTimer(waiting)
	defer late.Stop()
	select {
	case d.turns <- struct{}{}:
		return true
	case <-late.C:
		return false
	case <-r.Context().Done():
		return false
	}
}

// whole judges how the reading of a body ended.
func whole(r *http.Request, body []byte, done func(), err error) ([]byte, func(), error) {
	cut := r.ContentLength >= 0 && int64(len(body)) < r.ContentLength // the sender went away
	if errors.Is(err, io.EOF) && !cut {
		arrived(r)
		return body, done, nil
	}
	done()
	if _, large := errors.AsType[*http.MaxBytesError](err); large || err == nil {
		return nil, func() {}, ErrTooLarge
	}
	return nil, func() {}, errors.Join(ErrCut, err)
}

// fill reads until the buffer is full or an error comes, and returns that as it is:
// [io.ReadFull] calls every early end unexpected, also that of a body which is complete.
func fill(in io.Reader, buf []byte) (n int, err error) {
	for n < len(buf) && err == nil {
		var more int
		more, err = in.Read(buf[n:])
		n += more
	}
	if n == len(buf) {
		return n, nil // if there was an error, the next read returns it again
	}
	return n, err
}
