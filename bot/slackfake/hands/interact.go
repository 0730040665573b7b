package hands

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"github.com/oncalm/oncalm/bot/slackfake/blockkit"
	"github.com/oncalm/oncalm/bot/slackfake/wire"
	"github.com/oncalm/oncalm/bot/slackfake/workspace"
)

// verificationToken is the deprecated token field; nothing may trust it.
const verificationToken = "fake-verification-token"

// Press presses a button of a message, the one with this action id or, failing
// that, with this label. The bot gets the block_actions request; the response says
// how it answered.
func (s *Hands) Press(ctx context.Context, m workspace.Message, action, userID string) Response {
	return s.Choose(ctx, m, action, "", userID)
}

// Choose acts on any element of a message: value is the value of the chosen option
// of a select, a radio button or an overflow menu, a user's id for a users_select
// and so on; several are separated by commas. For a button it is ignored.
func (s *Hands) Choose(ctx context.Context, m workspace.Message, action, value, userID string) Response {
	payload, err := s.actionPayload(m, action, value, userID)
	if err != nil {
		return Response{Err: err}
	}
	return s.bot.interact(ctx, payload)
}

// actionPayload is what the bot gets for an act on a message. An ephemeral message is not sent along: container says that it is one.
func (s *Hands) actionPayload(m workspace.Message, action, value, userID string) (wire.Answer, error) {
	s.ws.Lock()
	defer s.ws.Unlock()
	u, c, err := s.acting(userID, m.Channel)
	if err != nil {
		return nil, err
	}
	now := c.Message(m.TS)
	if now == nil || now.Ephemeral != "" && now.Ephemeral != userID {
		return nil, &NoSuch{What: "message", Name: m.TS}
	}
	// What a person presses is what their screen shows: perhaps an older version.
	e, err := pick(m.Blocks, action)
	if err != nil {
		return nil, err
	}
	act, err := s.action(e, value)
	if err != nil {
		return nil, err
	}
	container := wire.Answer{
		"type": "message", "message_ts": m.TS, "channel_id": c.ID, "is_ephemeral": m.Ephemeral != "",
	}
	if m.ThreadTS != "" {
		container["thread_ts"] = m.ThreadTS
	}
	payload := s.payload("block_actions", u)
	maps.Copy(payload, wire.Answer{
		"container": container, "channel": wire.Answer{"id": c.ID, "name": c.ShownName()},
		"actions": []any{act}, "state": wire.Answer{"values": values(m.Blocks, e, value)},
		"trigger_id": s.ws.Screens.NewTrigger(u.ID),
		"response_url": s.ws.Hooks.New("actions", workspace.Hook{
			Channel: c.ID, User: u.ID, Original: m.TS, Thread: m.ThreadTS,
		}),
	})
	if m.Ephemeral == "" {
		payload["message"] = s.ws.App.ShapeMessage(c, now, true)
	}
	return payload, nil
}

// payload has the fields that all interactions share.
func (s *Hands) payload(kind string, u *workspace.User) wire.Answer {
	return wire.Answer{
		"type": kind, "token": verificationToken, "api_app_id": s.ws.App.ID,
		"team":       wire.Answer{"id": s.ws.App.Team.ID, "domain": s.ws.App.Team.Domain},
		"enterprise": nil, "is_enterprise_install": false,
		"user": wire.Answer{"id": u.ID, "username": u.Name, "name": u.Name, "team_id": s.ws.App.Team.ID},
	}
}

// pick finds an element by action id or label.
func pick(blocks json.RawMessage, action string) (blockkit.Element, error) {
	all := blockkit.Interactives(blocks)
	i := slices.IndexFunc(all, func(e blockkit.Element) bool { return e.ActionID() == action })
	if i < 0 {
		i = slices.IndexFunc(all, func(e blockkit.Element) bool { return e.Button().Label == action })
	}
	if i < 0 {
		return blockkit.Element{}, &NoSuch{What: "button", Name: action}
	}
	return all[i], nil
}

// action is one element of "actions".
func (s *Hands) action(e blockkit.Element, value string) (map[string]any, error) {
	act := map[string]any{
		"type": e.Kind(), "action_id": e.ActionID(), "block_id": e.BlockID, "action_ts": workspace.Stamp(time.Now()),
	}
	for _, key := range []string{"text", "value", "style", "url", "confirm", "placeholder", "initial_option"} {
		if v, ok := e.Fields[key]; ok {
			act[key] = v
		}
	}
	if e.Kind() == "button" {
		return act, nil
	}
	st, err := input{e}.state(value)
	maps.Copy(act, st)
	return act, err
}

// values is state.values: what all inputs hold, with one of them changed.
func values(blocks json.RawMessage, changed blockkit.Element, value string) map[string]map[string]any {
	all := map[string]map[string]any{}
	for _, e := range blockkit.Interactives(blocks) {
		if e.Kind() == "button" || e.Kind() == "overflow" {
			continue
		}
		given := input{e}.initial()
		if e.BlockID == changed.BlockID && e.ActionID() == changed.ActionID() {
			given = value
		}
		if st, err := (input{e}).state(given); err == nil {
			put(all, e, st)
		}
	}
	return all
}

