// Package webhook rolls back by asking a fixed URL, for whatever is deployed in a way of its own: a script, a lambda, a deployment
// server. Each request is signed, and the URL and what is sent are fixed: nothing of it comes from chat.
//
// Every request is a POST of JSON with an action, and the answer is JSON:
//
//	{"action":"plan"}                  → {"from":"web:43","to":"web:42","differs":[],"will":[],"cannot":[],"warnings":[]}
//	                                   → {"impossible":"why","instead":"what else to do"}
//	{"action":"start","key":"4/rollback/1","from":…,"to":…}   → {"ref":"anything"}
//	{"action":"state","key":"4/rollback/1","ref":"…"}         → {"state":"running|done|failed|unknown","note":"2 of 3"}
//
// The state of a key that was never started is unknown. The signature is in the header X-Oncalm-Signature: v1= and the HMAC-SHA256, in hex,
// of the time in X-Oncalm-Timestamp, a dot, and the body.
package webhook

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/oncalm/oncalm/rollbacks"
	"github.com/oncalm/oncalm/text"
)

// The headers of a request.
const (
	HeaderSignature = "X-Oncalm-Signature"
	HeaderTimestamp = "X-Oncalm-Timestamp"
)

const (
	timeout = 10 * time.Second
	maxBody = 64 << 10
	maxText = 200 // of each text that is shown
	maxList = 20
)

// Maker makes targets of this kind.
func Maker() rollbacks.Maker {
	return rollbacks.Maker{
		Kind: "webhook", Apart: true,
		Keys: []rollbacks.Key{
			{Name: "url", Such: "https://deploy.example.com/rollback", Check: checkURL},
			{Name: "secret", Such: "${ROLLBACK_SECRET}", Secret: true, Check: checkSecret},
		},
		New: func(_ aws.Config, keys rollbacks.Settings) (rollbacks.Target, error) {
			return New(keys["url"], keys["secret"]), nil
		},
	}
}

// checkURL takes https, and http on this machine.
func checkURL(s string) error {
	u, err := url.Parse(s)
	switch {
	case err != nil || u.Host == "" || u.User != nil || u.Fragment != "":
		return errors.New("it is no URL such as https://deploy.example.com/rollback")
	case u.Scheme == "https":
		return nil
	case u.Scheme == "http" && (u.Hostname() == "127.0.0.1" || u.Hostname() == "localhost" || u.Hostname() == "::1"):
		return nil
	}
	return errors.New("it must begin with https://")
}

// checkSecret refuses what could be guessed.
func checkSecret(s string) error {
	if len(s) < 16 {
		return errors.New("a secret has 16 characters at least")
	}
	return nil
}

// Hook is the target.
type Hook struct {
	url, secret string
	client      *http.Client
}

