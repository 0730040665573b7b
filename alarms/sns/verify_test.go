package sns

import (
	"context"
	"crypto/x509"
	"fmt"
	"path"
	"strings"
	"testing"
	"time"

	"github.com/oncalm/oncalm/alarms/aws"
)

// certificates is a source that knows one certificate for each URL.
type certificates map[string]*x509.Certificate

func (c certificates) Certificate(_ context.Context, topic aws.ARN, url string) (*x509.Certificate, error) {
	if err := checkCertURL(topic, url); err != nil {
		return nil, err
	}
	cert, ok := c[path.Base(url)]
	if !ok {
		return nil, refuse(CodeFetch, "no such certificate")
	}
	return cert, checkName(cert, topic.Region)
}

// TestRecordedMessages verifies messages that AWS signed, at the time at which they were
// sent.
func TestRecordedMessages(t *testing.T) {
	known := certificates{}
	for name, text := range shared(t, "sns-signed/certs") {
		known[path.Base(name)] = must[*x509.Certificate](t)(parseCertificate(text))
	}
	messages := shared(t, "sns-signed")
	for name, body := range messages {
		e := must[*Envelope](t)(Decode(body))
		v := Verifier{Topics: topicsOf(t, e.TopicARN), Certificates: known}
		if _, err := v.Verify(t.Context(), e.Sent.Add(time.Second), e); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if !strings.HasSuffix(e.Timestamp, "Z") || len(e.Timestamp) != 24 {
			t.Errorf("%s: unusual time %s", name, e.Timestamp)
		}
		e.Message += " "
		if _, err := v.Verify(t.Context(), e.Sent, e); codeOf(err) != CodeSignature {
			t.Errorf("%s, edited: %v", name, err)
		}
	}
	if len(messages) < 10 {
		t.Errorf("only %d messages", len(messages))
	}
}

// posts are one message of each type, with and without a subject.
var posts = []Post{
	{Message: "hello\nworld"},
	{Message: "hello", Subject: "subject"},
	{Type: SubscriptionConfirmed},
	{Type: UnsubscribeConfirmation},
}

func ownVerifier(t testing.TB) *Verifier {
	return &Verifier{Topics: topicsOf(t, testARN), Certificates: trusted(t, testTopic())}
}

// TestFlippedBytes changes each byte of each signed field, one by one.
func TestFlippedBytes(t *testing.T) {
	v := ownVerifier(t)
	for _, p := range posts {
		for _, version := range []string{"1", "2"} {
			p.At, p.Version = testTime, version
			e := must[*Envelope](t)(testTopic().Envelope(p))
			if _, err := v.Verify(t.Context(), testTime, e); err != nil {
				t.Fatalf("%s %s: %v", e.Type, version, err)
			}
			for name, field := range signedFields(e) {
				for i := range len(*field) {
					right := *field
					*field = right[:i] + string(right[i]^1) + right[i+1:]
					// Changed names lead to other refusals first; what counts is that nothing passes.
					if _, err := v.Verify(t.Context(), testTime, e); err == nil {
						t.Errorf("%s, version %s: %s with byte %d changed to %q passes", e.Type, version, name, i, (*field)[i])
					}
					if signedBy(trustedCert(t), e) {
						t.Errorf("%s, version %s: the signature does not cover byte %d of %s", e.Type, version, i, name)
					}
					*field = right
				}
			}
		}
	}
}

func trustedCert(t testing.TB) *x509.Certificate {
	t.Helper()
	return must[*x509.Certificate](t)(trusted(t, testTopic()).Certificate(t.Context(), aws.ARN{}, ""))
}

func signedFields(e *Envelope) map[string]*string {
	fields := map[string]*string{
		"Message": &e.Message, "MessageId": &e.MessageID, "Timestamp": &e.Timestamp, "TopicArn": &e.TopicARN, "Type": &e.Type,
		"Signature": &e.Signature,
	}
	if e.Type != Notification {
		fields["SubscribeURL"], fields["Token"] = &e.SubscribeURL, &e.Token
	} else if e.HasSubject {
		fields["Subject"] = &e.Subject
	}
	return fields
}

