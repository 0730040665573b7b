// Package sms pages people by SMS, through SNS or End User Messaging of the team's own AWS account.
//
// An SMS is one message, or two parts where its signs are not those of GSM's alphabet (package gsm). It says how bad it is, which
// incident, what of, and has the link to acknowledge it. Nobody can look whether an SMS was sent: an attempt that may have got through
// is made once more, and no more.
package sms

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sns/types"

	"github.com/oncalm/oncalm/paging"
	"github.com/oncalm/oncalm/reach"
	"github.com/oncalm/oncalm/reach/gsm"
)

// Channel is the channel "sms". Its fields are set before it is used.
type Channel struct {
	AWS   reach.AWS
	From  string                                                           // a number, or the name of a sender; may be empty
	Send  Sender                                                           // nil: through SNS
	Phone func(person string) string                                       // E.164; empty if none is known
	Link  func(ctx context.Context, incident, page string) (string, error) // to acknowledge; empty if there are none
}

// Page implements [paging.Channel].
func (c *Channel) Page(ctx context.Context, key string, p paging.Page) (paging.Receipt, error) {
	phone := c.Phone(p.Person)
	if phone == "" {
		return paging.Receipt{}, noPhone(p.Person)
	}
	link, err := c.Link(ctx, p.Incident.ID, key)
	if err != nil {
		return paging.Receipt{}, err
	}
	return c.send(ctx, phone, Text(p, link))
}

// Say implements [reach.Sayer].
func (c *Channel) Say(ctx context.Context, _ string, n reach.Note) (paging.Receipt, error) {
	phone := c.Phone(n.Person)
	if phone == "" {
		return paging.Receipt{}, noPhone(n.Person)
	}
	end := ""
	if n.Link != "" {
		end = tail(n.Link)
	}
	return c.send(ctx, phone, gsm.Fit("", n.Text, end))
}

// Admit implements [paging.Joiner]: an SMS may go at any time.
func (c *Channel) Admit(_ string, _ int, now time.Time) (next time.Time, ok bool) { return now, true }

// Sent implements [paging.Joiner]: nobody can look.
func (c *Channel) Sent(context.Context, string, string, time.Time) (paging.Receipt, bool) {
	return paging.Receipt{}, false
}

// PageAll implements [paging.Joiner]. The message tells of the worst incident, whose link it has, and how many others there are.
func (c *Channel) PageAll(ctx context.Context, _ string, j paging.Joint) (paging.Receipt, error) {
	phone := c.Phone(j.Person)
	if phone == "" {
		return paging.Receipt{}, noPhone(j.Person)
	}
	worst := j.Pages[0]
	link, err := c.Link(ctx, worst.Incident.ID, reach.KeyOf(worst, reach.SMS))
	if err != nil {
		return paging.Receipt{}, err
	}
	return c.send(ctx, phone, JointText(j, link))
}

func noPhone(person string) error {
	return &paging.Undeliverable{Err: errors.New(person + " has no phone number: add people." + person + ".phone")}
}

// send sends a text to a phone.
func (c *Channel) send(ctx context.Context, phone, text string) (paging.Receipt, error) {
	ctx, attempt := reach.Try(ctx, phone)
	cfg, err := c.AWS(ctx)
	if err != nil {
		return paging.Receipt{}, attempt.Failure(err)
	}
	send := c.Send
	if send == nil {
		send = publish
	}
	message, err := send(ctx, cfg, c.From, phone, text)
	if err != nil {
		return paging.Receipt{}, attempt.Failure(err)
	}
	return paging.Receipt{Message: message}, nil
}

// A Sender sends a text to a phone once, and returns the name of the message; from may be empty.
type Sender func(ctx context.Context, cfg aws.Config, from, to, text string) (string, error)

// publish is the sender of SNS.
func publish(ctx context.Context, cfg aws.Config, from, to, text string) (string, error) {
	out, err := sns.NewFromConfig(reach.Once(cfg)).Publish(ctx, &sns.PublishInput{
		PhoneNumber: &to, Message: &text, MessageAttributes: attributes(from),
	})
	if err != nil {
		return "", err
	}
	return aws.ToString(out.MessageId), nil
}

// attributes say that it is urgent, and who it is from.
func attributes(from string) map[string]types.MessageAttributeValue {
	text := func(s string) types.MessageAttributeValue {
		return types.MessageAttributeValue{DataType: aws.String("String"), StringValue: &s}
	}
	all := map[string]types.MessageAttributeValue{"AWS.SNS.SMS.SMSType": text("Transactional")}
	switch {
	case from == "":
	case strings.HasPrefix(from, "+"):
		all["AWS.MM.SMS.OriginationNumber"] = text(from)
	default:
		all["AWS.SNS.SMS.SenderID"] = text(from)
	}
	return all
}

// Text is what the SMS of a page says.
func Text(p paging.Page, link string) string {
	head := reach.Heading(&p.Incident)
	if p.Reminder {
		head += "still open: "
	}
	return gsm.Fit(head, reach.Subject(&p.Incident), tail(link))
}

// JointText is what an SMS says of several incidents, the worst first.
func JointText(j paging.Joint, link string) string {
	worst := j.Pages[0]
	if len(j.Pages) == 1 {
		return Text(worst, link)
	}
	head := reach.Heading(&worst.Incident) + "and " + strconv.Itoa(len(j.Pages)-1) + " more: "
	return gsm.Fit(head, reach.Subject(&worst.Incident), tail(link))
}

// tail ends a text: with a link on which to press, or by saying where to answer.
func tail(link string) string {
	if link == "" {
		return " (answer in Slack)"
	}
	return " " + link
}

var (
	_ paging.Joiner = (*Channel)(nil)
	_ reach.Sayer   = (*Channel)(nil)
)
