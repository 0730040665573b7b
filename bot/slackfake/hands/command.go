package hands

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/url"
	"strings"

	"github.com/oncalm/oncalm/bot/slackfake/wire"
	"github.com/oncalm/oncalm/bot/slackfake/workspace"
)

// Command types a slash command: s.Command(ctx, "U0ANA", "incidents", "/incident",
// "ack 42"). The text is what the person types; mentions (@bo, #incidents) and the
// characters & < > arrive at the bot as Slack sends them. The channel is an id, a
// name, or a user id for the person's direct messages with the bot. The answer lands
// in the conversation, as does the error that Slack shows when there is none.
func (s *Hands) Command(ctx context.Context, userID, channel, command, typed string) Response {
	form, h, err := s.commandForm(userID, channel, command, typed)
	if err != nil {
		return Response{Err: err}
	}
	resp := s.bot.post(ctx, "/slack/commands", "application/x-www-form-urlencoded", []byte(form.Encode()))
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

// commandForm is what Slack posts for a command, with a response URL and a trigger made for it. It returns the hook of that
// URL too, since the direct answer goes where the URL leads.
func (s *Hands) commandForm(userID, channel, command, typed string) (url.Values, *workspace.Hook, error) {
	s.ws.Lock()
	defer s.ws.Unlock()
	u, c, err := s.acting(userID, channel)
	if err != nil {
		return nil, nil, err
	}
	h := workspace.Hook{Channel: c.ID, User: u.ID, Asked: strings.TrimSpace(command + " " + typed)}
	return url.Values{
		"token": {verificationToken}, "api_app_id": {s.ws.App.ID},
		"team_id": {s.ws.App.Team.ID}, "team_domain": {s.ws.App.Team.Domain},
		"channel_id": {c.ID}, "channel_name": {c.ShownName()},
		"user_id": {u.ID}, "user_name": {u.Name},
		"command": {command}, "text": {s.ws.Wire(typed)},
		"is_enterprise_install": {"false"},
		"response_url":          {s.ws.Hooks.New("commands", h)},
		"trigger_id":            {s.ws.Screens.NewTrigger(u.ID)},
	}, &h, nil
}

// acting finds who acts and where; people act only where they are members.
func (s *Hands) acting(userID, channel string) (*workspace.User, *workspace.Conversation, error) {
	u := s.ws.User(userID)
	if u == nil {
		return nil, nil, &NoSuch{What: "person", Name: userID}
	}
	c := s.ws.Find(channel)
	if c == nil && s.ws.User(channel) != nil {
		c, _ = s.ws.OpenIM(channel)
	}
	if c == nil || !c.Has(userID) {
		return nil, nil, &NoSuch{What: "conversation", Name: channel}
	}
	return u, c, nil
}

// immediate lets the direct answer to a command land in the conversation. A body without JSON is the text itself; an empty
// one, or an empty object, says nothing.
func (s *Hands) immediate(h *workspace.Hook, resp Response) (*workspace.Message, error) {
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
func (s *Hands) slackbot(h *workspace.Hook, text string) {
	if c := s.ws.Conversation(h.Channel); c != nil {
		s.ws.Add(c, workspace.Message{User: "USLACKBOT", Text: text, Ephemeral: h.User, Asked: h.Asked})
	}
}
