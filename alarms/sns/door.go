package sns

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/oncalm/oncalm/alarms/aws"
	"github.com/oncalm/oncalm/doors"
	"github.com/oncalm/oncalm/store"
)

const (
	// largeBodies is how many bodies beyond [doors.SmallBody] are in memory at a time. Messages of SNS have 256 KiB at most.
	largeBodies = 16
	// arriving is how long a large body may take.
	arriving = 5 * time.Second
)

// A Taker takes in the messages that a door lets through.
type Taker interface {
	// Take commits what follows from a message, and reports whether it was taken before: SNS sends a message until it has its answer. It
	// may be called by many at once. After an error nothing is committed that counts: the same message comes again.
	Take(ctx context.Context, v *Verified) (seen bool, err error)
}

// A Door takes in what SNS posts. It answers 200 after the commit, 4xx to what can
// never become good, and 503 to all trouble of our own, so that SNS sends it again:
// never 429, which SNS takes as final.
type Door struct {
	verifier *Verifier
	taker    Taker
	log      *slog.Logger
	metrics  *Metrics
	bodies   *doors.Reader
	tally    *doors.Tally
	// Refused hears of each message that is not taken in, with what it says of itself as far as that could be read; nil if
	// nobody wants to. It must cost little: strangers decide how often it is called.
	Refused func(p *Problem, claimed *Envelope, from string)
}

// NewDoor makes the handler for POST /sns. The metrics may be nil.
func NewDoor(v *Verifier, t Taker, log *slog.Logger, m *Metrics) *Door {
	return &Door{verifier: v, taker: t, log: log, metrics: m, bodies: doors.NewReader(largeBodies, arriving),
		tally: doors.NewTally(log)}
}

// answer is the body of every response.
type answer struct {
	Status string `json:"status,omitempty"` // accepted or duplicate
	Code   Code   `json:"code,omitempty"`
	Error  string `json:"error,omitempty"`
}

// The answers to what was taken in, which are the same each time.
const (
	bodyAccepted  = `{"status":"` + resultAccepted + `"}` + "\n"
	bodyDuplicate = `{"status":"` + resultDuplicate + `"}` + "\n"
)

// ServeHTTP takes in one message.
func (d *Door) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	began := time.Now()
	var claimed Envelope
	seen, err := d.take(w, r, d.verifier.Clock.Now(), &claimed)
	switch {
	case err != nil:
		p := d.problem(r, err)
		if d.Refused != nil {
			d.Refused(p, &claimed, r.RemoteAddr)
		}
		if p.Code == CodeMethod {
			w.Header().Set("Allow", http.MethodPost)
		}
		d.metrics.answered(string(p.Code), time.Since(began))
		reply(w, p.Code.Status(), refusal(p))
	case seen:
		d.metrics.answered(resultDuplicate, time.Since(began))
		reply(w, http.StatusOK, bodyDuplicate)
	default:
		d.metrics.answered(resultAccepted, time.Since(began))
		reply(w, http.StatusOK, bodyAccepted)
	}
}

func reply(w http.ResponseWriter, status int, body string) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body) // whoever asked has gone
}

// refusal is the body for a problem.
func refusal(p *Problem) string {
	var body bytes.Buffer
	e := json.NewEncoder(&body)
	e.SetEscapeHTML(false)                            // it is not HTML, and people read it in logs
	_ = e.Encode(answer{Code: p.Code, Error: p.Text}) // texts can always be written
	return body.String()
}

