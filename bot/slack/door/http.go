package door

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/oncalm/oncalm/bot/slack"
	"github.com/oncalm/oncalm/clocks"
	"github.com/oncalm/oncalm/doors"
)

const (
	// largeBodies is how many bodies beyond [doors.SmallBody] are in memory at a time; Slack sends such ones seldom.
	largeBodies = 8
	// arriving is how long a large body may take: Slack waits for 3 s in all.
	arriving = 2 * time.Second
	// maxAge is how old a request may be, or how far ahead of our clock.
	maxAge = 5 * time.Minute
	// deadline is how long a request may wait for the store. Slack gives up after 3 s.
	deadline = 2500 * time.Millisecond
)

// A door takes what Slack posts over HTTP.
type door struct {
	secrets   []string // a request is authentic if one of them signed it
	clock     *clocks.Clock
	witness   *clocks.Witness
	log       *slog.Logger
	ours      func(address string) bool
	bodies    *doors.Reader
	strangers seldom
	handle    slack.Handler
}

// Options is what a door needs.
type Options struct {
	Secrets []string // a request is authentic if one of them signed it
	Clock   *clocks.Clock
	Witness *clocks.Witness // of our clock; may be nil
	Log     *slog.Logger
	// Ours reports whether an address is Slack's, so that an answer may be sent there.
	Ours   func(address string) bool
	Handle slack.Handler
}

// HTTP serves POST /slack/commands, /slack/interactions and /slack/events. A request is authentic if one of the secrets signed it.
// The door answers 200 in under three seconds if the handler keeps to its context; 401 to what Slack did not sign or signed long ago;
// 405, 413, 415 and 400 to what is no request of Slack's; and 503 to a large one while too many others are being read.
func HTTP(o Options) http.Handler {
	d := &door{
		secrets: o.Secrets, clock: o.Clock, witness: o.Witness, log: o.Log, ours: o.Ours,
		bodies: doors.NewReader(largeBodies, arriving), handle: o.Handle,
	}
	routes := http.NewServeMux()
	routes.HandleFunc(pathCommands, d.command)
	routes.HandleFunc(pathInteractions, d.interaction)
	routes.HandleFunc(pathEvents, d.event)
	return d.guard(routes)
}

// guard lets through what Slack signed. What can be judged by the headers is judged before anything is read. It reads the body
// once, and hands on what it read.
func (d *door) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("ssl_check") == "1" {
			return // Slack tries our certificate: 200, and nothing more
		}
		if r.Method != http.MethodPost {
			w.Header().Set("Allow", http.MethodPost)
			http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
			return
		}
		if !signedInForm(r.Header) {
			if sslCheck(r) {
				return
			}
			http.Error(w, d.unsigned(d.clock.Now()), http.StatusUnauthorized)
			return
		}
		if kind := bodyKind(r.URL.Path); kind != "" && !ofKind(r, kind) {
			http.Error(w, "this path accepts "+kind, http.StatusUnsupportedMediaType)
			return
		}
		body, done, err := d.bodies.Read(w, r)
		if err != nil {
			http.Error(w, err.Error(), unread(err))
			return
		}
		defer done()
		if complaint := d.authentic(r.Header, body, d.clock.Now()); complaint != "" {
			http.Error(w, complaint, http.StatusUnauthorized)
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		r.ContentLength = int64(len(body))
		next.ServeHTTP(w, r)
	})
}

// unread is the status of a request whose body was not read.
func unread(err error) int {
	switch {
	case errors.Is(err, doors.ErrTooLarge):
		return http.StatusRequestEntityTooLarge
	case errors.Is(err, doors.ErrBusy):
		return http.StatusServiceUnavailable
	}
	return http.StatusBadRequest
}

// signedInForm reports whether the headers of a request have the form of a signature and of a time. Whoever has not even that is
// turned away unread.
func signedInForm(h http.Header) bool {
	given, v0 := strings.CutPrefix(h.Get("X-Slack-Signature"), "v0=")
	if _, err := hex.DecodeString(given); !v0 || err != nil || len(given) != 2*sha256.Size {
		return false
	}
	_, err := strconv.ParseInt(h.Get("X-Slack-Request-Timestamp"), 10, 64)
	return err == nil
}

// sslCheck recognises the other form of Slack's try of our certificate, which is not signed and asks for nothing.
func sslCheck(r *http.Request) bool {
	const most = 1024
	if r.ContentLength <= 0 || r.ContentLength > most {
		return false
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, most))
	form, bad := url.ParseQuery(string(body))
	return err == nil && bad == nil && form.Get("ssl_check") == "1" && form.Get("command") == ""
}

// unsigned is the complaint about a request that Slack did not sign.
func (d *door) unsigned(now time.Time) string {
	d.strangers.do(now, func() {
		d.log.Warn("a request was not signed with our secret; if Slack sent it, correct slack.signing_secret")
	})
	return "invalid signature"
}

// authentic says what is wrong with a request, or nothing. It never tells what would have been right.
func (d *door) authentic(h http.Header, body []byte, now time.Time) (complaint string) {
	stamp, given := h.Get("X-Slack-Request-Timestamp"), h.Get("X-Slack-Signature")
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil || !d.signed(stamp, given, body) {
		return d.unsigned(now)
	}
	// A clock that is known to be wrong must not keep people from acknowledging: their time is judged by what it should say.
	if offset := now.Add(-d.witness.Off()).Unix() - seconds; offset > int64(maxAge/time.Second) ||
		offset < -int64(maxAge/time.Second) {
		d.log.Warn("E2002 a request from Slack is too old; check the server clock", "offset_seconds", offset)
		return "stale request"
	}
	return ""
}

// signed checks the signature with each secret; all of them, so that time tells nothing.
func (d *door) signed(stamp, given string, body []byte) bool {
	ok := false
	for _, secret := range d.secrets {
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
