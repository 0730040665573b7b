package incoming

import (
	"time"

	"github.com/oncalm/oncalm/bot/slack"
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
	Event struct {
		Type   string `json:"type"`
		Tokens struct {
			Bot []string `json:"bot"`
		} `json:"tokens"`
	} `json:"event"`
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
	told := &slack.Event{Type: e.Event.Type}
	told.Revoked = e.Event.Type == "tokens_revoked" && len(e.Event.Tokens.Bot) > 0 || e.Event.Type == "app_uninstalled"
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