// New makes a target of a URL. It calls nobody. Redirects are not followed: the request is signed for one address.
func New(url, secret string) *Hook {
	return &Hook{url: url, secret: secret, client: &http.Client{
		Timeout:       timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// asked is what is sent.
type asked struct {
	Action string `json:"action"`
	Key    string `json:"key,omitempty"`
	Ref    string `json:"ref,omitempty"`
	From   string `json:"from,omitempty"`
	To     string `json:"to,omitempty"`
}

// answer is what comes back.
type answer struct {
	From       string   `json:"from"`
	To         string   `json:"to"`
	Differs    []string `json:"differs"`
	Will       []string `json:"will"`
	Cannot     []string `json:"cannot"`
	Warnings   []string `json:"warnings"`
	Impossible string   `json:"impossible"`
	Instead    string   `json:"instead"`
	Ref        string   `json:"ref"`
	State      string   `json:"state"`
	Note       string   `json:"note"`
}

// Sign is the signature of a body that is sent at a time, as the header has it.
func Sign(secret, timestamp string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	fmt.Fprintf(mac, "%s.%s", timestamp, body)
	return "v1=" + hex.EncodeToString(mac.Sum(nil))
}

// ask sends a request. The error is a [*rollbacks.Refused] if the other side says that it did nothing. An answer of 4xx
// means that nothing was done, and anything else but 200 that nobody knows.
func (h *Hook) ask(ctx context.Context, a asked) (got answer, err error) {
	body, err := json.Marshal(a)
	if err != nil {
		return got, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, h.url, bytes.NewReader(body))
	if err != nil {
		return got, err
	}
	stamp := strconv.FormatInt(time.Now().Unix(), 10)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set(HeaderTimestamp, stamp)
	r.Header.Set(HeaderSignature, Sign(h.secret, stamp, body))
	resp, err := h.client.Do(r)
	if err != nil {
		return got, fmt.Errorf("webhook: %w", errors.Unwrap(err)) // without the URL, which may be a secret
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, maxBody))
	switch {
	case resp.StatusCode >= 400 && resp.StatusCode < 500:
		return got, &rollbacks.Refused{Err: fmt.Errorf("webhook: it answered %s", resp.Status)}
	case resp.StatusCode != http.StatusOK:
		return got, fmt.Errorf("webhook: it answered %s", resp.Status)
	case err != nil:
		return got, fmt.Errorf("webhook: %w", err)
	}
	if err := json.Unmarshal(text, &got); err != nil {
		return got, fmt.Errorf("webhook: the answer is not JSON: %w", err)
	}
	return got, nil
}

// Plan implements [rollbacks.Target].
func (h *Hook) Plan(ctx context.Context) (rollbacks.Plan, error) {
	got, err := h.ask(ctx, asked{Action: "plan"})
	switch {
	case err != nil:
		return rollbacks.Plan{}, err
	case got.Impossible != "":
		return rollbacks.Plan{}, &rollbacks.Impossible{Why: line(got.Impossible), Instead: line(got.Instead)}
	case got.From == "" || got.To == "":
		return rollbacks.Plan{}, &rollbacks.Impossible{Why: "the webhook does not say from which version it goes to which",
			Instead: "mend what answers it"}
	case got.From == got.To:
		return rollbacks.Plan{}, &rollbacks.Impossible{Why: "it is " + line(got.To) + " already"}
	}
	return rollbacks.Plan{
		From: line(got.From), To: line(got.To), Differs: lines(got.Differs), Cannot: lines(got.Cannot),
		Will: append([]string{"the webhook is asked to go back"}, lines(got.Will)...), Warnings: lines(got.Warnings),
	}, nil
}

// Start implements [rollbacks.Target].
func (h *Hook) Start(ctx context.Context, key string, p rollbacks.Plan) (rollbacks.Ref, error) {
	got, err := h.ask(ctx, asked{Action: "start", Key: key, From: p.From, To: p.To})
	if err != nil {
		return "", err
	}
	return refOf(key, got.Ref)
}

// known is a rollback by the key that we gave it, and the name that the other side gave it.
type known struct {
	Key string `json:"key"`
	Ref string `json:"ref,omitempty"`
}

func refOf(key, ref string) (rollbacks.Ref, error) {
	text, err := json.Marshal(known{key, ref})
	return rollbacks.Ref(text), err
}

// Find implements [rollbacks.Target].
func (h *Hook) Find(ctx context.Context, key string, _ rollbacks.Plan) (rollbacks.Ref, bool, error) {
	got, err := h.ask(ctx, asked{Action: "state", Key: key})
	if err != nil {
		return "", false, err
	}
	ref, err := refOf(key, got.Ref)
	return ref, got.State == "running" || got.State == "done" || got.State == "failed", err
}

// State implements [rollbacks.Target].
func (h *Hook) State(ctx context.Context, r rollbacks.Ref) (rollbacks.State, error) {
	var k known
	if err := json.Unmarshal([]byte(r), &k); err != nil {
		return rollbacks.State{}, err
	}
	got, err := h.ask(ctx, asked{Action: "state", Key: k.Key, Ref: k.Ref})
	if err != nil {
		return rollbacks.State{}, err
	}
	switch got.State {
	case "running":
		return rollbacks.State{Note: line(got.Note)}, nil
	case "done":
		return rollbacks.State{Stage: rollbacks.Done, Note: line(got.Note)}, nil
	case "failed":
		return rollbacks.State{Stage: rollbacks.Failed, Note: line(got.Note)}, nil
	}
	// an error and no stage: it is asked again, and in the end nobody knows
	return rollbacks.State{}, fmt.Errorf("webhook: the state is %q", text.Clip(text.Line(got.State), maxText))
}

// line is a text of the other side, in one line and short.
func line(s string) string { return text.Clip(text.Line(s), maxText) }

// lines are the first of a list.
func lines(all []string) (cut []string) {
	for _, s := range all[:min(len(all), maxList)] {
		cut = append(cut, line(s))
	}
	return cut
}
