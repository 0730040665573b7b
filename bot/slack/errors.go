package slack

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"time"

	"github.com/slack-go/slack"

	"github.com/oncalm/oncalm/outbox"
)

// A Trouble is what a failed call amounts to.
type Trouble int

// The troubles.
const (
	// Limited says that Slack asks to come back later with this call.
	Limited Trouble = iota + 1
	// Unreachable says that there is no answer, or none in Slack's own words. It may have done what was asked.
	Unreachable
	// Barred says that Slack does not take our token. Nothing was done, and nothing will be until somebody mends it.
	Barred
	// Unreadable says that Slack does not take the form of the message. Its plain text may do.
	Unreadable
	// Refused says that Slack understood and says no. Asking again would not help.
	Refused
)

// String is the trouble as metrics name it.
func (t Trouble) String() string {
	return [...]string{"ok", "limited", "unreachable", "barred", "unreadable", "refused"}[t]
}

// troubles is the table of Slack's error names. Names that are not in it are refusals: that call will not succeed.
func troubles() map[Trouble][]string {
	return map[Trouble][]string{
		Limited: {"ratelimited", "rate_limited", "message_limit_exceeded"},
		Unreachable: {
			"internal_error", "fatal_error", "request_timeout", "service_unavailable", "team_added_to_org",
		},
		Barred: {
			"invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive", "missing_scope",
			"no_permission", "org_login_required", "ekm_access_denied", "access_denied", "team_access_not_granted",
			"not_allowed_token_type", "accesslimited", "two_factor_setup_required",
		},
		Unreadable: {
			"invalid_blocks", "invalid_blocks_format", "msg_too_long", "msg_blocks_too_long", "block_mismatch",
			"invalid_metadata_format", "invalid_metadata_schema", "metadata_too_large", "metadata_must_be_sent_from_app",
			"invalid_json", "invalid_form_data", "json_not_object",
		},
	}
}

// troubleNamed looks an error name up.
func troubleNamed(name string) Trouble {
	for t, names := range troubles() {
		if slices.Contains(names, name) {
			return t
		}
	}
	return Refused
}

// A callError is the error of a call to Slack. It never holds a token or a secret address.
type callError struct {
	trouble Trouble
	method  string
	code    string // Slack's name for it, a status, or what failed on the way
	wait    time.Duration
	err     error  // of the transport; nil if Slack answered
	lacks   string // the scopes of which the call needs one, if Slack says that the token has none of them
}

func (e *callError) Error() string {
	if e.err != nil {
		return fmt.Sprintf("slack %s: %s: %v", e.method, e.code, e.err)
	}
	if e.lacks != "" {
		return fmt.Sprintf("slack %s: %s: it needs %s", e.method, e.code, e.lacks)
	}
	return fmt.Sprintf("slack %s: %s", e.method, e.code)
}

// Unwrap returns what failed on the way, if anything did.
func (e *callError) Unwrap() error { return e.err }

// telling is a client for slack-go, whose errors do not tell which scope a call needs: what lacks one is an error of ours.
type telling struct{ *http.Client }

func (t telling) Do(req *http.Request) (*http.Response, error) {
	resp, err := t.Client.Do(req)
	if err != nil {
		return resp, err
	}
	body := bufio.NewReaderSize(resp.Body, 4<<10)
	answer, _ := body.Peek(4 << 10) // such an answer is short; the rest is read by whoever reads all
	if bytes.Contains(answer, []byte(`"missing_scope"`)) {
		if err := readAnswer(path.Base(req.URL.Path), answer, &struct{}{}); CodeOf(err) == "missing_scope" {
			return nil, errors.Join(err, resp.Body.Close())
		}
	}
	resp.Body = struct {
		io.Reader
		io.Closer
	}{body, resp.Body}
	return resp, nil
}

// impatience is how long to wait when Slack asks for patience without saying how long.
const impatience = 5 * time.Second

