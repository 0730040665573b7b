package alarms

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/oncalm/oncalm/alarms/aws"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/store"
)

func benchBody(b *testing.B) []byte {
	b.Helper()
	return must[[]byte](b)(liveTopic().Alarm(aws.Example{At: time.Now(), Description: "Too many errors: see the runbook."}))
}

func BenchmarkDecode(b *testing.B) {
	body := benchBody(b)
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		if _, err := Decode(body); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkVerify is a message with a certificate that is known, from bytes to
// verified.
func BenchmarkVerify(b *testing.B) {
	body := benchBody(b)
	source := NewAWSCertificates(&awsFake{answer: serve(200, string(liveTopic().Certificate()))}, nil, quiet())
	v := &Verifier{Topics: topicsOf(b, testARN), Certificates: source}
	now := time.Now()
	for b.Loop() {
		e, err := Decode(body)
		if err == nil {
			_, err = v.Verify(b.Context(), now, e)
		}
		if err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkClassify(b *testing.B) {
	e := must[*Envelope](b)(Decode(benchBody(b)))
	v := &Verified{Envelope: *e, Topic: testTopicARN(), Received: time.Now()}
	topics := topicsOf(b, testARN)
	for b.Loop() {
		if s := first(v, topics); s.Kind != KindMetric {
			b.Fatal(s.Kind)
		}
	}
}

// noStore runs functions on an empty store and forgets what they write.
type noStore struct{ store.Store }

func (noStore) Update(_ context.Context, fn func(store.Tx) error) error {
	return fn(&memoryTx{map[string][]byte{}})
}

// BenchmarkTake is what a message costs without the store.
func BenchmarkTake(b *testing.B) {
	e := must[*Envelope](b)(Decode(benchBody(b)))
	v := &Verified{Envelope: *e, Topic: testTopicARN(), Received: time.Now()}
	intake := &Intake{Book: &incidents.Book{Store: noStore{}}, Services: Services{Default: "x"}, Topics: topicsOf(b, testARN)}
	for b.Loop() {
		if _, err := intake.Take(b.Context(), v); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkDoor is what a request costs without the network and the store.
func BenchmarkDoor(b *testing.B) {
	body := benchBody(b)
	source := must[CertSource](b)(FileCertificate(liveTopic().Certificate()))
	topics, metrics := topicsOf(b, testARN), NewMetrics(prometheus.NewRegistry())
	intake := &Intake{Book: &incidents.Book{Store: noStore{}}, Services: Services{Default: "x"}, Topics: topics, Metrics: metrics}
	d := NewDoor(&Verifier{Topics: topics, Certificates: source}, intake, quiet(), metrics)
	for b.Loop() {
		r := httptest.NewRequest(http.MethodPost, "/sns", bytes.NewReader(body))
		r.Header.Set("X-Amz-Sns-Message-Type", Notification)
		w := httptest.NewRecorder()
		if d.ServeHTTP(w, r); w.Code != http.StatusOK {
			b.Fatal(w.Code, w.Body)
		}
	}
}
