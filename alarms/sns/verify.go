package sns

import (
	"cmp"
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/sha1" //nolint:gosec // SNS signs with it by default; RequireV2 turns it off
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"strings"
	"time"

	"github.com/oncalm/oncalm/alarms/aws"
	"github.com/oncalm/oncalm/clocks"
)

// DefaultMaxAge is how old a message may be: SNS tries for up to an hour.
const DefaultMaxAge = 75 * time.Minute

// MaxAhead is how far a message may be ahead of our clock.
const MaxAhead = 5 * time.Minute

// A Verifier tells messages that SNS sent us from all others. Its fields are set
// before it is used, and not changed.
type Verifier struct {
	Topics       Topics
	Certificates CertSource
	// RequireV2 refuses signatures with SHA-1. A topic signs with SHA-256 if its
	// attribute SignatureVersion is 2.
	RequireV2 bool
	// MaxAge is how old a message may be; 0 means [DefaultMaxAge].
	MaxAge time.Duration
	// Endpoint is the base URL of an emulator that stands in for SNS; empty for the
	// real one. Subscriptions may then be confirmed there.
	Endpoint string
	Clock    *clocks.Clock // nil is for tests
	// Agrees reports whether our clock is known to be right. Only then is a message refused for good
	// because of its time. nil is for tests: it is.
	Agrees func() bool
}

// Verified is an envelope that SNS signed, for a topic of ours, not long ago.
type Verified struct {
	Envelope
	Topic    aws.ARN
	Received time.Time // UTC
}

// Verify checks a message against all that is known about its sender. It asks nobody
// before it knows that the topic is ours. Times come last: if only they do not fit, it may
// be our clock that is wrong. The error is a [*Problem].
func (v *Verifier) Verify(ctx context.Context, now time.Time, e *Envelope) (*Verified, error) {
	topic, ok := v.Topics.Match(e.TopicARN)
	if !ok {
		return nil, refuse(CodeTopic, "topic %s is not in sns.topics; add it or unsubscribe",
			aws.Line(e.TopicARN, aws.MaxName))
	}
	if v.RequireV2 && e.SignatureVersion != "2" {
		return nil, refuse(CodeSignature,
			"the message is not signed with SignatureVersion 2; set that attribute on the topic")
	}
	cert, err := v.Certificates.Certificate(ctx, topic, e.SigningCertURL)
	if err != nil {
		return nil, err
	}
	if !signedBy(cert, e) {
		return nil, refuse(CodeSignature, "the signature does not match the message")
	}
	if err := cmp.Or(v.checkAge(now, e.Sent), checkDates(cert, e.Sent)); err != nil {
		return nil, v.doubt(err)
	}
	if err := v.checkSubscribe(topic, e); err != nil {
		return nil, err
	}
	return &Verified{Envelope: *e, Topic: topic, Received: now.UTC()}, nil
}

// doubt is what is answered to a signed message whose time does not fit. It is final only if we
// know that it is not our clock which is wrong.
func (v *Verifier) doubt(err error) error {
	if v.Agrees == nil || v.Agrees() {
		return err
	}
	return refuseFor(err, CodeClock,
		"the time of the message disagrees with our clock, which may be wrong; SNS will send it again")
}

func (v *Verifier) checkAge(now, sent time.Time) error {
	limit := v.MaxAge
	if limit <= 0 {
		limit = DefaultMaxAge
	}
	switch {
	case now.Sub(sent) > limit:
		return refuse(CodeTime, "the message is older than %s", limit)
	case sent.Sub(now) > MaxAhead:
		return refuse(CodeTime, "the message is from the future; check the clock of this machine")
	}
	return nil
}

// checkSubscribe refuses confirmations that would lead elsewhere. SubscribeURL is
// never followed; a wrong one says that somebody hopes it is.
func (v *Verifier) checkSubscribe(topic aws.ARN, e *Envelope) error {
	if e.Type == Notification {
		return nil
	}
	host, _ := topic.Host()
	if strings.HasPrefix(e.SubscribeURL, "https://"+host+"/?") {
		return nil
	}
	if base := strings.TrimSuffix(v.Endpoint, "/"); base != "" && strings.HasPrefix(e.SubscribeURL, base+"/?") {
		return nil
	}
	return refuse(CodeSubscribe, "SubscribeURL does not lead to SNS in %s", topic.Region)
}

// signedText is what SNS signs: names and values in the order of the alphabet, each on
// a line. The values are the decoded ones, byte for byte.
func signedText(e *Envelope) []byte {
	type pair struct{ name, value string }
	pairs := make([]pair, 0, 7)
	pairs = append(pairs, pair{"Message", e.Message}, pair{"MessageId", e.MessageID})
	if e.Type == Notification {
		if e.HasSubject {
			pairs = append(pairs, pair{"Subject", e.Subject})
		}
		pairs = append(pairs, pair{"Timestamp", e.Timestamp})
	} else {
		pairs = append(pairs, pair{"SubscribeURL", e.SubscribeURL}, pair{"Timestamp", e.Timestamp}, pair{"Token", e.Token})
	}
	pairs = append(pairs, pair{"TopicArn", e.TopicARN}, pair{"Type", e.Type})
	n := 0
	for _, p := range pairs {
		n += len(p.name) + len(p.value) + 2
	}
	text := make([]byte, 0, n)
	for _, p := range pairs {
		text = append(append(text, p.name...), '\n')
		text = append(append(text, p.value...), '\n')
	}
	return text
}

// digest hashes the signed text as the signature's version wants it.
func digest(e *Envelope) (crypto.Hash, []byte) {
	text := signedText(e)
	if e.SignatureVersion == "2" {
		sum := sha256.Sum256(text)
		return crypto.SHA256, sum[:]
	}
	sum := sha1.Sum(text) //nolint:gosec // see the import
	return crypto.SHA1, sum[:]
}

// signedBy reports whether the certificate's key signed the message.
func signedBy(cert *x509.Certificate, e *Envelope) bool {
	key, ok := cert.PublicKey.(*rsa.PublicKey)
	if !ok {
		return false
	}
	signature, err := base64.StdEncoding.Strict().DecodeString(e.Signature)
	if err != nil {
		return false
	}
	hash, sum := digest(e)
	return rsa.VerifyPKCS1v15(key, hash, sum, signature) == nil
}
