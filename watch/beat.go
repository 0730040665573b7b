package watch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// patience is how long whoever hears a heartbeat may take to say so.
const patience = 10 * time.Second

// URL is the heartbeat that is a GET of an address. The address is as good as a password, so no error shows it. Nobody is followed
// elsewhere. A nil transport is the network.
func URL(address string, transport http.RoundTripper) Beat {
	client := &http.Client{Transport: transport, Timeout: patience,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return Beat{Name: "url", Send: func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(ctx, patience)
		defer cancel()
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
		if err != nil {
			return errors.New("the address cannot be asked")
		}
		r.Header.Set("User-Agent", "Oncalm")
		resp, err := client.Do(r)
		if err != nil {
			return hidden(err, address)
		}
		const enough = 4 << 10
		_, _ = io.CopyN(io.Discard, resp.Body, enough) // so that the connection can be used again
		_ = resp.Body.Close()
		if resp.StatusCode < 200 || resp.StatusCode > 299 {
			return fmt.Errorf("it answered with status %d", resp.StatusCode)
		}
		return nil
	}}
}

// hidden is what went wrong, without the address.
func hidden(err error, address string) error {
	if outer, ok := errors.AsType[*url.Error](err); ok {
		err = outer.Err
	}
	said := err.Error()
	if at, wrong := url.Parse(address); wrong == nil {
		for _, secret := range []string{address, at.RequestURI(), at.Path, at.RawQuery, at.Host, at.Hostname()} {
			if len(secret) > 1 {
				said = strings.ReplaceAll(said, secret, "(address)")
			}
		}
	}
	return errors.New(said)
}

// Metric is the heartbeat that is a metric of CloudWatch. put puts a 1.
func Metric(name string, put func(ctx context.Context, namespace, name string) error) Beat {
	return Beat{Name: "metric", Send: func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(ctx, patience)
		defer cancel()
		namespace, name := SplitMetric(name)
		return put(ctx, namespace, name)
	}}
}
