package door

import (
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

	"github.com/oncalm/oncalm/bot/slack/incoming"
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
)

// A door takes what Slack posts over HTTP.
type door struct {
	secrets   []string // a request is authentic if one of them signed it
	clock     *clocks.Clock
	witness   *clocks.Witness
	log       *slog.Logger
	bodies    *doors.Reader
	strangers seldom
	desk      *incoming.Desk
}

// Options is what a door needs.
type Options struct {
	Desk    *incoming.Desk
	Secrets []string        // a request is authentic if one of them signed it
	Witness *clocks.Witness // of our clock; may be nil
}

// HTTP serves POST /slack/commands, /slack/interactions and /slack/events. A request is authentic if one of the secrets signed it.
// The door answers 200 in under three seconds if the handler keeps to its context; 401 to what Slack did not sign or signed long ago;
// 405, 413, 415 and 400 to what is no request of Slack's; and 503 to a large one while too many others are being read.
func HTTP(o Options) http.Handler {
	d := &door{
		secrets: o.Secrets, clock: o.Desk.Clock, witness: o.Witness, log: o.Desk.Log, desk: o.Desk,
		bodies: doors.NewReader(largeBodies, arriving),
	}
	return http.HandlerFunc(d.serve)
}

// serve lets in what Slack signed. What can be judged by the headers is judged before anything is read.
func (d *door) serve(w http.ResponseWriter, r *http.Request) {
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
	to := routeTo(r.URL.Path)
	if to != nil && !to.takes(r) {
		http.Error(w, "this path accepts "+to.kind, http.StatusUnsupportedMediaType)
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
	if to == nil {
		http.NotFound(w, r)
		return
	}
	d.answer(w, r, to, body)
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
