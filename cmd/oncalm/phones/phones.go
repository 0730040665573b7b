// Package phones are those of the people in the demo: what is sent to them past Slack arrives here, over the network as it would at
// the real services.
package phones

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/oncalm/oncalm/bot/slackfake/chatpage"
	"github.com/oncalm/oncalm/reach"
	"github.com/oncalm/oncalm/reach/links"
	"github.com/oncalm/oncalm/reach/reachtest"
	"github.com/oncalm/oncalm/text"
)

// An Owner is who has a phone, which gets their mail, too.
type Owner struct {
	Number  string // E.164
	Topic   string // of ntfy
	Address string // of e-mail
}

// Phones are everybody's. The fields are set before they are used.
type Phones struct {
	Owners map[string]Owner // by Slack user id
	// Rang is told when something has arrived; nil: nobody is.
	Rang func()

	mu     sync.Mutex // lets one message in at a time
	texts  reachtest.SNS
	mails  reachtest.SES
	calls  reachtest.Telephony
	pushes reachtest.Ntfy
}

// Services are those that deliver, by the name for which calls are signed: AWS's, and ntfy, calls to which are not signed.
func (p *Phones) Services() map[string]http.Handler {
	return map[string]http.Handler{"sns": p.ringing(&p.texts), "ses": p.ringing(&p.mails), "sms-voice": p.ringing(&p.calls),
		"": p.ringing(&p.pushes)}
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

// preview is what a phone shows of a message before it is opened: the first paragraph behind the heading, cut, and the link to press.
func preview(m reachtest.Email) chatpage.Arrival {
	const most = 120
	said := m.Text
	if _, after, ok := strings.Cut(said, "\n\n"); ok {
		said = after
	}
	a := chatpage.Arrival{Kind: reach.Email, At: m.At, Title: m.Subject, Text: text.Clip(text.Line(said), most)}
	for word := range strings.FieldsSeq(m.Text) {
		if strings.Contains(word, links.Route) {
			a.Link = word
		}
	}
	return a
}

// Arrived are all that came to somebody's phone, the oldest first.
func (p *Phones) Arrived(user string) (all []chatpage.Arrival) {
	owner, known := p.Owners[user]
	if !known {
		return nil
	}
	for _, m := range slices.Concat(p.texts.Sent(), p.calls.Texts()) {
		if m.To == owner.Number {
			all = append(all, chatpage.Arrival{Kind: reach.SMS, At: m.At, Text: m.Text})
		}
	}
	for _, m := range p.calls.Rang() {
		if m.To == owner.Number {
			all = append(all, chatpage.Arrival{Kind: reach.Call, At: m.At, Text: m.Said})
		}
	}
	for _, m := range p.mails.Sent() {
		if m.To == owner.Address {
			all = append(all, preview(m))
		}
	}
	for _, m := range p.pushes.Sent() {
		if m.Topic == owner.Topic {
			all = append(all, chatpage.Arrival{Kind: reach.Push, At: m.At, Title: m.Title, Text: m.Message, Link: m.Click})
		}
	}
	slices.SortStableFunc(all, func(a, b chatpage.Arrival) int { return cmp.Compare(a.At.UnixNano(), b.At.UnixNano()) })
	return all
}