// take does the work step by step. What costs nothing comes first, so that strangers
// cost little. claimed is set as soon as the body can be read.
func (d *Door) take(w http.ResponseWriter, r *http.Request, now time.Time, claimed *Envelope) (seen bool, err error) {
	if err := checkRequest(r); err != nil {
		return false, err
	}
	body, done, err := d.read(w, r)
	if err != nil {
		return false, err
	}
	defer done()
	e, err := Decode(body)
	if err != nil {
		return false, err
	}
	*claimed = *e
	if err := checkHeaders(r, e); err != nil {
		return false, err
	}
	v, err := d.verifier.Verify(r.Context(), now, e)
	if err != nil {
		return false, err
	}
	if seen, err = d.taker.Take(r.Context(), v); err != nil {
		return false, refuseFor(err, CodeStore, "the message could not be stored; SNS will send it again")
	}
	if !seen && v.Type != Notification {
		d.log.Warn("a subscription changed", "type", v.Type, "topic", v.TopicARN)
	}
	return seen, nil
}

func checkRequest(r *http.Request) error {
	switch encoding := r.Header.Get("Content-Encoding"); {
	case r.Method != http.MethodPost:
		return refuse(CodeMethod, "only POST is supported here")
	case encoding != "" && encoding != "identity":
		return refuse(CodeEncoding, "Content-Encoding %s is not supported", aws.Line(encoding, 20))
	case r.Header.Get("X-Amz-Sns-Rawdelivery") == "true":
		return refuse(CodeRaw, "raw delivery has no signature; turn RawMessageDelivery off for this subscription")
	case r.ContentLength > MaxBody:
		return tooLarge(r.ContentLength)
	}
	return nil
}

func tooLarge(n int64) error {
	mib := fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
	if mib == "1.0 MiB" {
		mib = fmt.Sprintf("of %d bytes", n)
	}
	return refuse(CodeTooLarge, "body %s exceeds 1 MiB", mib)
}

// read reads the body. done gives its place back.
func (d *Door) read(w http.ResponseWriter, r *http.Request) (body []byte, done func(), err error) {
	body, done, err = d.bodies.Read(w, r)
	switch {
	case errors.Is(err, doors.ErrTooLarge):
		err = refuse(CodeTooLarge, "body exceeds 1 MiB")
	case errors.Is(err, doors.ErrBusy):
		err = refuse(CodeBusy, "too many large messages at once; SNS will send this one again")
	case err != nil:
		err = refuseFor(err, CodeBusy, "the body did not arrive; SNS will send it again")
	}
	return body, done, err
}

// checkHeaders refuses messages whose headers, which are not signed, say something
// else than the body, which is.
func checkHeaders(r *http.Request, e *Envelope) error {
	for _, h := range [...]struct{ name, value string }{
		{"X-Amz-Sns-Message-Type", e.Type}, // as net/http writes names, or each would be rewritten
		{"X-Amz-Sns-Message-Id", e.MessageID},
		{"X-Amz-Sns-Topic-Arn", e.TopicARN},
	} {
		if got := r.Header.Get(h.name); got != "" && got != h.value {
			return refuse(CodeHeader, "header %s contradicts the body", strings.ToLower(h.name))
		}
	}
	return nil
}

// problem finds out what to answer, and logs it. Details stay in the log. Of each code there is
// a line a minute, which tells how many more there were, and each is counted in the metrics: a flood
// of one kind neither fills the log nor hides what else is refused.
func (d *Door) problem(r *http.Request, err error) *Problem {
	p, ok := errors.AsType[*Problem](err)
	if !ok {
		p = &Problem{Code: CodeStore, Text: "internal error; SNS will send the message again", Err: err}
	}
	level, msg := slog.LevelWarn, "refused a message"
	if p.Code.Status() >= http.StatusInternalServerError {
		level, msg = slog.LevelError, "could not accept a message"
	}
	d.tally.Say(level, string(p.Code)+storeTrouble(err), msg, "code", string(p.Code), "err", p, "from", r.RemoteAddr)
	return p
}

// storeTrouble names what the store complains of, so that a new trouble of ours is told at once. No stranger brings it about.
func storeTrouble(err error) string {
	for _, known := range []error{store.ErrFull, store.ErrUnknownOutcome, store.ErrClosed, store.ErrDamaged} {
		if errors.Is(err, known) {
			return " " + known.Error()
		}
	}
	return ""
}
