package sns

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"net/url"
	"time"

	"github.com/oncalm/oncalm/alarms/aws"
)

// A SigningTopic is a topic of our own that signs as SNS does, with a key made for it.
// The demo, tests and load generators use it, so that what they post goes the whole
// way through the door. Nothing trusts its key but a [FileCertificate] made of
// [SigningTopic.Certificate].
type SigningTopic struct {
	arn     aws.ARN
	key     *rsa.PrivateKey
	cert    []byte // PEM
	certURL string
}

// NewSigningTopic makes a topic with a new key, and a certificate that is valid from a
// day before now for a year. The error wraps [ErrTopic] if arn is not that of a topic.
func NewSigningTopic(arn string, now time.Time) (*SigningTopic, error) {
	a, ok := aws.ParseARN(arn)
	if !ok || !genuine(a) {
		return nil, fmt.Errorf("%w: %q", ErrTopic, arn)
	}
	return newSigningTopic(a, aws.Signer(a.Region), now.Add(-24*time.Hour), now.Add(365*24*time.Hour))
}

func newSigningTopic(arn aws.ARN, name string, from, to time.Time) (*SigningTopic, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	id := make([]byte, 16)
	if _, err := rand.Read(id); err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber: new(big.Int).SetBytes(id), Subject: pkix.Name{CommonName: name},
		NotBefore: from, NotAfter: to, DNSNames: []string{name},
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return nil, err
	}
	host, _ := arn.Host()
	return &SigningTopic{
		arn: arn, key: key,
		cert:    pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}),
		certURL: "https://" + host + certificatePath + hex.EncodeToString(id) + ".pem",
	}, nil
}

// Beside is another topic of the same account and region, with the same key.
func (t *SigningTopic) Beside(name string) *SigningTopic {
	other := *t
	other.arn.Resource = name
	return &other
}

// ARN returns the name of the topic.
func (t *SigningTopic) ARN() string { return t.arn.String() }

// Certificate returns the certificate as PEM.
func (t *SigningTopic) Certificate() []byte { return bytes.Clone(t.cert) }

// CertificateURL is what the topic's messages name as SigningCertURL: an address as SNS
// would have, at which there is nothing.
func (t *SigningTopic) CertificateURL() string { return t.certURL }

// A Post is what a topic sends. Fields that are empty get what SNS would send.
type Post struct {
	Type      string // Notification if empty
	MessageID string // a random UUID if empty
	Subject   string // none if empty
	Message   string
	At        time.Time
	Version   string // of the signature, "1" or "2"; "2" if empty
	// Token is for the two confirmations.
	Token string
}

// wire is a message in the order in which SNS writes it.
type wire struct {
	Type             string
	MessageID        string `json:"MessageId"`
	Token            string `json:",omitempty"`
	TopicARN         string `json:"TopicArn"`
	Subject          string `json:",omitempty"`
	Message          string
	SubscribeURL     string `json:",omitempty"`
	Timestamp        string
	SignatureVersion string
	Signature        string
	SigningCertURL   string
	UnsubscribeURL   string `json:",omitempty"`
}

// Envelope makes the message and signs it.
func (t *SigningTopic) Envelope(p Post) (*Envelope, error) {
	e := &Envelope{
		Type: p.Type, MessageID: p.MessageID, TopicARN: t.ARN(), Subject: p.Subject, HasSubject: p.Subject != "",
		Message: p.Message, Sent: p.At.UTC().Truncate(time.Millisecond), SignatureVersion: p.Version,
		SigningCertURL: t.certURL,
	}
	if e.Type == "" {
		e.Type = Notification
	}
	if e.MessageID == "" {
		e.MessageID = randomUUID()
	}
	if e.SignatureVersion == "" {
		e.SignatureVersion = "2"
	}
	e.Timestamp = e.Sent.Format("2006-01-02T15:04:05.000Z")
	if e.Type != Notification {
		e.HasSubject, e.Subject = false, ""
		e.confirmation(t.arn, p)
	}
	return e, t.sign(e)
}

// confirmation fills in what the two confirmations have.
func (e *Envelope) confirmation(topic aws.ARN, p Post) {
	e.Token = p.Token
	if e.Token == "" {
		e.Token = "token-of-" + e.MessageID
	}
	host, _ := topic.Host()
	q := url.Values{"Action": {"ConfirmSubscription"}, "TopicArn": {e.TopicARN}, "Token": {e.Token}}
	e.SubscribeURL = "https://" + host + "/?" + q.Encode()
	if e.Message == "" {
		e.Message = "You have chosen to subscribe to the topic " + e.TopicARN +
			".\nTo confirm the subscription, visit the SubscribeURL included in this message."
	}
}

// sign signs an envelope as it stands.
func (t *SigningTopic) sign(e *Envelope) error {
	hash, sum := digest(e)
	signature, err := rsa.SignPKCS1v15(nil, t.key, hash, sum)
	if err != nil {
		return err
	}
	e.Signature = base64.StdEncoding.EncodeToString(signature)
	return nil
}

// AlarmARN is the name of an alarm in the account and region of the topic.
func (t *SigningTopic) AlarmARN(name string) string { return aws.AlarmARN(t.arn, name).String() }

// Alarm makes a message of an example, signs it, and returns the body as SNS would
// post it, at the time at which the alarm changed.
func (t *SigningTopic) Alarm(x aws.Example) ([]byte, error) {
	subject, message, err := x.Message(t.arn)
	if err != nil {
		return nil, err
	}
	return t.Sign(Post{Subject: subject, Message: message, At: x.At})
}

// Sign makes the message, signs it, and returns the body as SNS would post it.
func (t *SigningTopic) Sign(p Post) ([]byte, error) {
	e, err := t.Envelope(p)
	if err != nil {
		return nil, err
	}
	return e.body()
}

// body writes an envelope as SNS does.
func (e *Envelope) body() ([]byte, error) {
	w := wire{
		Type: e.Type, MessageID: e.MessageID, Token: e.Token, TopicARN: e.TopicARN, Subject: e.Subject,
		Message: e.Message, SubscribeURL: e.SubscribeURL, Timestamp: e.Timestamp,
		SignatureVersion: e.SignatureVersion, Signature: e.Signature, SigningCertURL: e.SigningCertURL,
	}
	if topic, ok := aws.ParseARN(e.TopicARN); ok && e.Type == Notification {
		host, _ := topic.Host()
		w.UnsubscribeURL = "https://" + host + "/?Action=Unsubscribe&SubscriptionArn=" + e.TopicARN + ":c9135db0-26c4-47ec-8998-413945fb5a96"
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	err := enc.Encode(w)
	return b.Bytes(), err
}

func randomUUID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	h := hex.EncodeToString(b[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}