func TestSubjectAddedOrRemoved(t *testing.T) {
	v := ownVerifier(t)
	e := must[*Envelope](t)(testTopic().Envelope(Post{Message: "m", At: testTime}))
	e.HasSubject = true // empty, but there
	if _, err := v.Verify(t.Context(), testTime, e); codeOf(err) != CodeSignature {
		t.Errorf("an empty subject was added: %v", err)
	}
	e = must[*Envelope](t)(testTopic().Envelope(Post{Message: "m", Subject: "s", At: testTime}))
	e.HasSubject = false
	if _, err := v.Verify(t.Context(), testTime, e); codeOf(err) != CodeSignature {
		t.Errorf("a subject was removed: %v", err)
	}
}

// TestUnsignedFields changes what nobody signed.
func TestUnsignedFields(t *testing.T) {
	body := string(must[[]byte](t)(testTopic().Sign(Post{Message: "m", At: testTime})))
	changed := strings.Replace(body, `"UnsubscribeURL": "https`, `"MessageAttributes": {"a": {"Type": "String", "Value": "b"}}, "UnsubscribeURL": "ftp`, 1)
	if changed == body {
		t.Fatal("nothing was changed")
	}
	e := must[*Envelope](t)(Decode([]byte(changed)))
	if _, err := ownVerifier(t).Verify(t.Context(), testTime, e); err != nil {
		t.Error(err)
	}
}

func TestVersionsAreNotMixed(t *testing.T) {
	v := ownVerifier(t)
	for _, version := range []string{"1", "2"} {
		e := must[*Envelope](t)(testTopic().Envelope(Post{Message: "m", At: testTime, Version: version}))
		e.SignatureVersion = map[string]string{"1": "2", "2": "1"}[version]
		if _, err := v.Verify(t.Context(), testTime, e); codeOf(err) != CodeSignature {
			t.Errorf("signed as version %s, claims %s: %v", version, e.SignatureVersion, err)
		}
	}
	v.RequireV2 = true
	for version, want := range map[string]Code{"1": CodeSignature, "2": ""} {
		e := must[*Envelope](t)(testTopic().Envelope(Post{Message: "m", At: testTime, Version: version}))
		if _, err := v.Verify(t.Context(), testTime, e); codeOf(err) != want {
			t.Errorf("version 2 required, version %s: %v", version, err)
		}
	}
}

func TestSignatureThatIsNone(t *testing.T) {
	v := ownVerifier(t)
	e := must[*Envelope](t)(testTopic().Envelope(Post{Message: "m", At: testTime}))
	for _, s := range []string{"", "AA==", "%%%", e.Signature[4:], e.Signature + "AAAA", strings.Repeat("A", 344)} {
		bad := *e
		bad.Signature = s
		if _, err := v.Verify(t.Context(), testTime, &bad); codeOf(err) != CodeSignature {
			t.Errorf("signature %.20q: %v", s, err)
		}
	}
}

// TestWholeSecond: a validator that parses and writes the time again drops .000.
func TestWholeSecond(t *testing.T) {
	e := must[*Envelope](t)(testTopic().Envelope(Post{Message: "m", At: testTime}))
	if e.Timestamp != "2026-11-02T14:02:00.000Z" {
		t.Fatalf("time %s", e.Timestamp)
	}
	if _, err := ownVerifier(t).Verify(t.Context(), testTime, e); err != nil {
		t.Error(err)
	}
}

func TestAge(t *testing.T) {
	v := ownVerifier(t)
	e := must[*Envelope](t)(testTopic().Envelope(Post{Message: "m", At: testTime}))
	tests := []struct {
		late time.Duration
		max  time.Duration
		want Code
	}{
		{0, 0, ""},
		{75 * time.Minute, 0, ""},
		{75*time.Minute + time.Second, 0, CodeTime},
		{time.Hour, 59 * time.Minute, CodeTime},
		{48 * time.Hour, 72 * time.Hour, ""},
		{-5 * time.Minute, 0, ""},
		{-5*time.Minute - time.Second, 0, CodeTime},
	}
	for _, tt := range tests {
		v.MaxAge = tt.max
		if _, err := v.Verify(t.Context(), testTime.Add(tt.late), e); codeOf(err) != tt.want {
			t.Errorf("%s late, at most %s: %v", tt.late, tt.max, err)
		}
	}
}

