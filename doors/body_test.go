package doors

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// request is one with a body of n bytes, whose length it says or not.
func request(n int, says bool) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/", bytes.NewReader(bytes.Repeat([]byte("x"), n)))
	if !says {
		r.ContentLength = -1
	}
	return r
}

func TestRead(t *testing.T) {
	tests := []struct {
		n    int
		want error
	}{
		{0, nil}, {1, nil}, {firstRead - 1, nil}, {firstRead, nil}, {firstRead + 1, nil}, {SmallBody - 1, nil},
		{SmallBody, nil},
		{SmallBody + 1, nil}, {MaxBody - 1, nil}, {MaxBody, nil}, {MaxBody + 1, ErrTooLarge}, {3 * MaxBody, ErrTooLarge},
	}
	d := NewReader(1, time.Second)
	for _, tt := range tests {
		for _, says := range []bool{true, false} {
			body, done, err := d.Read(httptest.NewRecorder(), request(tt.n, says))
			if !errors.Is(err, tt.want) || err == nil && len(body) != tt.n || bytes.Trim(body, "x") != nil {
				t.Errorf("%d bytes, length said: %v: %d, %v, want %v", tt.n, says, len(body), err, tt.want)
			}
			done()
		}
	}
	r := request(100, true)
	r.ContentLength = 101
	if _, _, err := d.Read(httptest.NewRecorder(), r); !errors.Is(err, ErrCut) {
		t.Errorf("one byte short: %v", err)
	}
}

// stalled gives its beginning, and then nothing until it is released.
type stalled struct {
	io.Reader
	released chan struct{}
}

func (s stalled) Read(p []byte) (int, error) {
	n, err := s.Reader.Read(p)
	if err == io.EOF {
		<-s.released
	}
	return n, err
}

// TestTurns: large bodies take turns, and small ones need none.
func TestTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const turns = 3
		d := NewReader(turns, time.Second)
		released := make(chan struct{})
		var all sync.WaitGroup
		for range turns {
			r := request(0, false)
			r.Body = io.NopCloser(stalled{bytes.NewReader(make([]byte, SmallBody+1)), released})
			all.Go(func() {
				if _, done, err := d.Read(httptest.NewRecorder(), r); err == nil {
					done()
				}
			})
		}
		synctest.Wait()
		begun := time.Now()
		if _, _, err := d.Read(httptest.NewRecorder(), request(SmallBody+1, true)); !errors.Is(err, ErrBusy) ||
			time.Since(begun) != waiting {
			t.Errorf("one too many: %v after %v", err, time.Since(begun))
		}
		if _, _, err := d.Read(httptest.NewRecorder(), request(SmallBody, true)); err != nil {
			t.Errorf("a small one: %v", err)
		}
		all.Go(func() { time.Sleep(waiting / 2); close(released) })
		if _, done, err := d.Read(httptest.NewRecorder(), request(SmallBody+1, true)); err != nil {
			t.Errorf("one that waits until there is a turn: %v", err)
		} else {
			done()
		}
		all.Wait()
		if len(d.turns) != 0 {
			t.Errorf("%d turns were not given back", len(d.turns))
		}
	})
}

// TestClaims: a body that does not come takes no memory, whatever length it claims.
func TestClaims(t *testing.T) {
	const strangers = 100
	d := NewReader(1, time.Second)
	released := make(chan struct{})
	var before, during runtime.MemStats
	runtime.ReadMemStats(&before)
	var begun, all sync.WaitGroup
	for range strangers {
		r := request(0, true)
		r.ContentLength = MaxBody
		begun.Add(1)
		r.Body = io.NopCloser(readerFunc(sync.OnceValues(func() (int, error) { begun.Done(); <-released; return 0, io.EOF })))
		all.Go(func() { _, _, _ = d.Read(httptest.NewRecorder(), r) })
	}
	begun.Wait()
	runtime.ReadMemStats(&during)
	close(released)
	all.Wait()
	if took := int(during.TotalAlloc-before.TotalAlloc) / strangers; took > 4*firstRead {
		t.Errorf("%d bytes for each", took)
	}
}

type readerFunc func() (int, error)

func (f readerFunc) Read([]byte) (int, error) { return f() }

// TestTooSlow: a large body that does not arrive in time gives its turn up, over a real connection.
func TestTooSlow(t *testing.T) {
	d := NewReader(1, 100*time.Millisecond)
	outcome := make(chan error, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, done, err := d.Read(w, r)
		done()
		outcome <- err
	}))
	defer server.Close()
	body, feed := io.Pipe()
	defer feed.Close()
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		if resp, err := server.Client().Post(server.URL, "text/plain", body); err == nil {
			resp.Body.Close()
		}
	}()
	if _, err := feed.Write(make([]byte, SmallBody+1)); err != nil {
		t.Fatal(err)
	}
	if err := <-outcome; !errors.Is(err, ErrCut) {
		t.Errorf("%v, want ErrCut", err)
	}
	<-sent
}
