package hands

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/oncalm/oncalm/bot/slackfake/faults"
	"github.com/oncalm/oncalm/bot/slackfake/wire"
	"github.com/oncalm/oncalm/bot/slackfake/workspace"
)

// patience is how long Slack waits for the bot's answer.
const patience = 3 * time.Second

// Errors that a [Response] may carry.
var (
	// ErrDown says that Slack itself is down: nothing was sent to the bot.
	ErrDown = errors.New("slack is down")
	// ErrNotConnected says that no bot is connected.
	ErrNotConnected = errors.New("no bot is connected")
	// ErrTimeout says that the bot did not answer within three seconds.
	ErrTimeout = errors.New("operation_timeout")
	// ErrDispatch says that the bot's answer was not a 200, or did not arrive.
	ErrDispatch = errors.New("dispatch_failed")
	// ErrAnswer says that the bot's answer broke Slack's rules.
	ErrAnswer = errors.New("invalid_command_response")
	// ErrInput says that Slack would not even send this: an unknown person,
	// conversation, button or option, a required input left empty.
	ErrInput = errors.New("this cannot be done in slack")
)

// NoSuch is an ErrInput about something that is not there.
type NoSuch struct{ What, Name string }

func (e *NoSuch) Error() string { return "there is no " + e.What + " " + strconv.Quote(e.Name) }
func (e *NoSuch) Unwrap() error { return ErrInput }

// Response is how the bot answered one request.
type Response struct {
	Status  int // of HTTP; 0 if there was no answer
	Header  http.Header
	Body    []byte
	Took    time.Duration
	Message *workspace.Message // what the answer left in the conversation, if anything
	Errors  map[string]string  // by block id: why a submitted view was refused
	Err     error              // why the person sees an error instead
}

// Text is the text of the message that the answer left, or "".
func (r Response) Text() string {
	if r.Message == nil {
		return ""
	}
	return r.Message.Text
}

// Bot is the bot as Slack knows it: where its doors are, and which events it gets.
type Bot struct {
	ws         *workspace.Workspace // its lock guards the rest
	faults     *faults.Faults
	subscribed []string
	at         endpoint
}

type endpoint struct {
	base string
	rt   http.RoundTripper
}

// NewBot makes a bot that is not connected yet. It gets events of the given types when people act.
func NewBot(ws *workspace.Workspace, f *faults.Faults, subscribed []string) *Bot {
	return &Bot{ws: ws, faults: f, subscribed: subscribed}
}

// Connect tells where the bot is: requests go to base + /slack/commands,
// /slack/interactions and /slack/events through rt. A nil rt means
// http.DefaultTransport. For a bot in memory see [Bot.ConnectHandler].
func (b *Bot) Connect(base string, rt http.RoundTripper) {
	if rt == nil {
		rt = http.DefaultTransport
	}
	b.ws.Lock()
	defer b.ws.Unlock()
	b.at = endpoint{base: base, rt: rt}
}

// ConnectHandler connects a bot in memory.
func (b *Bot) ConnectHandler(h http.Handler) { b.Connect("http://bot.invalid", wire.Handler(h)) }

// Request builds a signed request of now, for tests that want to tamper with one
// before they send it.
func (b *Bot) Request(ctx context.Context, path, contentType string, body []byte) (*http.Request, error) {
	b.ws.Lock()
	base := b.at.base
	b.ws.Unlock()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, base+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	now := strconv.FormatInt(time.Now().Unix(), 10)
	r.Header.Set("Content-Type", contentType)
	r.Header.Set("User-Agent", "Slackbot 1.0 (+https://api.slack.com/robots)")
	r.Header.Set("X-Slack-Request-Timestamp", now)
	r.Header.Set("X-Slack-Signature", wire.Sign(b.ws.App.SigningSecret, now, body))
	return r, nil
}

// Send sends a request, usually one of [Bot.Request], to the bot and waits for
// the answer as long as Slack does. It does not follow redirects: a bot that answers with one has failed.
func (b *Bot) Send(r *http.Request) Response {
	b.ws.Lock()
	rt := b.at.rt
	b.ws.Unlock()
	if down, _ := b.faults.IsDown(); down {
		return Response{Err: ErrDown}
	}
	if rt == nil {
		return Response{Err: ErrNotConnected}
	}
	ctx, cancel := context.WithTimeoutCause(r.Context(), patience, ErrTimeout)
	defer cancel()
	start := time.Now()
	client := http.Client{
		Transport:     rt,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	resp, err := client.Do(r.WithContext(ctx))
	if err != nil {
		return Response{Took: time.Since(start), Err: failure(ctx, err)}
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, wire.MaxBody))
	out := Response{Status: resp.StatusCode, Header: resp.Header, Body: body, Took: time.Since(start)}
	switch {
	case err != nil:
		out.Err = failure(ctx, err)
	case out.Status != http.StatusOK:
		out.Err = fmt.Errorf("%w: status %d", ErrDispatch, out.Status)
	}
	return out
}

// failure is the error of a request that got no answer: a timeout of ours, or whatever else it was.
func failure(ctx context.Context, err error) error {
	if errors.Is(context.Cause(ctx), ErrTimeout) {
		return ErrTimeout
	}
	return fmt.Errorf("%w: %w", ErrDispatch, err)
}

// post sends a signed request.
func (b *Bot) post(ctx context.Context, path, contentType string, body []byte) Response {
	r, err := b.Request(ctx, path, contentType, body)
	if err != nil {
		return Response{Err: err}
	}
	return b.Send(r)
}

// interact sends an interaction.
func (b *Bot) interact(ctx context.Context, payload wire.Answer) Response {
	raw, err := json.Marshal(payload)
	if err != nil {
		return Response{Err: err}
	}
	form := url.Values{"payload": {string(raw)}}
	return b.post(ctx, "/slack/interactions", "application/x-www-form-urlencoded", []byte(form.Encode()))
}
