package incoming

import (
	"crypto/sha256"
	"encoding/hex"
	"time"

	"github.com/oncalm/oncalm/bot/slack"
)

// Parsed is what Slack sent. Of its fields it has one at most; it has none if that is something that we do not offer.
type Parsed struct {
	// Request is what somebody did, or what Slack tells us of. When it came, and whether an answer may be sent where it says, are
	// for the [Desk].
	Request slack.Request
	// Challenge is what Slack wants to hear again, when an address is given to it.
	Challenge string
	// Throttled is the minute in which Slack sent no more events, since there were too many.
	Throttled time.Time
}

// asks reports whether there is a request to handle.
func (p *Parsed) asks() bool {
	r := &p.Request
	return r.Command != nil || r.Action != nil || r.Form != nil || r.Event != nil || r.Shortcut != nil
}

// A Parser reads what was sent. name names it, where nothing in it does.
type Parser func(sent []byte, name string) (Parsed, error)

// ByTrigger is the id of the request with that trigger. Ids are written down and logged, and a trigger is a right to open a form.
func ByTrigger(trigger string) string {
	sum := sha256.Sum256([]byte(trigger))
	return "slack:" + hex.EncodeToString(sum[:16])
}
