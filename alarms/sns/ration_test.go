package sns

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// emptyAWS is an AWS at which there is one certificate, and nothing else.
func emptyAWS(slowly time.Duration) *flooded {
	f := &flooded{fake: &awsFake{}}
	f.fake.answer = func(ctx context.Context) (served, error) {
		select {
		case <-time.After(slowly):
			return served{404, ""}, nil
		case <-ctx.Done():
			return served{}, ctx.Err()
		}
	}
	f.source = NewAWSCertificates(routed{f.fake, &awsFake{answer: serve(200, string(testTopic().Certificate()))}}, nil,
		slog.New(slog.NewTextHandler(&f.log, nil)))
	return f
}

// flooded is a source of certificates that strangers ask as well.
type flooded struct {
	fake   *awsFake
	source *AWSCertificates
	log    strings.Builder
}

// forged asks for an address at which there is nothing.
func (f *flooded) forged(ctx context.Context, n int) error {
	_, err := f.source.Certificate(ctx, testTopicARN(), fmt.Sprintf("https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-%032x.pem", n))
	return err
}

// genuine asks as SNS's own message does, and again as SNS does, and returns how long it took.
func (f *flooded) genuine(ctx context.Context) (took time.Duration, tries int) {
	began := time.Now()
	for _, pause := range append([]time.Duration{0, 0, 0, time.Second, time.Second, 3 * time.Second, 5 * time.Second,
		10 * time.Second}, slices.Repeat([]time.Duration{20 * time.Second}, 35)...) {
		time.Sleep(pause)
		tries++
		_, err := f.source.Certificate(ctx, testTopicARN(), testTopic().CertificateURL())
		if err == nil {
			break
		}
		if code := codeOf(err); code.Status() != 503 {
			panic(err) // SNS would not come again
		}
	}
	return time.Since(began), tries
}

// TestAFloodOfCertificates: addresses that are made up cost little, and a certificate that SNS names for the first time does not
// wait behind them.
func TestAFloodOfCertificates(t *testing.T) {
	for _, tt := range []struct {
		name   string
		every  time.Duration // between two forged messages
		among  int           // so many addresses
		often  int           // each in so many messages one after the other
		slowly time.Duration // AWS answers
		within time.Duration
	}{
		{"once each", 10 * time.Millisecond, 1e9, 1, 50 * time.Millisecond, 10 * time.Second},
		{"a thousand a second", time.Millisecond, 1e9, 1, 50 * time.Millisecond, 15 * time.Second},
		{"AWS hangs", 10 * time.Millisecond, 1e9, 1, time.Hour, 15 * time.Second},
		{"the same again and again", 10 * time.Millisecond, 40, 1, 50 * time.Millisecond, 15 * time.Second},
		{"many of them again and again", 5 * time.Millisecond, 400, 1, 50 * time.Millisecond, 8 * time.Minute},
		{"each of them often", 40 * time.Millisecond, 1e9, 20, 50 * time.Millisecond, 3 * time.Minute},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := emptyAWS(tt.slowly)
				ctx, stop := context.WithCancel(t.Context())
				var all sync.WaitGroup
				all.Go(func() {
					for n := 0; ctx.Err() == nil; n++ {
						all.Go(func() { _ = f.forged(ctx, n/tt.often%tt.among) })
						time.Sleep(tt.every)
					}
				})
				time.Sleep(30 * time.Second)
				asked := f.fake.total()
				took, tries := f.genuine(ctx)
				if took > tt.within {
					t.Errorf("the first certificate came after %s, in %d tries", took, tries)
				}
				t.Logf("%d addresses asked in 30 s; the first certificate came after %s, in %d tries", asked, took, tries)
				if asked > 80 {
					t.Errorf("%d addresses were asked in 30 s", asked)
				}
				began := time.Now()
				if _, err := f.source.Certificate(ctx, testTopicARN(), testTopic().CertificateURL()); err != nil ||
					time.Since(began) > 0 {
					t.Errorf("a known certificate came after %s: %v", time.Since(began), err)
				}
				stop()
				all.Wait()
				time.Sleep(time.Hour)
				synctest.Wait()
				if lines := strings.Count(f.log.String(), "could not fetch"); lines > 12 {
					t.Errorf("%d lines of %d failures", lines, asked)
				}
			})
		})
	}
}

// TestFloodsHoldFew: what waits for certificates that are made up is bounded.
func TestFloodsHoldFew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := emptyAWS(time.Hour)
		var all sync.WaitGroup
		var mu sync.Mutex
		waiting := 0
		for n := range 5000 {
			all.Go(func() {
				mu.Lock()
				waiting++
				mu.Unlock()
				_ = f.forged(t.Context(), n%100)
				mu.Lock()
				waiting--
				mu.Unlock()
			})
		}
		synctest.Wait()
		mu.Lock()
		if most := (fetchBurst + mostWaiting) * (mostTogether + 1); waiting > most {
			t.Errorf("%d messages wait, want %d at most", waiting, most)
		}
		mu.Unlock()
		all.Wait()
	})
}

// TestSketch: it counts what comes again among much that does not.
func TestSketch(t *testing.T) {
	s, now := newSketch(1<<12), testTime
	for n := range 100000 {
		s.add(fmt.Sprint(n), 1, now)
		if n > 96000 && n%1000 == 0 {
			s.add("again", 1, now)
		}
	}
	again, above := s.count("again"), 0
	for n := range 1000 {
		if s.count(fmt.Sprint("never ", n)) >= again {
			above++
		}
	}
	if again < 2 || above > 100 {
		t.Errorf("again: %d; %d of 1000 that never came seem to have come as often", again, above)
	}
	for n := range 10 {
		s.add("x", 1, now.Add(time.Duration(n+1)*2*sketchHalf))
	}
	if n := s.count("again"); n > 1 {
		t.Errorf("it is not forgotten: %d", n)
	}
}

// routed asks the second for the certificate that there is.
type routed struct{ nothing, there *awsFake }

func (r routed) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.URL.String() == testTopic().CertificateURL() {
		return r.there.RoundTrip(req)
	}
	return r.nothing.RoundTrip(req)
}
