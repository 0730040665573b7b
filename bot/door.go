package bot

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"time"
)

const (
	// maxBody is the largest request that we read, in bytes.
	maxBody = 1 << 20
	// maxAge is how old a request may be, or how far ahead of our clock.
	maxAge = 5 * time.Minute
	// deadline is how long a request may wait for the store. Slack gives up after 3 s.
	deadline = 2500 * time.Millisecond
)

// Handler serves POST /slack/commands, /slack/interactions and /slack/events. It answers 200 in under three seconds whatever
// Slack and the store do; 401 to what Slack did not sign or signed long ago; 405, 413 and 400 to what is no request of Slack's.
func (b *Bot) Handler() http.Handler {
	routes := http.NewServeMux()
	routes.HandleFunc("/slack/commands", b.command)
	routes.HandleFunc("/slack/interactions", b.interaction)
	routes.HandleFunc("/slack/events", b.event)
	return b.guard(routes)
}

// guard lets through what Slack signed. It reads the body once, and hands on what it read.
func (b *Bot) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("ssl_check") == "1" {
			return // Slack tries our certificate: 200, and nothing more
		}
		if r.Method != http.MethodPost {
			w.Header().Set("Allow", http.MethodPost)
			http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
			return
		}
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
		if _, large := errors.AsType[*http.MaxBytesError](err); large {
			http.Error(w, "the body exceeds 1 MiB", http.StatusRequestEntityTooLarge)
			return
		}
		if err != nil {
			http.Error(w, "the body cannot be read", http.StatusBadRequest)
			return
		}
		if sslCheck(body) {
			return
		}
		if complaint := b.authentic(r.Header, body, time.Now()); complaint != "" {
			http.Error(w, complaint, http.StatusUnauthorized)
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		r.ContentLength = int64(len(body))
		next.ServeHTTP(w, r)
	})
}

// sslCheck recognises the other form of Slack's try of our certificate, which is not signed and asks for nothing.
func sslCheck(body []byte) bool {
	if len(body) > 1024 || !bytes.Contains(body, []byte("ssl_check=1")) {
		return false
	}
	form, err := url.ParseQuery(string(body))
	return err == nil && form.Get("ssl_check") == "1" && form.Get("command") == ""
}

// authentic says what is wrong with a request, or nothing. It never tells what would have been right.
func (b *Bot) authentic(h http.Header, body []byte, now time.Time) (complaint string) {
	stamp, given := h.Get("X-Slack-Request-Timestamp"), h.Get("X-Slack-Signature")
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil || !b.signed(stamp, given, body) {
		b.strangers.do(now, func() {
			b.log.Warn("a request was not signed with our secret; if Slack sent it, correct slack.signing_secret")
		})
		return "invalid signature"
	}
	if offset := now.Unix() - seconds; offset > int64(maxAge/time.Second) || offset < -int64(maxAge/time.Second) {
		b.log.Warn("E2002 a request of Slack's is too old; check the server clock", "offset_seconds", offset)
		return "stale request"
	}
	return ""
}

// signed checks the signature with each secret; all of them, so that time tells nothing.
func (b *Bot) signed(stamp, given string, body []byte) bool {
	ok := false
	for _, secret := range b.o.SigningSecrets {
		if hmac.Equal([]byte(given), []byte(sign0(secret, stamp, body))) {
			ok = true
		}
	}
	return ok
}

// sign0 is version 0 of Slack's signatures.
func sign0(secret, stamp string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte("v0:"))
	mac.Write([]byte(stamp))
	mac.Write([]byte(":"))
	mac.Write(body)
	return "v0=" + hex.EncodeToString(mac.Sum(nil))
}

// hurried is the context of a request's work: it outlives a caller who hangs up, but not Slack's patience.
func hurried(r *http.Request) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(r.Context()), deadline)
}

// ourTeam reports whether a request comes from our workspace and through our app, as far as we know them. Who signed it
// knows our app's secret anyway.
func (b *Bot) ourTeam(team, app string) bool {
	us := b.watch.identity()
	if us.Team != "" && team != us.Team || us.App != "" && app != us.App {
		b.log.Warn("a request from another workspace or app was refused", "team", team, "app", app)
		return false
	}
	return true
}

// readBody reads what guard has let through.
func readBody(r *http.Request) []byte {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil // unreachable: it is in memory
	}
	return body
}

// digest names a request that came without an id of its own.
func digest(r *http.Request) string {
	sum := sha256.Sum256([]byte(r.Header.Get("X-Slack-Signature")))
	return hex.EncodeToString(sum[:])
}

// seldom does something at most once a minute: what strangers cause must not fill the log. The zero value is ready.
type seldom struct {
	mu   sync.Mutex
	last time.Time
}

func (s *seldom) do(now time.Time, f func()) {
	s.mu.Lock()
	due := now.Sub(s.last) >= time.Minute
	if due {
		s.last = now
	}
	s.mu.Unlock()
	if due {
		f()
	}
}
