package incoming

import (
	"encoding/json"
	"time"

	"github.com/oncalm/oncalm/bot/slack"
	"github.com/oncalm/oncalm/bot/slack/spoken"
)

// occurrence is what we read of an event.
type occurrence struct {
	Type      string `json:"type"`
	Challenge string `json:"challenge"`
	Team      string `json:"team_id"`
	Grid      string `json:"enterprise_id"`
	App       string `json:"api_app_id"`
	Minute    int64  `json:"minute_rate_limited"`
	// Installed are those for whom the app was installed: one of them is us.
	Installed []struct {
		Team string `json:"team_id"`
		Grid string `json:"enterprise_id"`
	} `json:"authorizations"`
	Event json.RawMessage `json:"event"`
}

// happening is the event itself. Those that are about a message name it in various ways.
type happening struct {
	Type   string `json:"type"`
	Tokens struct {
		Bot []string `json:"bot"`
	} `json:"tokens"`

	User     string `json:"user"`
	Tab      string `json:"tab"`
	Reaction string `json:"reaction"`
	Subtype  string `json:"subtype"`
	Channel  string `json:"channel"`
	Pinned   string `json:"channel_id"`
	Deleted  string `json:"deleted_ts"`

	Message json.RawMessage `json:"message"`
	Item    struct {
		Type    string          `json:"type"`
		Channel string          `json:"channel"`
		TS      string          `json:"ts"`
		Message json.RawMessage `json:"message"`
	} `json:"item"`
}

// about fills in which message an event is about, and what was done to it.
func (h *happening) about(e *slack.Event, raw json.RawMessage) {
	var m spoken.Message
	switch h.Type {
	case "reaction_added", "reaction_removed":
		m.Channel, m.TS, e.Reaction = h.Item.Channel, h.Item.TS, h.Reaction
	case "pin_added", "pin_removed":
		pinned := spoken.Read(h.Pinned, h.Item.Message)
		m.Channel, m.TS, m.Thread = h.Pinned, pinned.TS, pinned.Thread
	case "app_home_opened":
		if h.Tab != "messages" { // that is the other tab: the conversation
			e.User = h.User
		}
	case "message":
		switch h.Subtype {
		case "message_changed":
			m = spoken.Read(h.Channel, h.Message)
		case "message_deleted":
			m.Channel, m.TS, e.Gone = h.Channel, h.Deleted, true
		default:
			m = spoken.Read(h.Channel, raw)
		}
	}
	if m.Channel != "" && m.TS != "" {
		e.Message, e.User = &m, h.User
	}
}

// Event reads what Slack tells us of. Events that we do not know are requests as well.
func Event(payload []byte, _ string) (Parsed, error) {
	var e occurrence
	if err := readJSON(payload, &e); err != nil {
		return Parsed{}, ErrForm
	}
	switch e.Type {
	case "url_verification":
		return Parsed{Challenge: e.Challenge}, nil
	case "app_rate_limited":
		return Parsed{Throttled: time.Unix(e.Minute, 0).UTC()}, nil
	case "event_callback":
	default:
		return Parsed{}, nil
	}
	var h happening
	_ = json.Unmarshal(e.Event, &h) // events that we do not know may have other types of fields
	told := &slack.Event{Type: h.Type}
	told.Revoked = h.Type == "tokens_revoked" && len(h.Tokens.Bot) > 0 || h.Type == "app_uninstalled"
	h.about(told, e.Event)
	return Parsed{Request: slack.Request{From: e.origin(), Event: told}}, nil
}

// origin is where the app was installed that the event is for: in a shared channel it may happen elsewhere.
func (e *occurrence) origin() slack.Origin {
	o := slack.Origin{Team: e.Team, Enterprise: e.Grid, App: e.App}
	if len(e.Installed) > 0 {
		o.Team, o.Enterprise = e.Installed[0].Team, e.Installed[0].Grid
	}
	return o
}