// named is the error for an answer with ok:false.
func named(method, name string) *callError {
	if name == "" {
		name = "a response without a result"
		return &callError{trouble: Unreachable, method: method, code: name}
	}
	return &callError{trouble: troubleNamed(name), method: method, code: name, wait: impatience}
}

// failed tells from what a call came to what it amounts to. It takes errors of our own calls and those of slack-go, with
// its oddities: an unreadable Retry-After comes out as a *strconv.NumError, a missing one as a StatusCodeError.
func failed(method string, err error) *callError {
	if own, ok := errors.AsType[*callError](err); ok {
		return own
	}
	if e, ok := errors.AsType[slack.SlackErrorResponse](err); ok {
		return named(method, e.Err)
	}
	if e, ok := errors.AsType[*slack.RateLimitedError](err); ok {
		return &callError{trouble: Limited, method: method, code: "429", wait: reasonable(e.RetryAfter)}
	}
	if e, ok := errors.AsType[*strconv.NumError](err); ok {
		return &callError{trouble: Limited, method: method, code: "429",
			wait: status(method, http.StatusTooManyRequests, e.Num).wait}
	}
	if e, ok := errors.AsType[slack.StatusCodeError](err); ok {
		return status(method, e.Code, "")
	}
	return &callError{trouble: Unreachable, method: method, code: how(err), err: withoutURL(err)}
}

// status is the error for an answer that is not 200.
func status(method string, code int, retryAfter string) *callError {
	e := &callError{trouble: Unreachable, method: method, code: "status " + strconv.Itoa(code)}
	if code == http.StatusTooManyRequests {
		e.trouble, e.wait = Limited, impatience
		if seconds, err := strconv.Atoi(retryAfter); err == nil || errors.Is(err, strconv.ErrRange) { // out of range it is the nearest number
			e.wait = reasonable(time.Duration(min(max(seconds, 0), 3600)) * time.Second)
		}
	}
	return e
}

// reasonable keeps what Slack asks for within 1 s and 2 min.
func reasonable(d time.Duration) time.Duration {
	if d < 0 {
		return impatience // an overflow, or nonsense
	}
	return min(max(d, time.Second), 2*time.Minute)
}

// how names what went wrong on the way, for logs and metrics.
func how(err error) string {
	var timeout net.Error
	_, syntax := errors.AsType[*json.SyntaxError](err)
	_, shape := errors.AsType[*json.UnmarshalTypeError](err)
	switch {
	case errors.As(err, &timeout) && timeout.Timeout(), errors.Is(err, context.DeadlineExceeded):
		return "no response in time"
	case syntax, shape, errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return "a response that is not Slack's"
	}
	return "no connection"
}

// withoutURL takes the address out of an error: that of an answer is a secret.
func withoutURL(err error) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		return e.Err
	}
	return err
}

// PerhapsSent reports whether a call that failed may have done what it should. A connection that never came about, and an
// answer in Slack's own words, say that it did not.
func PerhapsSent(err error) bool {
	e, ok := errors.AsType[*callError](err)
	if !ok || e.trouble != Unreachable {
		return false
	}
	dial, ok := errors.AsType[*net.OpError](e.err)
	return !ok || dial.Op != "dial"
}

// WaitOf is how long Slack asks to wait, or 0.
func WaitOf(err error) time.Duration {
	if e, ok := errors.AsType[*callError](err); ok && e.trouble == Limited {
		return e.wait
	}
	return 0
}

// CodeOf is Slack's name for what went wrong, or "".
func CodeOf(err error) string {
	if e, ok := errors.AsType[*callError](err); ok {
		return e.code
	}
	return ""
}

// TroubleOf is what an error amounts to; 0 of none, or of one that no call has.
func TroubleOf(err error) Trouble {
	if e, ok := errors.AsType[*callError](err); ok {
		return e.trouble
	}
	return 0
}

// Owed says to the outbox what a failed call means for what is enqueued.
func Owed(err error) error {
	switch TroubleOf(err) {
	case Limited:
		return &outbox.Later{After: WaitOf(err), Err: err}
	case Unreachable, Barred:
		return &outbox.Unreachable{Err: err}
	}
	return err
}
