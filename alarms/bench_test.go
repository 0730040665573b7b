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
	"github.com/oncalm/oncalm/alarms/sns"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/store"
)

func benchBody(b *testing.B) []byte {
	b.Helper()
	return must[[]byte](b)(liveTopic().Alarm(aws.Example{At: time.Now(), Description: "Too many errors: see the runbook."}))
}

func BenchmarkClassify(b *testing.B) {
	e := must[*sns.Envelope](b)(sns.Decode(benchBody(b)))
	v := &sns.Verified{Envelope: *e, Topic: testTopicARN(), Received: time.Now()}
	topics := topicsOf(b, testARN)
	for b.Loop() {
		if s := first(v, topics); s.Kind != aws.KindMetric {
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
	e := must[*sns.Envelope](b)(sns.Decode(benchBody(b)))
	v := &sns.Verified{Envelope: *e, Topic: testTopicARN(), Received: time.Now()}
	intake := &Intake{Book: &incidents.Book{Store: noStore{}}, Services: Services{Default: "x"},
		Topics: topicsOf(b, testARN)}
	for b.Loop() {
		if _, err := intake.take(b.Context(), v); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkDoor is what a request costs without the network and the store.
func BenchmarkDoor(b *testing.B) {
	body := benchBody(b)
	source := must[sns.CertSource](b)(sns.FileCertificate(liveTopic().Certificate()))
	topics, reg := topicsOf(b, testARN), prometheus.NewRegistry()
	intake := &Intake{Book: &incidents.Book{Store: noStore{}}, Services: Services{Default: "x"}, Topics: topics,
		Metrics: NewMetrics(reg)}
	d := sns.NewDoor(&sns.Verifier{Topics: topics, Certificates: source}, intake, quiet(), sns.NewMetrics(reg))
	for b.Loop() {
		r := httptest.NewRequest(http.MethodPost, "/sns", bytes.NewReader(body))
		r.Header.Set("X-Amz-Sns-Message-Type", sns.Notification)
		w := httptest.NewRecorder()
		if d.ServeHTTP(w, r); w.Code != http.StatusOK {
			b.Fatal(w.Code, w.Body)
		}
	}
}