// TestTimesComeLast: a time is only judged of what is signed, and for good only while our clock is known to be right.
func TestTimesComeLast(t *testing.T) {
	topic := must[*SigningTopic](t)(newSigningTopic(testTopicARN(), "sns.amazonaws.com", minute(-60), minute(0)))
	fake := &awsFake{answer: serve(200, string(topic.Certificate()))}
	v := &Verifier{Topics: topicsOf(t, testARN), Certificates: NewAWSCertificates(fake, nil, quiet())}
	for _, tt := range []struct {
		sent          float64
		right, doubts Code
	}{
		{-120, CodeTime, CodeClock}, {20, CodeTime, CodeClock}, {-61, CodeCertificate, CodeClock}, {-50, "", ""},
	} {
		e := must[*Envelope](t)(topic.Envelope(Post{Message: "m", At: minute(tt.sent)}))
		forged := *e
		forged.Message = "n"
		for agrees, want := range map[bool]Code{true: tt.right, false: tt.doubts} {
			v.Agrees = func() bool { return agrees }
			if _, err := v.Verify(t.Context(), minute(0), e); codeOf(err) != want {
				t.Errorf("sent at %v, our clock is known to be right: %v: %v, want %s", tt.sent, agrees, err, want)
			}
			if _, err := v.Verify(t.Context(), minute(0), &forged); codeOf(err) != CodeSignature {
				t.Errorf("forged, sent at %v: %v", tt.sent, err)
			}
		}
	}
	if n := fake.total(); n != 1 {
		t.Errorf("%d certificates were fetched, want one", n)
	}
}

func TestSubscribeURL(t *testing.T) {
	const right = "https://sns.eu-central-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn=x&Token=y"
	tests := []struct {
		url, endpoint string
		want          Code
	}{
		{right, "", ""},
		{"http" + right[5:], "", CodeSubscribe},
		{strings.Replace(right, "eu-central-1", "eu-west-1", 1), "", CodeSubscribe},
		{"https://evil.example/?Action=ConfirmSubscription", "", CodeSubscribe},
		{"https://sns.eu-central-1.amazonaws.com.evil.example/?x", "", CodeSubscribe},
		{"https://sns.eu-central-1.amazonaws.com@evil.example/?x", "", CodeSubscribe},
		{"http://169.254.169.254/?x", "", CodeSubscribe},
		{"http://127.0.0.1:4566/?Action=ConfirmSubscription", "", CodeSubscribe},
		{"http://127.0.0.1:4566/?Action=ConfirmSubscription", "http://127.0.0.1:4566", ""},
		{"http://127.0.0.1:4566/?Action=ConfirmSubscription", "http://127.0.0.1:4566/", ""},
		{"http://127.0.0.1:45667/?Action=ConfirmSubscription", "http://127.0.0.1:4566", CodeSubscribe},
		{right, "http://127.0.0.1:4566", ""},
	}
	for _, tt := range tests {
		v := ownVerifier(t)
		v.Endpoint = tt.endpoint
		for _, kind := range []string{SubscriptionConfirmed, UnsubscribeConfirmation} {
			e := must[*Envelope](t)(testTopic().Envelope(Post{Type: kind, At: testTime}))
			e.SubscribeURL = tt.url
			if err := testTopic().sign(e); err != nil {
				t.Fatal(err)
			}
			if _, err := v.Verify(t.Context(), testTime, e); codeOf(err) != tt.want {
				t.Errorf("%s of %s, endpoint %q: %v", kind, tt.url, tt.endpoint, err)
			}
		}
	}
}

// TestErrorsTellNothing: a refusal must not help to do better.
func TestErrorsTellNothing(t *testing.T) {
	v := ownVerifier(t)
	e := must[*Envelope](t)(testTopic().Envelope(Post{Message: "m", At: testTime}))
	right := e.Signature
	e.Message = "other"
	_, err := v.Verify(t.Context(), testTime, e)
	if text := fmt.Sprint(err); strings.Contains(text, right) || len(text) > 100 {
		t.Errorf("the refusal says %q", text)
	}
}
