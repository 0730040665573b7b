package sns

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/oncalm/oncalm/store"
)

// StoredCertificates keeps certificates in a store. It is a [CertStore].
type StoredCertificates struct{ Store store.Store }

// maxStored is how many certificates are kept. SNS has one in use, and a new one each
// year.
const maxStored = 10

// certPart is the first part of the keys of certificates.
const certPart = "cert"

// Keys are all keys of certificates, with their checks.
func Keys() []store.Check { return []store.Check{{Prefix: certPart + "/"}} }

// storedCert is the value of cert/<url>.
type storedCert struct {
	Fetched time.Time `json:"fetched"`
	PEM     string    `json:"pem"`
}

// Load implements [CertStore].
func (s StoredCertificates) Load(ctx context.Context, url string) ([]byte, error) {
	var text []byte
	err := s.Store.View(ctx, func(tx store.Tx) error {
		text = nil
		val := tx.Get(store.Key(certPart, url))
		if val == nil {
			return nil
		}
		var c storedCert
		if err := json.Unmarshal(val, &c); err != nil {
			return fmt.Errorf("certificate %s: %w", url, err)
		}
		text = []byte(c.PEM)
		return nil
	})
	return text, err
}

// Save implements [CertStore]. It drops what was fetched the longest ago if it becomes
// too much.
func (s StoredCertificates) Save(ctx context.Context, url string, text []byte) error {
	val, err := json.Marshal(storedCert{time.Now().UTC(), string(text)})
	if err != nil {
		return fmt.Errorf("certificate %s: %w", url, err)
	}
	key := store.Key(certPart, url)
	return s.Store.Update(ctx, func(tx store.Tx) error {
		n, oldest, since := 0, "", time.Time{}
		from, to := store.Under(certPart)
		for k, val := range tx.Range(from, to) {
			if k == key {
				continue
			}
			n++
			var c storedCert
			if json.Unmarshal(val, &c) != nil || oldest == "" || c.Fetched.Before(since) {
				oldest, since = k, c.Fetched
			}
		}
		if n >= maxStored {
			tx.Delete(oldest)
		}
		tx.Put(key, val)
		return nil
	})
}
