package hands

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/oncalm/oncalm/bot/slackfake/blockkit"
	"github.com/oncalm/oncalm/bot/slackfake/wire"
	"github.com/oncalm/oncalm/bot/slackfake/workspace"
)

// afterSubmit does with the modals what the answer to a submission says. It returns the errors that the person sees at
// their inputs, and an error if Slack would not take the answer.
func (s *Hands) afterSubmit(viewID string, resp Response) (map[string]string, error) {
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
	s.ws.Lock()
	defer s.ws.Unlock()
	v := s.ws.Screens.By(func(v *workspace.View) bool { return v.ID == viewID })
	if v == nil {
		return nil, nil // the bot has put something else in its place
	}
	switch said.Action {
	case "":
		s.ws.Screens.Close(v.ID)
	case "clear":
		s.ws.Screens.CloseAll(v.User)
	case "errors":
		return said.Errors, checkErrors(v, said.Errors)
	case "update", "push":
		next, err := s.ws.Screens.Parse(string(said.View), "modal")
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrAnswer, wire.Detailed(err))
		}
		if said.Action == "update" {
			s.ws.Screens.Replace(v, next)
			return nil, nil
		}
		if len(s.ws.Screens.Of(v.User)) >= workspace.MaxStack {
			return nil, fmt.Errorf("%w: push_limit_reached", ErrAnswer)
		}
		next.User = v.User
		s.ws.Screens.Show(next, v)
	default:
		return nil, fmt.Errorf("%w: response_action %q", ErrAnswer, said.Action)
	}
	return nil, nil
}

// checkErrors tells whether errors name input blocks only; Slack shows "trouble
// connecting" otherwise.
func checkErrors(v *workspace.View, errs map[string]string) error {
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
func (s *Hands) CloseView(ctx context.Context, userID string) Response {
	s.ws.Lock()
	v, u, err := s.front(userID)
	if err != nil {
		s.ws.Unlock()
		return Response{Err: err}
	}
	payload := s.payload("view_closed", u)
	payload["view"], payload["is_cleared"] = s.ws.App.ShapeView(v), v.ClearOnClose
	notify := v.NotifyOnClose
	if v.ClearOnClose {
		s.ws.Screens.CloseAll(u.ID)
	} else {
		s.ws.Screens.Close(v.ID)
	}
	s.ws.Unlock()
	if !notify {
		return Response{}
	}
	return s.bot.interact(ctx, payload)
}

// Shortcut starts a global shortcut of the bot.
func (s *Hands) Shortcut(ctx context.Context, callbackID, userID string) Response {
	s.ws.Lock()
	u := s.ws.User(userID)
	if u == nil {
		s.ws.Unlock()
		return Response{Err: &NoSuch{What: "person", Name: userID}}
	}
	payload := s.payload("shortcut", u)
	payload["user"] = wire.Answer{"id": u.ID, "username": u.Name, "team_id": s.ws.App.Team.ID}
	payload["callback_id"], payload["trigger_id"] = callbackID, s.ws.Screens.NewTrigger(u.ID)
	payload["action_ts"] = workspace.Stamp(time.Now())
	s.ws.Unlock()
	return s.bot.interact(ctx, payload)
}

// MessageShortcut starts a shortcut of the bot on a message.
func (s *Hands) MessageShortcut(ctx context.Context, m workspace.Message, callbackID, userID string) Response {
	s.ws.Lock()
	u, c, err := s.acting(userID, m.Channel)
	if err != nil {
		s.ws.Unlock()
		return Response{Err: err}
	}
	payload := s.payload("message_action", u)
	payload["user"] = wire.Answer{"id": u.ID, "name": u.Name}
	payload["callback_id"], payload["trigger_id"] = callbackID, s.ws.Screens.NewTrigger(u.ID)
	payload["action_ts"], payload["message_ts"] = workspace.Stamp(time.Now()), m.TS
	payload["channel"] = wire.Answer{"id": c.ID, "name": c.ShownName()}
	payload["message"] = s.ws.App.ShapeMessage(c, &m, true)
	payload["response_url"] = s.ws.Hooks.New("actions", workspace.Hook{Channel: c.ID, User: u.ID, Original: m.TS})
	s.ws.Unlock()
	return s.bot.interact(ctx, payload)
}
