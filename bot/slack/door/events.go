package door

import (
	"net/http"
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

// event is POST /slack/events: 200 to all of them, also to those that we do not know.
func (d *door) event(w http.ResponseWriter, r *http.Request) {
	var e occurrence
	if err := readJSON(readBody(r), &e); err != nil {
		http.Error(w, errForm.Error(), http.StatusBadRequest)
		return
	}
	switch e.Type {
	case "url_verification":
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = w.Write([]byte(e.Challenge)) // a caller who hung up hears nothing
		return
	case "app_rate_limited":
		d.log.Warn("Slack is rate-limiting events, since there are too many", "minute", time.Unix(e.Minute, 0).UTC())
		return
	}
	if e.Type != "event_callback" {
		return
	}
	in := slack.Request{From: e.origin(), At: d.clock.Now(), Event: &slack.Event{Type: e.Event.Type}}
	in.Event.Revoked = e.Event.Type == "tokens_revoked" && len(e.Event.Tokens.Bot) > 0 || e.Event.Type == "app_uninstalled"
	if d.handle(r.Context(), in).Again {
		http.Error(w, "still starting", http.StatusServiceUnavailable) // Slack tries again
	}
}

// origin is where the app was installed that the event is for: in a shared channel it may happen elsewhere.
func (e *occurrence) origin() slack.Origin {
	o := slack.Origin{Team: e.Team, Enterprise: e.Grid, App: e.App}
	if len(e.Installed) > 0 {
		o.Team, o.Enterprise = e.Installed[0].Team, e.Installed[0].Grid
	}
	return o
}
