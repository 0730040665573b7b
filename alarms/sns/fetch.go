package sns

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/oncalm/oncalm/alarms/aws"
	"github.com/oncalm/oncalm/clocks"
	"github.com/oncalm/oncalm/doors"
)

const (
	fetchTimeout   = 5 * time.Second
	maxCertificate = 16 << 10 // bytes
	keptInMemory   = 10
	failuresKept   = 100
	failurePause   = 30 * time.Second
)

// A CertStore keeps certificates over a restart, so that messages can be verified
// while AWS cannot be reached.
type CertStore interface {
	// Load returns the PEM text kept for a URL, or nil.
	Load(ctx context.Context, url string) ([]byte, error)
	// Save keeps the PEM text for a URL.
	Save(ctx context.Context, url string, text []byte) error
}

// AWSCertificates fetches the certificates of SNS from SNS. It follows only the exact
// addresses that belong to the topic's region; TLS to that host is what makes the
// certificate trustworthy. What was fetched is kept in memory and in the store, what
// failed is not tried again for 30 seconds, and many who want the same certificate
// wait for one request. Addresses that were never seen are asked by ration: those that
// are known do not wait for them.
type AWSCertificates struct {
	client *http.Client
	store  CertStore
	log    *slog.Logger
	tally  *doors.Tally
	ration *ration

	mu    sync.Mutex
	known map[string]*knownCert // by URL
}

// knownCert is a certificate, or why there is none. Until ready is closed, it is being
// fetched, and the other fields may not be read.
type knownCert struct {
	ready chan struct{}
	cert  *x509.Certificate
	err   error
	asked time.Time // last used, or failed

	together int // messages that have come to wait for it
}

