package workspace

import (
	"maps"
	"net/http"
	"strconv"
	"time"

	"github.com/oncalm/oncalm/bot/slackfake/wire"
)

// How often a response URL can be used, and how long (Slack's documentation: five times within 30 minutes).
const (
	hookUses = 5
	hookLife = 30 * time.Minute

	// keptKeys is how many response URLs and triggers may stand before those long
	// past are swept.
	keptKeys = 1000
)

// Hook is a response_url: a way back into a conversation, for a while.
type Hook struct {
	path     string
	Channel  string
	User     string // who acted: the one who sees ephemeral answers
	Original string // ts of the message acted on; "" for commands
	Thread   string // of that message
	Asked    string // the slash command as it was typed; "" for interactions
	at       time.Time
	uses     int
}

// Hooks are the response URLs of the workspace.
type Hooks struct {
	app    App
	ids    *IDs
	byPath map[string]*Hook
}

// New makes a response_url. kind is "commands" or "actions".
func (k *Hooks) New(kind string, h Hook) string {
	h.path = "/" + kind + "/" + k.app.Team.ID + "/" + strconv.Itoa(k.ids.next()) + "/" + k.ids.Secret("hook")
	h.at = time.Now()
	if len(k.byPath) > keptKeys {
		maps.DeleteFunc(k.byPath, func(_ string, o *Hook) bool { return h.at.Sub(o.at) > 2*hookLife })
	}
	k.byPath[h.path] = &h
	host := k.app.BaseURL
	if host == "" {
		host = "https://hooks.slack.com"
	}
	return host + h.path
}

// Use counts one use of the response_url with this path. A use that is refused later counts all the same.
func (k *Hooks) Use(path string) (*Hook, error) {
	h := k.byPath[path]
	switch {
	case h == nil:
		return nil, &wire.Refusal{Code: "invalid_url", Status: http.StatusNotFound}
	case h.uses >= hookUses:
		return nil, &wire.Refusal{Code: "used_url", Status: http.StatusNotFound}
	case time.Since(h.at) > hookLife:
		return nil, &wire.Refusal{Code: "expired_url", Status: http.StatusNotFound}
	}
	h.uses++
	return h, nil
}
