package slackfake

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/oncalm/oncalm/bot/slackfake/blockkit"
	"github.com/oncalm/oncalm/bot/slackfake/wire"
)

const (
	triggerLife = 3 * time.Second
	maxStack    = 3 // modals on top of each other
)

// View is an open modal, or a published home tab.
type View struct {
	ID              string
	User            string // who sees it
	Type            string // "modal" or "home"
	Title           string
	Submit          string // label of the button; "" if it cannot be submitted
	CallbackID      string
	ExternalID      string
	PrivateMetadata string
	Hash            string // changes with every update
	RootID          string
	PreviousID      string
	NotifyOnClose   bool
	ClearOnClose    bool
	Blocks          json.RawMessage // with block ids filled in

	request map[string]any // as it was sent
}

// trigger is the right to open one modal for a person, soon.
type trigger struct {
	user string
	at   time.Time
	used bool
}

// newTrigger makes a trigger_id.
func (s *Slack) newTrigger(user string) string {
	s.serial++
	now := time.Now()
	id := fmt.Sprintf("%d.%d.%s", now.UnixMilli(), s.serial, s.secret("trigger"))
	if len(s.triggers) > keptKeys {
		maps.DeleteFunc(s.triggers, func(_ string, t *trigger) bool { return now.Sub(t.at) > time.Hour })
	}
	s.triggers[id] = &trigger{user: user, at: now}
	return id
}

// spend uses a trigger up; it returns whose it was.
func (s *Slack) spend(id string) (user string, err error) {
	t := s.triggers[id]
	switch {
	case t == nil:
		return "", wire.Refuse("invalid_trigger_id")
	case t.used:
		return "", wire.Refuse("exchanged_trigger_id")
	case time.Since(t.at) > triggerLife:
		return "", wire.Refuse("expired_trigger_id")
	}
	t.used = true
	return t.user, nil
}

// parseView reads and judges the view argument.
func (s *Slack) parseView(text, kind string) (*View, error) {
	req, err := blockkit.ParseView(text, kind)
	if err != nil {
		return nil, err
	}
	var fields struct {
		Type            string                `json:"type"`
		Title           struct{ Text string } `json:"title"`
		Submit          struct{ Text string } `json:"submit"`
		CallbackID      string                `json:"callback_id"`
		ExternalID      string                `json:"external_id"`
		PrivateMetadata string                `json:"private_metadata"`
		NotifyOnClose   bool                  `json:"notify_on_close"`
		ClearOnClose    bool                  `json:"clear_on_close"`
		Blocks          json.RawMessage       `json:"blocks"`
	}
	if err := json.Unmarshal([]byte(text), &fields); err != nil {
		return nil, wire.Invalid("invalid_arguments", []string{err.Error() + " [json-pointer:/view]"})
	}
	return &View{
		Type: fields.Type, Title: fields.Title.Text, Submit: fields.Submit.Text,
		CallbackID: fields.CallbackID, ExternalID: fields.ExternalID,
		PrivateMetadata: fields.PrivateMetadata, NotifyOnClose: fields.NotifyOnClose,
		ClearOnClose: fields.ClearOnClose, Blocks: s.fillBlockIDs(fields.Blocks), request: req,
	}, nil
}

func (s *Slack) viewsOpen(a wire.Args) (wire.Answer, error) {
	v, err := s.parseView(a["view"], "modal")
	if err != nil {
		return nil, err
	}
	if v.ExternalID != "" && s.viewBy(func(o *View) bool { return o.ExternalID == v.ExternalID }) != nil {
		return nil, wire.Refuse("duplicate_external_id")
	}
	if v.User, err = s.spend(a["trigger_id"]); err != nil {
		return nil, err
	}
	s.dropViews(v.User)
	return s.show(v, nil), nil
}

func (s *Slack) viewsPush(a wire.Args) (wire.Answer, error) {
	v, err := s.parseView(a["view"], "modal")
	if err != nil {
		return nil, err
	}
	if v.User, err = s.spend(a["trigger_id"]); err != nil {
		return nil, err
	}
	stack := s.stack(v.User)
	switch {
	case len(stack) == 0:
		return nil, wire.Refuse("not_found")
	case len(stack) >= maxStack:
		return nil, wire.Refuse("push_limit_reached")
	}
	return s.show(v, stack[len(stack)-1]), nil
}

