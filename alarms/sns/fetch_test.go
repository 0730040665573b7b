package sns

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/oncalm/oncalm/alarms/aws"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/storetest"
)

// awsFake serves certificates in memory, and counts.
type awsFake struct {
	mu     sync.Mutex
	asked  map[string]int
	answer func(context.Context) (served, error)
}

// served is what a server answers.
type served struct {
	status int
	body   string
}

func (a *awsFake) RoundTrip(r *http.Request) (*http.Response, error) {
	a.mu.Lock()
	if a.asked == nil {
		a.asked = map[string]int{}
	}
	a.asked[r.URL.String()]++
	answer := a.answer
	a.mu.Unlock()
	s, err := answer(r.Context())
	if err != nil {
		return nil, err
	}
	h := http.Header{}
	if s.status == http.StatusFound {
		h.Set("Location", "https://evil.example/cert.pem")
	}
	return &http.Response{StatusCode: s.status, Status: strconv.Itoa(s.status), Header: h,
		Body: io.NopCloser(strings.NewReader(s.body)), Request: r}, nil
}

func (a *awsFake) total() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	n := 0
	for _, k := range a.asked {
		n += k
	}
	return n
}

func serve(status int, body string) func(context.Context) (served, error) {
	return func(context.Context) (served, error) { return served{status, body}, nil }
}

func testTopicARN() aws.ARN {
	a, _ := aws.ParseARN(testARN)
	return a
}

func TestFetchAnswers(t *testing.T) {
	good := string(testTopic().Certificate())
	other := must[*SigningTopic](t)(newSigningTopic(testTopicARN(), "sns.evil.example", testTime, testTime.Add(time.Hour)))
	tests := []struct {
		name   string
		answer func(context.Context) (served, error)
		want   Code
	}{
		{"fine", serve(200, good), ""},
		{"not found", serve(404, good), CodeFetch},
		{"redirect", serve(302, good), CodeFetch},
		{"error", serve(500, ""), CodeFetch},
		{"empty", serve(200, ""), CodeFetch},
		{"XML around it", serve(200, "<a>"+good+"</a>"), CodeFetch},
		{"two", serve(200, good+good), CodeFetch},
		{"17 KiB", serve(200, good+strings.Repeat(" ", 17<<10)), CodeFetch},
		{"unreachable", func(context.Context) (served, error) { return served{}, errors.New("no route") }, CodeFetch},
		{"wrong name", serve(200, string(other.Certificate())), CodeCertificate},
		{"not RSA", serve(200, string(ellipticCertificate(t))), CodeCertificate},
	}
	for _, tt := range tests {
		fake := &awsFake{answer: tt.answer}
		source := NewAWSCertificates(fake, nil, quiet())
		_, err := source.Certificate(t.Context(), testTopicARN(), testTopic().CertificateURL())
		if codeOf(err) != tt.want {
			t.Errorf("%s: %v, want %s", tt.name, err, tt.want)
		}
		if fake.total() != 1 {
			t.Errorf("%s: %d requests: %v", tt.name, fake.total(), fake.asked)
		}
	}
}

// TestExpired: dates are compared with the message's own time.
func TestExpired(t *testing.T) {
	topic := must[*SigningTopic](t)(newSigningTopic(testTopicARN(), "sns.amazonaws.com", minute(-60), minute(0)))
	source := NewAWSCertificates(&awsFake{answer: serve(200, string(topic.Certificate()))}, nil, quiet())
	v := &Verifier{Topics: topicsOf(t, testARN), Certificates: source}
	for minutes, want := range map[float64]Code{-61: CodeCertificate, -30: "", 1: CodeCertificate} {
		e := must[*Envelope](t)(topic.Envelope(Post{Message: "m", At: minute(minutes)}))
		if _, err := v.Verify(t.Context(), testTime, e); codeOf(err) != want {
			t.Errorf("sent at %v minutes: %v", minutes, err)
		}
	}
}

func TestFetchOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fake := &awsFake{answer: func(ctx context.Context) (served, error) {
			time.Sleep(time.Second)
			return serve(200, string(testTopic().Certificate()))(ctx)
		}}
		source := NewAWSCertificates(fake, nil, quiet())
		var all sync.WaitGroup
		for range mostTogether {
			all.Go(func() {
				if _, err := source.Certificate(t.Context(), testTopicARN(), testTopic().CertificateURL()); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if fake.total() != 1 {
			t.Errorf("%d requests at once", fake.total())
		}
		_, err := source.Certificate(t.Context(), testTopicARN(), testTopic().CertificateURL())
		if err != nil || fake.total() != 1 {
			t.Errorf("the certificate was not kept: %v, %d requests", err, fake.total())
		}
	})
}

// TestFetchOutlivesItsCaller: who asked first may go away, the others still get theirs.
func TestFetchOutlivesItsCaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fake := &awsFake{answer: func(ctx context.Context) (served, error) {
			select {
			case <-time.After(2 * time.Second):
				return serve(200, string(testTopic().Certificate()))(ctx)
			case <-ctx.Done():
				return served{}, ctx.Err()
			}
		}}
		source := NewAWSCertificates(fake, nil, quiet())
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		var all sync.WaitGroup
		all.Go(func() { _, _ = source.Certificate(ctx, testTopicARN(), testTopic().CertificateURL()) })
		synctest.Wait()
		all.Go(func() {
			if _, err := source.Certificate(t.Context(), testTopicARN(), testTopic().CertificateURL()); err != nil {
				t.Error(err)
			}
		})
		all.Wait()
	})
}

func TestFetchTimesOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fake := &awsFake{answer: func(ctx context.Context) (served, error) {
			<-ctx.Done()
			return served{}, ctx.Err()
		}}
		source := NewAWSCertificates(fake, nil, quiet())
		began := time.Now()
		_, err := source.Certificate(t.Context(), testTopicARN(), testTopic().CertificateURL())
		if took := time.Since(began); codeOf(err) != CodeFetch || took > 6*time.Second {
			t.Errorf("after %s: %v", took, err)
		}
	})
}

// TestFailuresAreRemembered for 30 seconds, not longer.
func TestFailuresAreRemembered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fake := &awsFake{answer: serve(404, "")}
		source := NewAWSCertificates(fake, nil, quiet())
		ask := func() error {
			_, err := source.Certificate(t.Context(), testTopicARN(), testTopic().CertificateURL())
			return err
		}
		for range 10 {
			if codeOf(ask()) != CodeFetch {
				t.Fatal("found what is not there")
			}
		}
		time.Sleep(29 * time.Second)
		if ask(); fake.total() != 1 {
			t.Errorf("%d requests within 30 s", fake.total())
		}
		time.Sleep(2 * time.Second)
		fake.answer = serve(200, string(testTopic().Certificate()))
		if err := ask(); err != nil || fake.total() != 2 {
			t.Errorf("after 30 s: %v, %d requests", err, fake.total())
		}
	})
}

// TestMemoryIsBounded: neither many certificates nor many wrong addresses stay.
func TestMemoryIsBounded(t *testing.T) { synctest.Test(t, memoryIsBounded) }

func memoryIsBounded(t *testing.T) {
	fake := &awsFake{answer: serve(200, string(testTopic().Certificate()))}
	source := NewAWSCertificates(fake, nil, quiet())
	ask := func(n int) {
		url := fmt.Sprintf("https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-%032x.pem", n)
		_, _ = source.Certificate(t.Context(), testTopicARN(), url)
	}
	for n := range 50 {
		ask(n)
	}
	fake.answer = serve(404, "")
	for n := range 500 {
		ask(100 + n)
	}
	good, bad := 0, 0
	for _, k := range source.known {
		if k.err == nil {
			good++
		} else {
			bad++
		}
	}
	if good != keptInMemory || bad != failuresKept {
		t.Errorf("%d certificates and %d failures are kept", good, bad)
	}
	before := fake.total()
	ask(49)
	if fake.total() != before {
		t.Error("the newest certificate was forgotten: strangers can push it out")
	}
}

// TestUsedCertificatesStay: what goes first is what was not used for the longest.
func TestUsedCertificatesStay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fake := &awsFake{answer: serve(200, string(testTopic().Certificate()))}
		source := NewAWSCertificates(fake, nil, quiet())
		ask := func(n int) {
			time.Sleep(time.Second)
			url := fmt.Sprintf("https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-%032x.pem", n)
			if _, err := source.Certificate(t.Context(), testTopicARN(), url); err != nil {
				t.Error(err)
			}
		}
		for n := range 3 * keptInMemory {
			ask(n)
			ask(0)
		}
		if want := 3 * keptInMemory; fake.total() != want {
			t.Errorf("%d requests for %d certificates", fake.total(), want)
		}
	})
}

// TestKeptOverRestart: with AWS out of reach, messages still verify.
func TestKeptOverRestart(t *testing.T) {
	kept := StoredCertificates{storetest.Memory()}
	first := NewAWSCertificates(&awsFake{answer: serve(200, string(testTopic().Certificate()))}, kept, quiet())
	if _, err := first.Certificate(t.Context(), testTopicARN(), testTopic().CertificateURL()); err != nil {
		t.Fatal(err)
	}
	second := NewAWSCertificates(tripwire{t}, kept, quiet())
	v := &Verifier{Topics: topicsOf(t, testARN), Certificates: second}
	e := must[*Envelope](t)(testTopic().Envelope(Post{Message: "m", At: testTime}))
	if _, err := v.Verify(t.Context(), testTime, e); err != nil {
		t.Error(err)
	}
}

// TestKeptMustStillPass: what is in the store is checked as if it came from outside.
func TestKeptMustStillPass(t *testing.T) {
	kept := StoredCertificates{storetest.Memory()}
	other := must[*SigningTopic](t)(newSigningTopic(testTopicARN(), "evil.example", testTime, testTime.Add(time.Hour)))
	url := testTopic().CertificateURL()
	if err := kept.Save(t.Context(), url, other.Certificate()); err != nil {
		t.Fatal(err)
	}
	fake := &awsFake{answer: serve(200, string(testTopic().Certificate()))}
	cert, err := NewAWSCertificates(fake, kept, quiet()).Certificate(t.Context(), testTopicARN(), url)
	if err != nil || cert.Subject.CommonName != "sns.amazonaws.com" || fake.total() != 1 {
		t.Errorf("%v, %d requests", err, fake.total())
	}
	for n := range 30 {
		if err := kept.Save(t.Context(), fmt.Sprint("https://", n), []byte("x")); err != nil {
			t.Fatal(err)
		}
	}
	n := 0
	err = kept.Store.View(t.Context(), func(tx store.Tx) error {
		from, to := store.Under("cert")
		for range tx.Range(from, to) {
			n++
		}
		return nil
	})
	if err != nil || n != maxStored {
		t.Errorf("%d certificates are in the store (%v)", n, err)
	}
}

func TestRealCertificates(t *testing.T) {
	for name, text := range shared(t, "sns-signed/certs") {
		cert := must[*x509.Certificate](t)(parseCertificate(text))
		if err := errors.Join(checkKey(cert), checkName(cert, "us-east-1")); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
