package sockets

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// An Envelope is what goes out over a connection.
type Envelope struct {
	ID      string          `json:"envelope_id"`
	Type    string          `json:"type"`
	Accepts bool            `json:"accepts_response_payload"`
	Payload json.RawMessage `json:"payload"`
	Attempt int             `json:"retry_attempt,omitempty"`
	Reason  string          `json:"retry_reason,omitempty"`
}

// acknowledgement is what a bot sends.
type acknowledgement struct {
	ID      string          `json:"envelope_id"`
	Payload json.RawMessage `json:"payload"`
}

// Errors of what cannot be delivered.
var (
	ErrNoConnection = errors.New("the app has no connection")
	ErrNotSent      = errors.New("that does not go over a socket")
)

// most is how large an acknowledgement may be; a larger one is dropped without a word, as Slack does.
const most = 20 * 1024

// take gives an acknowledgement to whoever waits for it. One that comes too late, or a second time, is counted and has no
// effect.
func (h *Hub) take(message []byte) {
	var ack acknowledgement
	if json.Unmarshal(message, &ack) != nil || len(ack.Payload) >= most {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.acks = append(h.acks, message)
	if waits := h.acked[ack.ID]; waits != nil {
		delete(h.acked, ack.ID)
		waits <- ack.Payload
	}
}

// RoundTrip sends what would be posted to the bot as an envelope, to the newest connection, and returns the payload of the
// acknowledgement as the response.
func (h *Hub) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err = errors.Join(err, r.Body.Close()); err != nil {
		return nil, err
	}
	e, err := envelope(r.URL.Path, r.Header, body)
	if err != nil {
		return nil, err
	}
	payload, err := h.deliver(r, e)
	if err != nil {
		return nil, err
	}
	return &http.Response{
		StatusCode: http.StatusOK, Status: "200 OK", Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: r,
		Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(bytes.NewReader(payload)),
		ContentLength: int64(len(payload)),
	}, nil
}

// envelope turns a post into what Slack sends over a socket instead. A slash command comes as an object of its fields, and
// an interaction as the JSON that is in the field payload of a post. Signatures are left out: over a socket there are none.
func envelope(to string, h http.Header, body []byte) (e Envelope, err error) {
	attempt, _ := strconv.Atoi(h.Get("X-Slack-Retry-Num")) // 0 for the first
	e = Envelope{Attempt: attempt, Reason: h.Get("X-Slack-Retry-Reason"), Payload: body, Type: "events_api"}
	if strings.HasSuffix(to, "/events") {
		return e, nil
	}
	form, err := url.ParseQuery(string(body))
	switch {
	case err != nil:
		return e, err
	case strings.HasSuffix(to, "/interactions"):
		e.Type, e.Accepts, e.Payload = "interactive", true, []byte(form.Get("payload"))
	case strings.HasSuffix(to, "/commands"):
		fields := map[string]string{}
		for name := range form {
			fields[name] = form.Get(name)
		}
		e.Type, e.Accepts = "slash_commands", true
		e.Payload, err = json.Marshal(fields)
	default:
		err = ErrNotSent
	}
	return e, err
}

// deliver sends an envelope and waits for its acknowledgement, as long as whoever sent it does. Slack may choose any
// connection of the app; the fake takes the newest, so that tests know which.
func (h *Hub) deliver(r *http.Request, e Envelope) ([]byte, error) {
	h.mu.Lock()
	if len(h.open) == 0 {
		h.mu.Unlock()
		return nil, ErrNoConnection
	}
	to := h.open[len(h.open)-1]
	h.last++
	e.ID = "envelope-" + strconv.Itoa(h.last)
	waits := make(chan []byte, 1)
	h.acked[e.ID] = waits
	h.sent = append(h.sent, e)
	h.mu.Unlock()
	to.write(e)
	select {
	case payload := <-waits:
		return payload, nil
	case <-r.Context().Done():
		h.mu.Lock()
		defer h.mu.Unlock()
		delete(h.acked, e.ID)
		return nil, r.Context().Err()
	}
}

// Again sends the newest envelope once more, as Slack does with what nobody has acknowledged: in an envelope of its own.
func (h *Hub) Again(r *http.Request) ([]byte, error) {
	h.mu.Lock()
	e := h.sent[len(h.sent)-1]
	h.mu.Unlock()
	e.Attempt, e.Reason = e.Attempt+1, "timeout"
	return h.deliver(r, e)
}

// Sent lists the envelopes so far, the oldest first, and how many were acknowledged.
func (h *Hub) Sent() (all []Envelope, acknowledged int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.sent), len(h.acks)
}

// Acknowledgements are what came, as it came, the oldest first.
func (h *Hub) Acknowledgements() []json.RawMessage {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.acks)
}