func (s *Slack) viewsUpdate(a wire.Args) (wire.Answer, error) {
	old := s.viewBy(func(v *View) bool {
		return a["view_id"] != "" && v.ID == a["view_id"] || a["external_id"] != "" && v.ExternalID == a["external_id"]
	})
	if old == nil {
		return nil, wire.Refuse("not_found")
	}
	if a["hash"] != "" && a["hash"] != old.Hash {
		return nil, wire.Refuse("hash_conflict")
	}
	v, err := s.parseView(a["view"], "modal")
	if err != nil {
		return nil, err
	}
	s.replaceView(old, v)
	return wire.Answer{"view": s.shapeView(old)}, nil
}

func (s *Slack) viewsPublish(a wire.Args) (wire.Answer, error) {
	u := s.user(a["user_id"])
	if u == nil {
		return nil, wire.Refuse("user_not_found")
	}
	v, err := s.parseView(a["view"], "home")
	if err != nil {
		return nil, err
	}
	if old := s.homes[u.ID]; old != nil && a["hash"] != "" && a["hash"] != old.Hash {
		return nil, wire.Refuse("hash_conflict")
	}
	v.User, v.ID, v.Hash = u.ID, s.id("V"), s.newHash()
	v.RootID = v.ID
	s.homes[u.ID] = v
	s.changed()
	return wire.Answer{"view": s.shapeView(v)}, nil
}

// show puts a modal on the person's screen, on top of another or alone.
func (s *Slack) show(v *View, under *View) wire.Answer {
	v.ID, v.Hash = s.id("V"), s.newHash()
	v.RootID = v.ID
	if under != nil {
		v.RootID, v.PreviousID = under.RootID, under.ID
	}
	s.views = append(s.views, v)
	s.changed()
	return wire.Answer{"view": s.shapeView(v)}
}

// replaceView gives an open view new content under its old id.
func (s *Slack) replaceView(old, v *View) {
	v.ID, v.User, v.RootID, v.PreviousID, v.Hash = old.ID, old.User, old.RootID, old.PreviousID, s.newHash()
	*old = *v
	s.changed()
}

func (s *Slack) newHash() string {
	s.serial++
	return fmt.Sprintf("%d.%07d", time.Now().Unix(), s.serial)
}

func (s *Slack) viewBy(is func(*View) bool) *View {
	i := slices.IndexFunc(s.views, is)
	if i < 0 {
		return nil
	}
	return s.views[i]
}

// stack lists the open modals of a person, the top one last.
func (s *Slack) stack(user string) []*View {
	var all []*View
	for _, v := range s.views {
		if v.User == user {
			all = append(all, v)
		}
	}
	return all
}

func (s *Slack) dropViews(user string) {
	s.views = slices.DeleteFunc(s.views, func(v *View) bool { return v.User == user })
	s.changed()
}

func (s *Slack) dropView(id string) {
	s.views = slices.DeleteFunc(s.views, func(v *View) bool { return v.ID == id })
	s.changed()
}

// View returns the modal that a person has in front of them, if any.
func (s *Slack) View(userID string) (View, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	stack := s.stack(userID)
	if len(stack) == 0 {
		return View{}, false
	}
	return stack[len(stack)-1].clone(), true
}

// Home returns the home tab that the bot published for a person, if any.
func (s *Slack) Home(userID string) (View, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	v := s.homes[userID]
	if v == nil {
		return View{}, false
	}
	return v.clone(), true
}

func (v *View) clone() View {
	c := *v
	c.Blocks, c.request = slices.Clone(v.Blocks), nil
	return c
}

// shapeView is a view as the API and the interactions show it.
func (s *Slack) shapeView(v *View) wire.Answer {
	out := wire.Answer{
		"id": v.ID, "team_id": s.opts.Team.ID, "type": v.Type, "blocks": v.Blocks,
		"private_metadata": v.PrivateMetadata, "callback_id": v.CallbackID, "external_id": v.ExternalID,
		"state": wire.Answer{"values": wire.Answer{}}, "hash": v.Hash,
		"clear_on_close": v.ClearOnClose, "notify_on_close": v.NotifyOnClose, "submit_disabled": false,
		"root_view_id": v.RootID, "previous_view_id": nil,
		"app_id": s.opts.AppID, "app_installed_team_id": s.opts.Team.ID, "bot_id": s.opts.BotID,
		"title": v.request["title"], "submit": v.request["submit"], "close": v.request["close"],
	}
	if v.PreviousID != "" {
		out["previous_view_id"] = v.PreviousID
	}
	if v.Blocks == nil {
		out["blocks"] = []any{}
	}
	return out
}
