// Package phones are those of the people in the demo: what is sent to them past Slack arrives here, over the network as it would at
// the real services.
package phones

import (
	"cmp"
	"net/http"
	"slices"
	"sync"

	"github.com/oncalm/oncalm/bot/slackfake/chatpage"
	"github.com/oncalm/oncalm/reach"
	"github.com/oncalm/oncalm/reach/reachtest"
)

// An Owner is who has a phone.
type Owner struct {
	Number string // E.164
	Topic  string // of ntfy
}

// Phones are everybody's. The fields are set before they are used.
type Phones struct {
	Owners map[string]Owner // by Slack user id
	// Rang is told when something has arrived; nil: nobody is.
	Rang func()

	mu    sync.Mutex // lets one message in at a time
	sms   reachtest.SNS
	pushs reachtest.Ntfy
}

// Services are those that deliver: SNS, and ntfy, calls to which are not signed.
func (p *Phones) Services() map[string]http.Handler {
	return map[string]http.Handler{"sns": p.ringing(&p.sms), "": p.ringing(&p.pushs)}
}

func (p *Phones) ringing(service http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		service.ServeHTTP(w, r)
		p.mu.Unlock()
		if p.Rang != nil {
			p.Rang()
		}
	})
}

// Arrived are all that came to somebody's phone, the oldest first.
func (p *Phones) Arrived(user string) (all []chatpage.Arrival) {
	owner, known := p.Owners[user]
	if !known {
		return nil
	}
	for _, m := range p.sms.Sent() {
		if m.To == owner.Number {
			all = append(all, chatpage.Arrival{Kind: reach.SMS, At: m.At, Text: m.Text})
		}
	}
	for _, m := range p.pushs.Sent() {
		if m.Topic == owner.Topic {
			all = append(all, chatpage.Arrival{Kind: reach.Push, At: m.At, Title: m.Title, Text: m.Message, Link: m.Click})
		}
	}
	slices.SortStableFunc(all, func(a, b chatpage.Arrival) int { return cmp.Compare(a.At.UnixNano(), b.At.UnixNano()) })
	return all
}
