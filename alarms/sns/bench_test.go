package sns

import (
	"testing"
	"time"

	"github.com/oncalm/oncalm/alarms/aws"
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
