package slackfake

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

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
	// Conversation, button or option, a required input left empty.
	ErrInput = errors.New("this cannot be done in slack")
)

// noSuch is an ErrInput about something that is not there.
type noSuch struct{ what, name string }

func (e *noSuch) Error() string { return "there is no " + e.what + " " + strconv.Quote(e.name) }
func (e *noSuch) Unwrap() error { return ErrInput }

// Response is how the bot answered one request.
type Response struct {
	Status  int // of HTTP; 0 if there was no wire.Answer
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

type endpoint struct {
	base string
	rt   http.RoundTripper
}

// Connect tells where the bot is: requests go to base + /slack/commands,
// /slack/interactions and /slack/events through rt. A nil rt means
// http.DefaultTransport. For a bot in memory see [Slack.ConnectHandler].
func (s *Slack) Connect(base string, rt http.RoundTripper) {
	if rt == nil {
		rt = http.DefaultTransport
	}
	s.ws.Lock()
	defer s.ws.Unlock()
	s.bot = endpoint{base: base, rt: rt}
}

// ConnectHandler connects a bot in memory.
func (s *Slack) ConnectHandler(h http.Handler) { s.Connect("http://bot.invalid", wire.Handler(h)) }

// Request builds a signed request of now, for tests that want to tamper with one
// before they send it.
func (s *Slack) Request(ctx context.Context, path, contentType string, body []byte) (*http.Request, error) {
	s.ws.Lock()
	base := s.bot.base
	s.ws.Unlock()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, base+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	now := strconv.FormatInt(time.Now().Unix(), 10)
	r.Header.Set("Content-Type", contentType)
	r.Header.Set("User-Agent", "Slackbot 1.0 (+https://api.slack.com/robots)")
	r.Header.Set("X-Slack-Request-Timestamp", now)
	r.Header.Set("X-Slack-Signature", wire.Sign(s.opts.SigningSecret, now, body))
	return r, nil
}

// Send sends a request, usually one of [Slack.Request], to the bot and waits for
// the answer as long as Slack does.
func (s *Slack) Send(r *http.Request) Response {
	s.ws.Lock()
	rt := s.bot.rt
	s.ws.Unlock()
	if down, _ := s.IsDown(); down {
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

func failure(ctx context.Context, err error) error {
	if errors.Is(context.Cause(ctx), ErrTimeout) {
		return ErrTimeout
	}
	return fmt.Errorf("%w: %w", ErrDispatch, err)
}

func (s *Slack) post(ctx context.Context, path, contentType string, body []byte) Response {
	r, err := s.Request(ctx, path, contentType, body)
	if err != nil {
		return Response{Err: err}
	}
	return s.Send(r)
}

// interact sends an interaction.
func (s *Slack) interact(ctx context.Context, payload wire.Answer) Response {
	raw, err := json.Marshal(payload)
	if err != nil {
		return Response{Err: err}
	}
	form := url.Values{"payload": {string(raw)}}
	return s.post(ctx, "/slack/interactions", "application/x-www-form-urlencoded", []byte(form.Encode()))
}

// Command types a slash command: s.Command(ctx, "U0ANA", "incidents", "/incident",
// "ack 42"). The text is what the person types; mentions (@bo, #incidents) and the
// characters & < > arrive at the bot as Slack sends them. The channel is an id, a
// name, or a user id for the person's direct messages with the bot. The answer lands
// in the conversation, as does the error that Slack shows when there is none.
func (s *Slack) Command(ctx context.Context, userID, channel, command, typed string) Response {
	form, h, err := s.commandForm(userID, channel, command, typed)
	if err != nil {
		return Response{Err: err}
	}
	resp := s.post(ctx, "/slack/commands", "application/x-www-form-urlencoded", []byte(form.Encode()))
	s.ws.Lock()
	defer s.ws.Unlock()
	if resp.Err == nil {
		resp.Message, resp.Err = s.immediate(h, resp)
	}
	if resp.Err != nil && !errors.Is(resp.Err, ErrDown) {
		s.slackbot(h, command+" failed with the error “"+cause(resp.Err)+"”")
	}
	return resp
}

func (s *Slack) commandForm(userID, channel, command, typed string) (url.Values, *workspace.Hook, error) {
	s.ws.Lock()
	defer s.ws.Unlock()
	u, c, err := s.acting(userID, channel)
	if err != nil {
		return nil, nil, err
	}
	h := workspace.Hook{Channel: c.ID, User: u.ID, Asked: strings.TrimSpace(command + " " + typed)}
	return url.Values{
		"token": {verificationToken}, "api_app_id": {s.opts.AppID},
		"team_id": {s.opts.Team.ID}, "team_domain": {s.opts.Team.Domain},
		"channel_id": {c.ID}, "channel_name": {c.ShownName()},
		"user_id": {u.ID}, "user_name": {u.Name},
		"command": {command}, "text": {s.ws.Wire(typed)},
		"is_enterprise_install": {"false"},
		"response_url":          {s.ws.Hooks.New("commands", h)},
		"trigger_id":            {s.ws.Screens.NewTrigger(u.ID)},
	}, &h, nil
}

// acting finds who acts and where; people act only where they are members.
func (s *Slack) acting(userID, channel string) (*workspace.User, *workspace.Conversation, error) {
	u := s.ws.User(userID)
	if u == nil {
		return nil, nil, &noSuch{what: "person", name: userID}
	}
	c := s.ws.Find(channel)
	if c == nil && s.ws.User(channel) != nil {
		c, _ = s.ws.OpenIM(channel)
	}
	if c == nil || !c.Has(userID) {
		return nil, nil, &noSuch{what: "conversation", name: channel}
	}
	return u, c, nil
}

// immediate lets the direct answer to a command land in the conversation.
func (s *Slack) immediate(h *workspace.Hook, resp Response) (*workspace.Message, error) {
	if len(bytes.TrimSpace(resp.Body)) == 0 {
		return nil, nil
	}
	a := wire.Args{"text": string(resp.Body)}
	if ctype, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type")); ctype == "application/json" {
		if !json.Valid(resp.Body) {
			return nil, fmt.Errorf("%w: not JSON", ErrAnswer)
		}
		a = wire.JSONArgs(resp.Body)
		if len(a) == 0 {
			return nil, nil
		}
	}
	m, err := s.ws.AnswerBy(h, a)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrAnswer, wire.Detailed(err))
	}
	out := m.Clone()
	return &out, nil
}

// cause is the word that Slack shows for an error.
func cause(err error) string {
	for _, known := range []error{ErrTimeout, ErrAnswer, ErrDispatch} {
		if errors.Is(err, known) {
			return known.Error()
		}
	}
	return "app_not_responding"
}

// slackbot tells one person something, as Slackbot does.
func (s *Slack) slackbot(h *workspace.Hook, text string) {
	if c := s.ws.Conversation(h.Channel); c != nil {
		s.ws.Add(c, workspace.Message{User: "USLACKBOT", Text: text, Ephemeral: h.User, Asked: h.Asked})
	}
}
