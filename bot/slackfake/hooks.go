package slackfake

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"net/http"
	"strconv"
	"time"

	"github.com/oncalm/oncalm/bot/slackfake/wire"
)

const (
	hookUses = 5
	hookLife = 30 * time.Minute

	// keptKeys is how many response URLs and triggers may stand before those long
	// past are swept.
	keptKeys = 1000
)

// hook is a response_url: a way back into a conversation, for a while.
type hook struct {
	path     string
	channel  string
	user     string // who acted: the one who sees ephemeral answers
	original string // ts of the message acted on; "" for commands
	thread   string // of that message
	asked    string // the slash command as it was typed; "" for interactions
	at       time.Time
	uses     int
}

// secret makes an unguessable part for an id; the same in every run, so that
// goldens hold.
func (s *Slack) secret(purpose string) string {
	s.serial++
	mac := hmac.New(sha256.New, []byte(s.opts.SigningSecret))
	mac.Write([]byte(purpose + strconv.Itoa(s.serial)))
	return hex.EncodeToString(mac.Sum(nil))[:32]
}

// newHook makes a response_url. kind is "commands" or "actions".
func (s *Slack) newHook(kind string, h hook) string {
	s.serial++
	h.path = "/" + kind + "/" + s.opts.Team.ID + "/" + strconv.Itoa(s.serial) + "/" + s.secret("hook")
	h.at = time.Now()
	if len(s.hooks) > keptKeys {
		maps.DeleteFunc(s.hooks, func(_ string, o *hook) bool { return h.at.Sub(o.at) > 2*hookLife })
	}
	s.hooks[h.path] = &h
	host := s.opts.BaseURL
	if host == "" {
		host = "https://hooks.slack.com"
	}
	return host + h.path
}

// respond is a POST to a response_url.
func (s *Slack) respond(path string, a wire.Args) (wire.Answer, error) {
	h := s.hooks[path]
	switch {
	case h == nil:
		return nil, &wire.Refusal{Code: "invalid_url", Status: http.StatusNotFound}
	case h.uses >= hookUses:
		return nil, &wire.Refusal{Code: "used_url", Status: http.StatusNotFound}
	case time.Since(h.at) > hookLife:
		return nil, &wire.Refusal{Code: "expired_url", Status: http.StatusNotFound}
	}
	h.uses++
	_, err := s.answerBy(h, a)
	return nil, err
}

// answerBy lets an answer land in the conversation that h leads to. It returns the
// message that was posted or changed; nil if one was deleted.
func (s *Slack) answerBy(h *hook, a wire.Args) (*Message, error) {
	c := s.conv(h.channel)
	if c == nil {
		return nil, wire.Refuse("channel_not_found")
	}
	original := c.message(h.original)
	if a.Bool("delete_original") {
		if original == nil {
			return nil, wire.Refuse("message_not_found")
		}
		c.remove(original)
		s.changed()
		return nil, nil
	}
	m, err := content(a)
	switch {
	case err != nil:
		return nil, err
	case m.empty():
		return nil, wire.Refuse("no_text")
	}
	if original != nil && a.Bool("replace_original") {
		s.edit(original, m, a)
		return original, nil
	}
	m.User, m.Bot, m.ThreadTS, m.Asked = s.opts.BotUserID, true, a["thread_ts"], h.asked
	if m.ThreadTS == "" {
		m.ThreadTS = h.thread
	}
	if a["response_type"] != "in_channel" {
		m.Ephemeral, m.Metadata = h.user, nil
	}
	return s.add(c, m), nil
}
