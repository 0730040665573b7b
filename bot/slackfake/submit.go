package slackfake

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/oncalm/oncalm/bot/slackfake/blockkit"
	"github.com/oncalm/oncalm/bot/slackfake/wire"
)

// afterSubmit does with the modals what the answer to a submission says.
func (s *Slack) afterSubmit(viewID string, resp Response) (map[string]string, error) {
	var said struct {
		Action string            `json:"response_action"`
		Errors map[string]string `json:"errors"`
		View   json.RawMessage   `json:"view"`
	}
	if body := bytes.TrimSpace(resp.Body); len(body) > 0 {
		if err := json.Unmarshal(body, &said); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrAnswer, err)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	v := s.viewBy(func(v *View) bool { return v.ID == viewID })
	if v == nil {
		return nil, nil // the bot has put something else in its place
	}
	switch said.Action {
	case "":
		s.dropView(v.ID)
	case "clear":
		s.dropViews(v.User)
	case "errors":
		return said.Errors, checkErrors(v, said.Errors)
	case "update", "push":
		next, err := s.parseView(string(said.View), "modal")
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrAnswer, wire.Detailed(err))
		}
		if said.Action == "update" {
			s.replaceView(v, next)
			return nil, nil
		}
		if len(s.stack(v.User)) >= maxStack {
			return nil, fmt.Errorf("%w: push_limit_reached", ErrAnswer)
		}
		next.User = v.User
		s.show(next, v)
	default:
		return nil, fmt.Errorf("%w: response_action %q", ErrAnswer, said.Action)
	}
	return nil, nil
}

// checkErrors tells whether errors name input blocks only; Slack shows "trouble
// connecting" otherwise.
func checkErrors(v *View, errs map[string]string) error {
	if len(errs) == 0 {
		return fmt.Errorf("%w: no errors given", ErrAnswer)
	}
	inputs := blockkit.Interactives(v.Blocks)
	for id := range errs {
		if !slices.ContainsFunc(inputs, func(e blockkit.Element) bool { return e.Input && e.BlockID == id }) {
			return fmt.Errorf("%w: errors name %q, which is no input block", ErrAnswer, id)
		}
	}
	return nil
}

// CloseView closes the modal that a person has in front of them. The bot hears of
// it only if it asked to (notify_on_close): else the response is empty.
func (s *Slack) CloseView(ctx context.Context, userID string) Response {
	s.mu.Lock()
	v, u, err := s.front(userID)
	if err != nil {
		s.mu.Unlock()
		return Response{Err: err}
	}
	payload := s.payload("view_closed", u)
	payload["view"], payload["is_cleared"] = s.shapeView(v), v.ClearOnClose
	notify := v.NotifyOnClose
	if v.ClearOnClose {
		s.dropViews(u.ID)
	} else {
		s.dropView(v.ID)
	}
	s.mu.Unlock()
	if !notify {
		return Response{}
	}
	return s.interact(ctx, payload)
}

// Shortcut starts a global shortcut of the bot.
func (s *Slack) Shortcut(ctx context.Context, callbackID, userID string) Response {
	s.mu.Lock()
	u := s.user(userID)
	if u == nil {
		s.mu.Unlock()
		return Response{Err: &noSuch{what: "person", name: userID}}
	}
	payload := s.payload("shortcut", u)
	payload["user"] = wire.Answer{"id": u.ID, "username": u.Name, "team_id": s.opts.Team.ID}
	payload["callback_id"], payload["trigger_id"] = callbackID, s.newTrigger(u.ID)
	payload["action_ts"] = stamp(time.Now())
	s.mu.Unlock()
	return s.interact(ctx, payload)
}

// MessageShortcut starts a shortcut of the bot on a message.
func (s *Slack) MessageShortcut(ctx context.Context, m Message, callbackID, userID string) Response {
	s.mu.Lock()
	u, c, err := s.acting(userID, m.Channel)
	if err != nil {
		s.mu.Unlock()
		return Response{Err: err}
	}
	payload := s.payload("message_action", u)
	payload["user"] = wire.Answer{"id": u.ID, "name": u.Name}
	payload["callback_id"], payload["trigger_id"] = callbackID, s.newTrigger(u.ID)
	payload["action_ts"], payload["message_ts"] = stamp(time.Now()), m.TS
	payload["channel"] = wire.Answer{"id": c.ID, "name": c.shownName()}
	payload["message"] = s.shape(c, &m, true)
	payload["response_url"] = s.newHook("actions", hook{channel: c.ID, user: u.ID, original: m.TS})
	s.mu.Unlock()
	return s.interact(ctx, payload)
}
