package workspace

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/oncalm/oncalm/bot/slackfake/blockkit"
	"github.com/oncalm/oncalm/bot/slackfake/wire"
)

// MaxStack is how many modals may be open on top of each other.
const MaxStack = 3

// triggerLife is how long a trigger is good for: by Slack's documentation, three seconds.
const triggerLife = 3 * time.Second

// Screens are what people have open: modals, and the home tabs that the bot published.
type Screens struct {
	ids      *IDs
	changes  *Changes
	views    []*View          // all modals that are open; of one person, the last is on top
	homes    map[string]*View // by person
	triggers map[string]*trigger
}

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

	Request map[string]any // as it was sent
}

// trigger is the right to open one modal for a person, soon.
type trigger struct {
	user string
	at   time.Time
	used bool
}

// NewTrigger makes a trigger_id. Old ones are kept for a while, so that a late use is told from one that was never given.
func (s *Screens) NewTrigger(user string) string {
	now := time.Now()
	id := fmt.Sprintf("%d.%d.%s", now.UnixMilli(), s.ids.next(), s.ids.Secret("trigger"))
	if len(s.triggers) > keptKeys {
		maps.DeleteFunc(s.triggers, func(_ string, t *trigger) bool { return now.Sub(t.at) > time.Hour })
	}
	s.triggers[id] = &trigger{user: user, at: now}
	return id
}

// Spend uses a trigger up; it returns whose it was.
func (s *Screens) Spend(id string) (user string, err error) {
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

// Parse reads and judges the view argument.
func (s *Screens) Parse(text, kind string) (*View, error) {
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
		ClearOnClose: fields.ClearOnClose, Blocks: s.ids.FillBlocks(fields.Blocks), Request: req,
	}, nil
}

// Show puts a modal on the person's screen, on top of another or alone.
func (s *Screens) Show(v, under *View) {
	v.ID, v.Hash = s.ids.New("V"), s.ids.Hash()
	v.RootID = v.ID
	if under != nil {
		v.RootID, v.PreviousID = under.RootID, under.ID
	}
	s.views = append(s.views, v)
	s.changes.Mark()
}

// Replace gives an open view new content under its old id.
func (s *Screens) Replace(old, v *View) {
	v.ID, v.User, v.RootID, v.PreviousID, v.Hash = old.ID, old.User, old.RootID, old.PreviousID, s.ids.Hash()
	*old = *v
	s.changes.Mark()
}

// By finds an open modal; nil if there is none.
func (s *Screens) By(is func(*View) bool) *View {
	i := slices.IndexFunc(s.views, is)
	if i < 0 {
		return nil
	}
	return s.views[i]
}

// Of lists the open modals of a person, the top one last.
func (s *Screens) Of(user string) []*View {
	var all []*View
	for _, v := range s.views {
		if v.User == user {
			all = append(all, v)
		}
	}
	return all
}

// CloseAll closes all modals of a person.
func (s *Screens) CloseAll(user string) {
	s.views = slices.DeleteFunc(s.views, func(v *View) bool { return v.User == user })
	s.changes.Mark()
}

// Close closes one modal.
func (s *Screens) Close(id string) {
	s.views = slices.DeleteFunc(s.views, func(v *View) bool { return v.ID == id })
	s.changes.Mark()
}

// Clone is a copy that shares nothing.
func (v *View) Clone() View {
	c := *v
	c.Blocks, c.Request = slices.Clone(v.Blocks), nil
	return c
}

// Home is the home tab of a person; nil if there is none.
func (s *Screens) Home(user string) *View { return s.homes[user] }

// Publish makes a view the home tab of a person.
func (s *Screens) Publish(v *View, user string) {
	v.User, v.ID, v.Hash = user, s.ids.New("V"), s.ids.Hash()
	v.RootID = v.ID
	s.homes[user] = v
	s.changes.Mark()
}
