// Package email pages people by e-mail, through SES of the team's own AWS account.
//
// A message has a text and the same as HTML, and the link to acknowledge. SES makes the message out of parts, each of which is one line
// of what may be in a header, so nothing that an alarm says becomes a header of its own. All messages of an incident refer to one that
// does not exist, so that a mailbox shows them as one conversation. Nobody can look whether a message was sent: an attempt that may have
// got through is made once more, and no more.
package email

import (
	"context"
	"errors"
	"net/mail"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	"github.com/aws/aws-sdk-go-v2/service/sesv2/types"

	"github.com/oncalm/oncalm/paging"
	"github.com/oncalm/oncalm/reach"
)

// Channel is the channel "email". Its fields are set before it is used.
type Channel struct {
	AWS     reach.AWS
	From    string                                                           // an address, or a name and an address
	Address func(person string) string                                       // empty if none is known
	Link    func(ctx context.Context, incident, page string) (string, error) // to acknowledge; empty if there are none
}

// Page implements [paging.Channel].
func (c *Channel) Page(ctx context.Context, key string, p paging.Page) (paging.Receipt, error) {
	return c.tell(ctx, p.Person, key, []paging.Page{p})
}

// Say implements [reach.Sayer].
func (c *Channel) Say(ctx context.Context, _ string, n reach.Note) (paging.Receipt, error) {
	to, err := c.addressOf(n.Person)
	if err != nil {
		return paging.Receipt{}, err
	}
	letter, err := note(n)
	if err != nil {
		return paging.Receipt{}, err
	}
	return c.send(ctx, to, letter)
}

// Admit implements [paging.Joiner]: an e-mail may go at any time.
func (c *Channel) Admit(_ string, _ int, now time.Time) (next time.Time, ok bool) { return now, true }

// Sent implements [paging.Joiner]: nobody can look.
func (c *Channel) Sent(context.Context, string, string, time.Time) (paging.Receipt, bool) {
	return paging.Receipt{}, false
}

// PageAll implements [paging.Joiner]. The message tells of the worst incident, whose link it has, and names the others.
func (c *Channel) PageAll(ctx context.Context, _ string, j paging.Joint) (paging.Receipt, error) {
	return c.tell(ctx, j.Person, reach.KeyOf(j.Pages[0], reach.Email), j.Pages)
}

// tell sends what there is to say of pages, the worst first, whose link is made for the page of that key.
func (c *Channel) tell(ctx context.Context, person, key string, pages []paging.Page) (paging.Receipt, error) {
	to, err := c.addressOf(person)
	if err != nil {
		return paging.Receipt{}, err
	}
	link, err := c.Link(ctx, pages[0].Incident.ID, key)
	if err != nil {
		return paging.Receipt{}, err
	}
	letter, err := compose(pages, link)
	if err != nil {
		return paging.Receipt{}, err
	}
	letter.headers = headers(&pages[0].Incident, c.From)
	return c.send(ctx, to, letter)
}

func (c *Channel) addressOf(person string) (string, error) {
	if to := c.Address(person); to != "" {
		return to, nil
	}
	return "", &paging.Undeliverable{Err: errors.New(person + " has no e-mail address: add people." + person + ".email")}
}

// send has SES send a letter.
func (c *Channel) send(ctx context.Context, to string, l letter) (paging.Receipt, error) {
	traced, attempt := reach.Try(ctx, to)
	cfg, err := c.AWS(ctx)
	if err != nil {
		return paging.Receipt{}, attempt.Failure(err)
	}
	client := sesv2.NewFromConfig(reach.Once(cfg))
	out, err := client.SendEmail(traced, &sesv2.SendEmailInput{
		FromEmailAddress: &c.From, Destination: &types.Destination{ToAddresses: []string{to}},
		Content: &types.EmailContent{Simple: &types.Message{
			Subject: content(l.subject), Headers: l.headers, Body: &types.Body{Text: content(l.text), Html: content(l.html)},
		}},
	})
	if err != nil {
		return paging.Receipt{}, attempt.Failure(err)
	}
	if why := suppressed(ctx, client, to); why != "" {
		return paging.Receipt{}, &paging.Undeliverable{Err: &reach.Dead{Err: errors.New(why)}}
	}
	return paging.Receipt{Message: aws.ToString(out.MessageId)}, nil
}

func content(s string) *types.Content {
	return &types.Content{Data: &s, Charset: aws.String("UTF-8")}
}

// lookFor is how long SES may take to say whether it sends anything to somebody.
const lookFor = time.Second

// suppressed says why SES does not deliver what it took: after a message came back, or somebody complained of one, it drops all others
// to that address, and says so only to who asks. Who may not ask, or gets no answer, takes the message for sent.
func suppressed(ctx context.Context, client *sesv2.Client, to string) string {
	ctx, stop := context.WithTimeout(ctx, lookFor)
	defer stop()
	out, err := client.GetSuppressedDestination(ctx, &sesv2.GetSuppressedDestinationInput{EmailAddress: &to})
	if err != nil || out.SuppressedDestination == nil {
		return ""
	}
	return "SES drops what is for this address: it is on the account's suppression list (" +
		string(out.SuppressedDestination.Reason) + ")"
}

// domain is where the sender is, for the names of conversations.
func domain(from string) string {
	if address, err := mail.ParseAddress(from); err == nil {
		return address.Address[strings.LastIndex(address.Address, "@")+1:]
	}
	return "oncalm.invalid"
}

var (
	_ paging.Joiner = (*Channel)(nil)
	_ reach.Sayer   = (*Channel)(nil)
)
