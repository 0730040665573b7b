package sns

import (
	"bytes"
	"context"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/oncalm/oncalm/alarms/aws"
)

// A CertSource finds the certificate whose key signed a message.
type CertSource interface {
	// Certificate returns the certificate for a message of topic that names url as
	// its SigningCertURL. The URL is what a stranger wrote: a source that follows it
	// must first see that it leads to SNS itself.
	//
	// Errors are [*Problem]: CodeCertURL if the URL leads elsewhere, CodeFetch if the
	// certificate cannot be had now, CodeCertificate if it is not one of SNS.
	Certificate(ctx context.Context, topic aws.ARN, url string) (*x509.Certificate, error)
}

// errCertificate says that a text is not one certificate and nothing else.
var errCertificate = errors.New("not one PEM certificate and nothing else")

// parseCertificate reads one certificate. Anything around it is refused: an error page
// of AWS into which somebody wrote a certificate of his own is not from AWS.
func parseCertificate(text []byte) (*x509.Certificate, error) {
	text = bytes.TrimSpace(text)
	if !bytes.HasPrefix(text, []byte("-----BEGIN CERTIFICATE-----")) || bytes.Count(text, []byte("-----BEGIN")) != 1 {
		return nil, errCertificate
	}
	block, rest := pem.Decode(text)
	if block == nil || block.Type != "CERTIFICATE" || len(block.Headers) > 0 || len(bytes.TrimSpace(rest)) > 0 {
		return nil, errCertificate
	}
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errCertificate, err)
	}
	return cert, nil
}

// checkKey refuses keys with which SNS does not sign.
func checkKey(cert *x509.Certificate) error {
	key, ok := cert.PublicKey.(*rsa.PublicKey)
	if !ok || key.Size() < 256 {
		return refuse(CodeCertificate, "the signing certificate has no RSA key of 2048 bits or more")
	}
	return nil
}

// checkName refuses certificates that do not belong to SNS in the region.
func checkName(cert *x509.Certificate, region string) error {
	if want := aws.Signer(region); want == "" || cert.Subject.CommonName != want {
		return refuse(CodeCertificate, "the signing certificate does not belong to SNS in %s", region)
	}
	return nil
}

// checkDates refuses certificates that were not valid when the message was sent. That
// is the time that counts: a message that was kept and sent again after SNS changed
// its key is still good.
func checkDates(cert *x509.Certificate, sent time.Time) error {
	if sent.Before(cert.NotBefore) || sent.After(cert.NotAfter) {
		return refuse(CodeCertificate, "the signing certificate was not valid when the message was sent")
	}
	return nil
}

// certificatePath is where SNS keeps its certificates.
const certificatePath = "/SimpleNotificationService-"

// checkCertURL refuses every address but those of SNS's own certificates in the
// topic's region. It compares bytes and parses nothing, so there is nothing in which
// a parser could read an address differently than whoever follows it.
func checkCertURL(topic aws.ARN, url string) error {
	host, ok := topic.Host()
	if !ok {
		return refuse(CodeCertURL, "the topic's region is not known")
	}
	rest, ok := strings.CutPrefix(url, "https://"+host+certificatePath)
	if name, pem := strings.CutSuffix(rest, ".pem"); ok && pem && isHex32(name) {
		return nil
	}
	return refuse(CodeCertURL, "SigningCertURL is not the address of an SNS certificate in %s", topic.Region)
}

func isHex32(s string) bool {
	return len(s) == 32 && strings.Trim(s, "0123456789abcdef") == ""
}

// FileCertificate trusts one certificate, given as PEM, as the one that signs: for
// emulators of SNS and for tests, which have a key of their own. A message's
// SigningCertURL is then neither followed nor looked at, and the certificate may have
// any name; its dates count as ever.
func FileCertificate(text []byte) (CertSource, error) {
	cert, err := parseCertificate(text)
	if err != nil {
		return nil, err
	}
	if err := checkKey(cert); err != nil {
		return nil, err
	}
	return &fileCertificate{cert}, nil
}

type fileCertificate struct{ cert *x509.Certificate }

func (f *fileCertificate) Certificate(context.Context, aws.ARN, string) (*x509.Certificate, error) {
	return f.cert, nil
}
