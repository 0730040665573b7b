package chatpage

import (
	"time"

	"github.com/oncalm/oncalm/bot/slackfake/wire"
	"github.com/oncalm/oncalm/bot/slackfake/workspace"
)

// An Arrival is what came to somebody's phone, past Slack.
type Arrival struct {
	Kind  string // "sms", "push", "call" or "email"
	At    time.Time
	Title string // may be empty
	Text  string // may have an address in it, which can be opened
	Link  string // to open; may be empty
}

// shownArrivals is how many of them the phone shows.
const shownArrivals = 4

// Rang says that something has come to somebody's phone.
func (p *Page) Rang() {
	p.ws.Lock()
	defer p.ws.Unlock()
	p.ws.Changes.Mark()
}

// phone is what came to the phone of a person, the newest first, and how much that is by now.
func (s screen) phone(me *workspace.User) wire.Answer {
	shown, all := []wire.Answer{}, s.arrivals(me.ID)
	for n := len(all) - 1; n >= 0 && len(shown) < shownArrivals; n-- {
		a := all[n]
		shown = append(shown, wire.Answer{"kind": a.Kind, "at": a.At.UnixMilli(), "title": a.Title, "text": a.Text, "link": a.Link})
	}
	return wire.Answer{"count": len(all), "arrivals": shown}
}

func (s screen) arrivals(user string) []Arrival {
	if s.p.o.Phone == nil {
		return nil
	}
	return s.p.o.Phone(user)
}
