// Package call pages people by ringing their phone, through End User Messaging of the team's own AWS account: a voice says what is the
// matter, twice.
//
// A call cannot be answered but in Slack or with the link of another message. Nobody can look whether a phone has rung: an attempt that
// may have got through is made once more, and no more.
package call

import (
	"context"
	"errors"
	"time"

	"github.com/oncalm/oncalm/paging"
	"github.com/oncalm/oncalm/reach"
	"github.com/oncalm/oncalm/reach/telephony"
)

// Channel is the channel "call". Its fields are set before it is used.
type Channel struct {
	AWS   reach.AWS
	From  string                     // a number of the account, or what else End User Messaging calls from
	Voice string                     // of Polly; empty: Joanna's
	Phone func(person string) string // E.164; empty if none is known
}

// usualVoice speaks if nobody chose another.
const usualVoice = "JOANNA"

// Page implements [paging.Channel].
func (c *Channel) Page(ctx context.Context, _ string, p paging.Page) (paging.Receipt, error) {
	return c.speak(ctx, p.Person, Speech([]paging.Page{p}))
}

// Say implements [reach.Sayer]. A link cannot be said, so there is none.
func (c *Channel) Say(ctx context.Context, _ string, n reach.Note) (paging.Receipt, error) {
	return c.speak(ctx, n.Person, noted(n))
}

// Admit implements [paging.Joiner]: a phone may ring at any time.
func (c *Channel) Admit(_ string, _ int, now time.Time) (next time.Time, ok bool) { return now, true }

// Sent implements [paging.Joiner]: nobody can look.
func (c *Channel) Sent(context.Context, string, string, time.Time) (paging.Receipt, bool) {
	return paging.Receipt{}, false
}

// PageAll implements [paging.Joiner]. The call tells of the worst incident, and how many others there are.
func (c *Channel) PageAll(ctx context.Context, _ string, j paging.Joint) (paging.Receipt, error) {
	return c.speak(ctx, j.Person, Speech(j.Pages))
}

// speak calls a person, and has a voice say that.
func (c *Channel) speak(ctx context.Context, person, ssml string) (paging.Receipt, error) {
	phone := c.Phone(person)
	if phone == "" {
		return paging.Receipt{}, &paging.Undeliverable{
			Err: errors.New(person + " has no phone number: add people." + person + ".phone")}
	}
	ctx, attempt := reach.Try(ctx, phone)
	cfg, err := c.AWS(ctx)
	if err != nil {
		return paging.Receipt{}, attempt.Failure(err)
	}
	voice := c.Voice
	if voice == "" {
		voice = usualVoice
	}
	message, err := telephony.Ring(ctx, cfg, c.From, voice, phone, ssml)
	if err != nil {
		return paging.Receipt{}, attempt.Failure(err)
	}
	return paging.Receipt{Message: message}, nil
}

var (
	_ paging.Joiner = (*Channel)(nil)
	_ reach.Sayer   = (*Channel)(nil)
)