// NewAWSCertificates makes a source that asks over transport; nil means one with
// Go's defaults, which honours HTTPS_PROXY. The store may be nil.
func NewAWSCertificates(transport http.RoundTripper, store CertStore, log *slog.Logger) *AWSCertificates {
	if transport == nil {
		transport = &http.Transport{
			Proxy:                 http.ProxyFromEnvironment,
			DisableKeepAlives:     true, // a request a year needs no connection kept
			ForceAttemptHTTP2:     true,
			TLSHandshakeTimeout:   fetchTimeout,
			ResponseHeaderTimeout: fetchTimeout,
		}
	}
	return &AWSCertificates{
		client: &http.Client{
			Transport:     transport,
			Timeout:       fetchTimeout,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		store: store,
		log:   log,
		tally: doors.NewTally(log), ration: newRation(),
		known: map[string]*knownCert{},
	}
}

// ObserveClock lets a witness read the time of AWS from its answers. Call it before anything is fetched.
func (a *AWSCertificates) ObserveClock(w *clocks.Witness) {
	a.client.Transport = w.Observe(a.client.Transport)
}

// Certificate implements [CertSource].
func (a *AWSCertificates) Certificate(ctx context.Context, topic aws.ARN, url string) (*x509.Certificate, error) {
	if err := checkCertURL(topic, url); err != nil {
		return nil, err
	}
	k, mine, err := a.find(url, time.Now())
	if err != nil {
		return nil, err
	}
	if mine {
		// The caller's own request may end; those who wait for the same must not suffer.
		cert, err := a.obtain(context.WithoutCancel(ctx), topic, url)
		a.settle(url, k, cert, err, time.Now())
	}
	select {
	case <-k.ready:
		return k.cert, k.err
	case <-ctx.Done():
		return nil, refuseFor(ctx.Err(), CodeFetch, "the request ended before the signing certificate was fetched")
	}
}

// find returns what is known of a URL. If that is nothing, or a failure of some time
// ago, the caller is to find out. The error is that too many wait for the same.
func (a *AWSCertificates) find(url string, now time.Time) (k *knownCert, mine bool, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if k, ok := a.known[url]; ok {
		select {
		case <-k.ready:
			if k.err == nil {
				k.asked = now
				return k, false, nil
			}
			if now.Before(k.asked.Add(failurePause)) {
				return k, false, nil
			}
		default:
			a.ration.noteRequest(url, now)
			if k.together++; k.together > mostTogether {
				return nil, false, refuse(CodeBusy,
					"too many messages wait for the same signing certificate; SNS will send this one again")
			}
			return k, false, nil
		}
	}
	a.ration.noteRequest(url, now)
	url = strings.Clone(url) // it is a part of a body, which need not be kept
	k = &knownCert{ready: make(chan struct{}), asked: now}
	a.known[url] = k
	return k, true, nil
}

// settle tells all who wait, and forgets what is too much. That an address was not asked, for others were, says nothing about it.
func (a *AWSCertificates) settle(url string, k *knownCert, cert *x509.Certificate, err error, now time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	k.cert, k.err, k.asked = cert, err, now
	close(k.ready)
	if p, ok := errors.AsType[*Problem](err); ok && p.Code == CodeBusy {
		delete(a.known, url)
	}
	a.forget(keptInMemory, func(k *knownCert) bool { return k.err == nil })
	a.forget(failuresKept, func(k *knownCert) bool { return k.err != nil })
}

// forget drops the entries of one sort that were not asked for the longest, until no
// more than limit are left.
func (a *AWSCertificates) forget(limit int, sort func(*knownCert) bool) {
	for {
		n, oldest := 0, ""
		for url, k := range a.known {
			select {
			case <-k.ready:
			default:
				continue // under way
			}
			if !sort(k) {
				continue
			}
			n++
			if oldest == "" || k.asked.Before(a.known[oldest].asked) {
				oldest = url
			}
		}
		if n <= limit {
			return
		}
		delete(a.known, oldest)
	}
}

// obtain takes a certificate from the store, or fetches it.
func (a *AWSCertificates) obtain(ctx context.Context, topic aws.ARN, url string) (*x509.Certificate, error) {
	if cert := a.load(ctx, topic, url); cert != nil {
		return cert, nil
	}
	waiting, cancel := context.WithTimeout(ctx, fetchTimeout)
	defer cancel()
	if err := a.ration.wait(waiting, url); err != nil {
		return nil, refuseFor(err, CodeBusy,
			"too many unknown signing certificates are needed at once; SNS will send the message again")
	}
	text, err := a.fetch(ctx, url)
	a.ration.done(url, errors.Is(err, errNothing))
	if err != nil {
		a.tally.Say(slog.LevelWarn, "fetch", "could not fetch a signing certificate of SNS", "url", url, "err", err)
		return nil, refuseFor(err, CodeFetch, "the signing certificate could not be fetched; SNS will send the message again")
	}
	cert, err := judge(topic, text)
	if err != nil {
		a.tally.Say(slog.LevelWarn, "judge", "SNS served something other than its signing certificate", "url", url, "err", err)
		return nil, err
	}
	if a.store != nil {
		if err := a.store.Save(ctx, url, text); err != nil {
			a.log.Warn("could not store a signing certificate", "url", url, "err", err)
		}
	}
	a.log.Info("fetched a signing certificate of SNS", "url", url, "not_after", cert.NotAfter)
	return cert, nil
}

// load returns a certificate from the store if it is there and still passes.
func (a *AWSCertificates) load(ctx context.Context, topic aws.ARN, url string) *x509.Certificate {
	if a.store == nil {
		return nil
	}
	text, err := a.store.Load(ctx, url)
	if err != nil {
		a.log.Warn("could not read a stored signing certificate", "url", url, "err", err)
	}
	if err != nil || text == nil {
		return nil
	}
	cert, err := judge(topic, text)
	if err != nil {
		return nil
	}
	return cert
}

// judge reads a certificate and checks that it is one of SNS. A text that is none says
// nothing about the message: whatever stood between us and AWS may have sent it, so
// SNS shall send the message again.
func judge(topic aws.ARN, text []byte) (*x509.Certificate, error) {
	cert, err := parseCertificate(text)
	if err != nil {
		return nil, refuseFor(err, CodeFetch,
			"what was fetched is not a signing certificate; SNS will send the message again")
	}
	if err := checkKey(cert); err != nil {
		return nil, err
	}
	return cert, checkName(cert, topic.Region)
}

var (
	errStatus  = errors.New("unexpected status")
	errNothing = fmt.Errorf("%w: AWS has nothing at that address", errStatus)
	errTooLong = errors.New("longer than a certificate")
)

func (a *AWSCertificates) fetch(ctx context.Context, url string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, fetchTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return nil, err
	}
	resp, err := a.client.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode == http.StatusNotFound || resp.StatusCode == http.StatusForbidden { // as S3 says it
		return nil, fmt.Errorf("%w (%s)", errNothing, resp.Status)
	}
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%w: %s", errStatus, resp.Status)
	}
	text, err := io.ReadAll(io.LimitReader(resp.Body, maxCertificate+1))
	if err == nil && len(text) > maxCertificate {
		err = errTooLong
	}
	return text, err
}
