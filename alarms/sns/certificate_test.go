package sns

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/oncalm/oncalm/alarms/aws"
)

// tripwire is a transport that must not be used.
type tripwire struct{ t testing.TB }

func (w tripwire) RoundTrip(r *http.Request) (*http.Response, error) {
	w.t.Errorf("a request was made: %s %s", r.Method, r.URL)
	return nil, http.ErrHandlerTimeout
}

const hexName = "7506a1e35b36ef5a444dd1a8e7cc3ed8"

// forgedURLs are addresses that once passed somebody's check, and their relatives. The
// topic is one of eu-central-1.
var forgedURLs = []string{
	"",
	"https://",
	"http://sns.eu-central-1.amazonaws.com/SimpleNotificationService-" + hexName + ".pem",
	"HTTPS://sns.eu-central-1.amazonaws.com/SimpleNotificationService-" + hexName + ".pem",
	" https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-" + hexName + ".pem",
	"https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-" + hexName + ".pem ",
	"https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-" + hexName + ".pem\n",
	"//sns.eu-central-1.amazonaws.com/SimpleNotificationService-" + hexName + ".pem",
	"ftp://sns.eu-central-1.amazonaws.com/SimpleNotificationService-" + hexName + ".pem",
	"file:///etc/SimpleNotificationService-" + hexName + ".pem",
	"https:sns.eu-central-1.amazonaws.com/SimpleNotificationService-" + hexName + ".pem",
	"https:///sns.eu-central-1.amazonaws.com/SimpleNotificationService-" + hexName + ".pem",
	"https:\\\\sns.eu-central-1.amazonaws.com\\SimpleNotificationService-" + hexName + ".pem",
	"https://sns.s3-ap-southeast-2.amazonaws.com/SimpleNotificationService-" + hexName + ".pem", // a bucket named sns
	"https://sns.s3.amazonaws.com/SimpleNotificationService-" + hexName + ".pem",
	"https://sns.s3.eu-central-1.amazonaws.com/SimpleNotificationService-" + hexName + ".pem",
	"https://s3.amazonaws.com/sns/SimpleNotificationService-" + hexName + ".pem",
	"https://sns.eu-central-1.amazonaws.com.evil.tld/SimpleNotificationService-" + hexName + ".pem",
	"https://sns.eu-central-1.amazonaws.comevil.tld/SimpleNotificationService-" + hexName + ".pem",
	"https://evil.tld/#sns.eu-central-1.amazonaws.com/SimpleNotificationService-" + hexName + ".pem",
	"https://evil.tld/?https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-" + hexName + ".pem",
	"https://evil.tld/https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-" + hexName + ".pem",
	"https://sns.eu-central-1.amazonaws.com@evil.tld/SimpleNotificationService-" + hexName + ".pem",
	"https://user:pass@sns.eu-central-1.amazonaws.com/SimpleNotificationService-" + hexName + ".pem",
	"https://@sns.eu-central-1.amazonaws.com/SimpleNotificationService-" + hexName + ".pem",
	"https://sns.eu-central-1.amazonaws.com:8443/SimpleNotificationService-" + hexName + ".pem",
	"https://sns.eu-central-1.amazonaws.com:443/SimpleNotificationService-" + hexName + ".pem",
	"https://sns.eu-central-1.amazonaws.com:/SimpleNotificationService-" + hexName + ".pem",
	"https://sns.eu-central-1.amazonaws.com./SimpleNotificationService-" + hexName + ".pem", // dot at the end
	"https://SNS.eu-central-1.amazonaws.com/SimpleNotificationService-" + hexName + ".pem",
	"https://sns.EU-CENTRAL-1.amazonaws.com/SimpleNotificationService-" + hexName + ".pem",
	"https://sns.eu-central-1%2eamazonaws.com/SimpleNotificationService-" + hexName + ".pem",
	"https://sns.eu-central-1。amazonaws.com/SimpleNotificationService-" + hexName + ".pem", // a full stop of another script
	"https://sns.eu-central-1.amazonаws.com/SimpleNotificationService-" + hexName + ".pem", // a Cyrillic letter
	"https://xn--sns-eu-central-1.amazonaws.com/SimpleNotificationService-" + hexName + ".pem",
	"https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-" + hexName + ".pem", // another region than the topic's
	"https://sns.cn-north-1.amazonaws.com.cn/SimpleNotificationService-" + hexName + ".pem",
	"https://sns.eu-central-1.amazonaws.com.cn/SimpleNotificationService-" + hexName + ".pem", // another partition
	"https://sns.amazonaws.com/SimpleNotificationService-" + hexName + ".pem",
	"https://sqs.eu-central-1.amazonaws.com/SimpleNotificationService-" + hexName + ".pem",
	"https://[::1]/SimpleNotificationService-" + hexName + ".pem",
	"https://127.0.0.1/SimpleNotificationService-" + hexName + ".pem",
	"https://169.254.169.254/SimpleNotificationService-" + hexName + ".pem",
	"https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-" + hexName + ".pem?x=1",
	"https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-" + hexName + ".pem?",
	"https://sns.eu-central-1.amazonaws.com/?Action=x&/SimpleNotificationService-" + hexName + ".pem",
	"https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-" + hexName + ".pem#x",
	"https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-" + hexName + ".pem/",
	"https://sns.eu-central-1.amazonaws.com//SimpleNotificationService-" + hexName + ".pem",
	"https://sns.eu-central-1.amazonaws.com/a/SimpleNotificationService-" + hexName + ".pem",
	"https://sns.eu-central-1.amazonaws.com/../SimpleNotificationService-" + hexName + ".pem",
	"https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-../../" + hexName[:26] + ".pem",
	"https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-" + hexName[:30] + "%2e.pem",
	"https://sns.eu-central-1.amazonaws.com/SimpleNotificationService%2d" + hexName + ".pem",
	"https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-" + strings.ToUpper(hexName) + ".pem",
	"https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-" + hexName[1:] + ".pem",
	"https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-" + hexName + "0.pem",
	"https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-" + hexName,
	"https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-" + hexName + ".crt",
	"https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-.pem",
	"https://sns.eu-central-1.amazonaws.com/",
}

