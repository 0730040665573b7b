package chatpage

import (
	"net/http"

	"github.com/oncalm/oncalm/bot/slackfake/hands"
	"github.com/oncalm/oncalm/bot/slackfake/wire"
)

// pin pins a message, or takes its pin away.
func (s acts) pin(r *http.Request, in at) (wire.Answer, error) {
	m, err := s.find(in)
	if err != nil {
		return nil, err
	}
	if err := s.p.hands.Pin(r.Context(), in.As, m); err == nil {
		return nil, nil
	}
	return nil, s.p.hands.Unpin(r.Context(), in.As, m)
}

type shortcutRequest struct {
	at        // the message that it is about, if it is about one
	ID string `json:"id"`
}

// shortcut starts one of the app's shortcuts.
func (s acts) shortcut(r *http.Request, in shortcutRequest) (wire.Answer, error) {
	if in.TS == "" {
		return nil, s.p.hands.Shortcut(r.Context(), in.ID, in.As).Err
	}
	m, err := s.find(in.at)
	if err != nil {
		return nil, err
	}
	return nil, s.p.hands.MessageShortcut(r.Context(), m, in.ID, in.As).Err
}

type homeRequest struct {
	at
	Action string `json:"action"` // what was pressed; "" if the tab was opened
}

// home opens the app's home tab, or presses a button there.
func (s acts) home(r *http.Request, in homeRequest) (wire.Answer, error) {
	if down, _ := s.p.faults.IsDown(); down {
		return nil, hands.ErrDown
	}
	if in.Action == "" {
		return nil, hands.OpenHome(r.Context(), s.p.hands, in.As)
	}
	s.p.ws.Lock()
	v := s.p.ws.Screens.Home(in.As)
	s.p.ws.Unlock()
	if v == nil {
		return nil, &hands.NoSuch{What: "home tab of", Name: in.As}
	}
	return nil, hands.PressInHome(r.Context(), s.p.hands, *v, in.Action, in.As).Err
}