// put stores the state of an element where state.values has it: by block, then by action.
func put(all map[string]map[string]any, e blockkit.Element, st map[string]any) {
	if all[e.BlockID] == nil {
		all[e.BlockID] = map[string]any{}
	}
	all[e.BlockID][e.ActionID()] = st
}

// PressInView acts on an element of the modal that a person has in front of them.
func (s *Hands) PressInView(ctx context.Context, userID, action, value string) Response {
	payload, err := s.viewActionPayload(userID, action, value)
	if err != nil {
		return Response{Err: err}
	}
	return s.bot.interact(ctx, payload)
}

// viewActionPayload is what the bot gets for an act in the modal that is in front.
func (s *Hands) viewActionPayload(userID, action, value string) (wire.Answer, error) {
	s.ws.Lock()
	defer s.ws.Unlock()
	v, u, err := s.front(userID)
	if err != nil {
		return nil, err
	}
	return pressed(s, v, u, action, value)
}

// pressed is what the bot hears of an element of a view that somebody acts on. Slack gives no address for answers along.
func pressed(s *Hands, v *workspace.View, u *workspace.User, action, value string) (wire.Answer, error) {
	e, err := pick(v.Blocks, action)
	if err != nil {
		return nil, err
	}
	act, err := s.action(e, value)
	if err != nil {
		return nil, err
	}
	shape := s.ws.App.ShapeView(v)
	shape["state"] = wire.Answer{"values": values(v.Blocks, e, value)}
	payload := s.payload("block_actions", u)
	maps.Copy(payload, wire.Answer{
		"container": wire.Answer{"type": "view", "view_id": v.ID}, "view": shape,
		"actions": []any{act}, "trigger_id": s.ws.Screens.NewTrigger(u.ID),
	})
	return payload, nil
}

// front finds the modal that a person has in front of them.
func (s *Hands) front(userID string) (*workspace.View, *workspace.User, error) {
	u := s.ws.User(userID)
	if u == nil {
		return nil, nil, &NoSuch{What: "person", Name: userID}
	}
	stack := s.ws.Screens.Of(userID)
	if len(stack) == 0 {
		return nil, nil, &NoSuch{What: "open modal of", Name: userID}
	}
	return stack[len(stack)-1], u, nil
}

// SubmitView fills the modal that a person has in front of them and submits it.
// Inputs are named by action id or block id; those not named keep their initial
// value. Values are given as for [Hands.Choose]. An empty answer closes the modal;
// errors, update, push and clear do what they do in Slack.
func (s *Hands) SubmitView(ctx context.Context, userID string, inputs map[string]string) Response {
	payload, viewID, err := s.submission(userID, inputs)
	if err != nil {
		return Response{Err: err}
	}
	resp := s.bot.interact(ctx, payload)
	if resp.Err == nil {
		resp.Errors, resp.Err = s.afterSubmit(viewID, resp)
	}
	return resp
}

// submission is what the bot gets for a filled modal, with the id of the view: the answer is about that one, whatever is in
// front by then.
func (s *Hands) submission(userID string, inputs map[string]string) (wire.Answer, string, error) {
	s.ws.Lock()
	defer s.ws.Unlock()
	v, u, err := s.front(userID)
	if err != nil {
		return nil, "", err
	}
	filled, err := fill(v, inputs)
	if err != nil {
		return nil, "", err
	}
	shape := s.ws.App.ShapeView(v)
	shape["state"] = wire.Answer{"values": filled}
	payload := s.payload("view_submission", u)
	maps.Copy(payload, wire.Answer{"view": shape, "trigger_id": s.ws.Screens.NewTrigger(u.ID), "response_urls": []any{}})
	return payload, v.ID, nil
}

// fill is the state of a view with these inputs, or why Slack would not submit it. An input that nobody named by action or
// block is an error, for the test that gave it would believe it was typed in.
func fill(v *workspace.View, inputs map[string]string) (map[string]map[string]any, error) {
	all := map[string]map[string]any{}
	used := map[string]bool{}
	for _, e := range blockkit.Interactives(v.Blocks) {
		if e.Kind() == "button" || e.Kind() == "overflow" {
			continue
		}
		given, name := input{e}.initial(), e.ActionID()
		if _, ok := inputs[name]; !ok {
			name = e.BlockID
		}
		if in, ok := inputs[name]; ok {
			given, used[name] = in, true
		}
		if err := (input{e}).accepts(given); err != nil {
			return nil, err
		}
		st, err := input{e}.state(given)
		if err != nil {
			return nil, err
		}
		put(all, e, st)
	}
	for name := range inputs {
		if !used[name] {
			return nil, &NoSuch{What: "input", Name: name}
		}
	}
	return all, nil
}