// TestForgedURLs: each is refused, and nobody is asked.
func TestForgedURLs(t *testing.T) {
	if len(forgedURLs) < 40 {
		t.Fatalf("only %d addresses", len(forgedURLs))
	}
	v := &Verifier{Topics: topicsOf(t, testARN), Certificates: NewAWSCertificates(tripwire{t}, nil, quiet())}
	for _, url := range forgedURLs {
		e := must[*Envelope](t)(testTopic().Envelope(Post{Message: "m", At: testTime}))
		e.SigningCertURL = url
		if _, err := v.Verify(t.Context(), testTime, e); codeOf(err) != CodeCertURL {
			t.Errorf("%q: %v", url, err)
		}
	}
}

// TestForeignTopicAsksNobody: a message that is signed well, for a topic that is not
// ours, costs no request.
func TestForeignTopicAsksNobody(t *testing.T) {
	v := &Verifier{Topics: topicsOf(t, "arn:aws:sns:eu-central-1:999999999999:alarms"), Certificates: NewAWSCertificates(tripwire{t}, nil, quiet())}
	e := must[*Envelope](t)(testTopic().Envelope(Post{Message: "m", At: testTime}))
	if _, err := v.Verify(t.Context(), testTime, e); codeOf(err) != CodeTopic {
		t.Error(err)
	}
}

func TestRightURLs(t *testing.T) {
	for arn, url := range map[string]string{
		testARN: "https://sns.eu-central-1.amazonaws.com",
		"arn:aws-cn:sns:cn-northwest-1:123456789012:t":     "https://sns.cn-northwest-1.amazonaws.com.cn",
		"arn:aws-us-gov:sns:us-gov-east-1:123456789012:t":  "https://sns.us-gov-east-1.amazonaws.com",
		"arn:aws-iso:sns:us-iso-east-1:123456789012:t":     "https://sns.us-iso-east-1.c2s.ic.gov",
		"arn:aws-iso-b:sns:us-isob-east-1:123456789012:t":  "https://sns.us-isob-east-1.sc2s.sgov.gov",
		"arn:aws-iso-e:sns:eu-isoe-west-1:123456789012:t":  "https://sns.eu-isoe-west-1.cloud.adc-e.uk",
		"arn:aws-iso-f:sns:us-isof-south-1:123456789012:t": "https://sns.us-isof-south-1.csp.hci.ic.gov",
		"arn:aws-eusc:sns:eusc-de-east-1:123456789012:t":   "https://sns.eusc-de-east-1.amazonaws.eu",
		"arn:aws:sns:mx-central-1:123456789012:t":          "https://sns.mx-central-1.amazonaws.com",
	} {
		topic, ok := topicsOf(t, arn).Match(arn)
		if !ok {
			t.Fatalf("%s is no topic", arn)
		}
		if err := checkCertURL(topic, url+"/SimpleNotificationService-"+hexName+".pem"); err != nil {
			t.Errorf("%s: %v", arn, err)
		}
	}
}

func TestSigner(t *testing.T) {
	for region, want := range map[string]string{
		"us-east-1": "sns.amazonaws.com", "eu-central-1": "sns.amazonaws.com", "ap-northeast-3": "sns.amazonaws.com",
		"eu-central-2": "sns-signing.eu-central-2.amazonaws.com", "ap-southeast-7": "sns-signing.ap-southeast-7.amazonaws.com",
		"mx-central-1": "sns-signing.mx-central-1.amazonaws.com", "af-south-1": "sns-signing.af-south-1.amazonaws.com",
		"cn-north-1": "sns-cn-north-1.amazonaws.com.cn", "cn-northwest-1": "sns-cn-northwest-1.amazonaws.com.cn",
		"us-gov-west-1": "sns-us-gov-west-1.amazonaws.com", "us-gov-east-1": "sns-us-gov-west-1.amazonaws.com",
		"us-iso-east-1": "sns-us-iso-east-1.c2s.ic.gov", "us-isob-east-1": "sns-us-isob-east-1.sc2s.sgov.gov",
		"us-isof-east-1": "sns-signing.us-isof-east-1.csp.hci.ic.gov", "eu-isoe-west-1": "sns-signing.eu-isoe-west-1.cloud.adc-e.uk",
		"eusc-de-east-1": "sns-signing.eusc-de-east-1.amazonaws.eu", "nowhere": "", "": "",
	} {
		if got := aws.Signer(region); got != want {
			t.Errorf("aws.Signer(%q) = %q, want %q", region, got, want)
		}
	}
}

func TestParseCertificate(t *testing.T) {
	good := string(testTopic().Certificate())
	key := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: []byte("x")})
	tests := []struct {
		name, text string
		ok         bool
	}{
		{"one certificate", good, true},
		{"white space around", "\n " + good + "\n\n", true},
		{"XML with a certificate in it", "<Error><Message>" + good + "</Message></Error>", false},
		{"text before", "hello\n" + good, false},
		{"text after", good + "hello", false},
		{"two certificates", good + good, false},
		{"broken one, then a good one", "-----BEGIN CERTIFICATE-----\n!!!\n-----END CERTIFICATE-----\n" + good, false},
		{"a key", string(key), false},
		{"certificate and key", good + string(key), false},
		{"headers", strings.Replace(good, "-----\n", "-----\nA: b\n\n", 1), false},
		{"another type", strings.ReplaceAll(good, "CERTIFICATE", "TRUSTED CERTIFICATE"), false},
		{"no certificate inside", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: []byte("x")})), false},
		{"empty", "", false},
	}
	for _, tt := range tests {
		if _, err := parseCertificate([]byte(tt.text)); (err == nil) != tt.ok {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}

// TestFileCertificate: dates count, name and address do not.
func TestFileCertificate(t *testing.T) {
	arn, _ := aws.ParseARN(testARN)
	topic := must[*SigningTopic](t)(newSigningTopic(arn, "emulator.example", testTime.Add(-time.Hour), testTime))
	v := &Verifier{Topics: topicsOf(t, testARN), Certificates: trusted(t, topic), MaxAge: 100 * time.Hour}
	for minutes, want := range map[float64]Code{-61: CodeCertificate, -59: "", 0: "", 1: CodeCertificate} {
		e := must[*Envelope](t)(topic.Envelope(Post{Message: "m", At: minute(minutes)}))
		e.SigningCertURL = "http://localhost:4566/cert.pem"
		if _, err := v.Verify(t.Context(), testTime, e); codeOf(err) != want {
			t.Errorf("sent at %v minutes: %v", minutes, err)
		}
	}
	if _, err := FileCertificate([]byte("nothing")); err == nil {
		t.Error("a file with nothing in it was taken")
	}
	if _, err := FileCertificate(ellipticCertificate(t)); codeOf(err) != CodeCertificate {
		t.Errorf("a key that is not RSA: %v", err)
	}
}

func ellipticCertificate(t *testing.T) []byte {
	key := must[*ecdsa.PrivateKey](t)(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "sns.amazonaws.com"},
		NotAfter: testTime.Add(time.Hour)}
	der := must[[]byte](t)(x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key))
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}
