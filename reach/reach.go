// Package reach is how people are reached when Slack does not reach them: what all channels but Slack have in common.
//
// Each channel is a room below this one, and a [paging.Channel]; it has lanes and workers of its own ([Groups]), so that one that
// does not answer holds up no other. What AWS answers is read here ([Attempt]): whether a page will ever get through, may have got
// through, or is to be tried again. What is said of a failure goes onto timelines and into the log, so no number of a phone and no
// address stands in it.
package reach

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/paging"
	"github.com/oncalm/oncalm/text"
)

// The names of the channels, in the configuration and on timelines.
const (
	SMS   = "sms"
	Push  = "push"
	Email = "email"
	Call  = "call"
)

// Channels are all of them.
func Channels() []string { return []string{SMS, Push, Email, Call} }

const (
	// workers of each channel: so many messages may be under way at a time.
	workers = 16
	// Patience is how long one attempt may take. Three of them, and the pauses between, are less than 12 seconds.
	Patience = 3 * time.Second
)

// Groups are the workers of the outbox that send through these channels. They have no gate as Slack's have: each page is tried
// by itself, and the next channel begins when it fails.
func Groups() (all []outbox.Group) {
	for _, via := range Channels() {
		lanes := paging.Lanes(via)
		all = append(all, outbox.Group{Name: via, Lanes: lanes[:], Workers: workers, Timeout: Patience})
	}
	return all
}

// AWS finds the configuration of AWS's clients.
type AWS func(context.Context) (aws.Config, error)

// Once makes the clients of a configuration try once: whoever calls knows better when to try again.
func Once(cfg aws.Config) aws.Config {
	cfg.RetryMaxAttempts = 1
	cfg.Retryer = func() aws.Retryer { return aws.NopRetryer{} }
	return cfg
}

// forGood are the errors of AWS that another try would not change: who is told, or who tells, has to be changed first.
func forGood() []string {
	return []string{"AccessDenied", "AccessDeniedException", "AuthorizationError", "InvalidParameter", "InvalidParameterValue", "OptedOut",
		"ParameterValueInvalid", "ValidationError", "ValidationException", "UserError", "NotFound", "ResourceNotFoundException",
		// of SES
		"MessageRejected", "MailFromDomainNotVerifiedException", "AccountSuspendedException", "SendingPausedException",
		"BadRequestException", "NotFoundException",
		// of End User Messaging: opted out, not verified, no sender; and the spend limit
		"ConflictException", "ServiceQuotaExceededException"}
}

// deadly reports whether AWS refuses the contact itself, and not who calls.
func deadly(api smithy.APIError) bool {
	code := api.ErrorCode()
	return strings.HasPrefix(code, "OptedOut") || strings.Contains(api.ErrorMessage(), "DESTINATION_PHONE_NUMBER_OPTED_OUT") ||
		strings.HasPrefix(code, "InvalidParameter") && strings.Contains(api.ErrorMessage(), "PhoneNumber")
}

// An Attempt is a call of AWS that may have its effect though no answer comes.
type Attempt struct {
	sent    atomic.Bool
	contact string
}

// Try begins an attempt to reach somebody at a contact, which is shown nowhere.
func Try(ctx context.Context, contact string) (context.Context, *Attempt) {
	a := &Attempt{contact: contact}
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteHeaders: func() { a.sent.Store(true) }}), a
}

// Failure says to paging what the error of the call means for a page.
func (a *Attempt) Failure(err error) error {
	shown := errors.New(Hidden(meaning(err), a.contact))
	status := statusOf(err)
	api, ok := errors.AsType[smithy.APIError](err)
	switch {
	case a.sent.Load() && status < http.StatusMultipleChoices: // no answer, or one that says that it was done
		return &paging.Unsure{Err: shown}
	case !ok:
		return shown
	case deadly(api):
		return &paging.Undeliverable{Err: &Dead{shown}}
	case slices.Contains(forGood(), api.ErrorCode()):
		return &paging.Undeliverable{Err: shown}
	}
	return shown
}

// Lost says to paging what it means for a page that a server which is not AWS's gave no answer. Its address is not shown.
func (a *Attempt) Lost(who string, err error) error {
	if outer, ok := errors.AsType[*url.Error](err); ok {
		err = outer.Err
	}
	shown := errors.New(Hidden(who+" did not answer: "+err.Error(), a.contact))
	if a.sent.Load() {
		return &paging.Unsure{Err: shown}
	}
	return shown
}

// statusOf is that of AWS's answer; 0 if there was none.
func statusOf(err error) int {
	if answer, ok := errors.AsType[*smithyhttp.ResponseError](err); ok {
		return answer.HTTPStatusCode()
	}
	return 0
}

// meaning is what a person reads of an error of AWS's client, without what the client adds.
func meaning(err error) string {
	if api, ok := errors.AsType[smithy.APIError](err); ok {
		return fmt.Sprintf("AWS answered %s: %s", api.ErrorCode(), api.ErrorMessage())
	}
	if status := statusOf(err); status > 0 {
		return fmt.Sprintf("AWS answered with status %d", status)
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return "AWS did not answer in time"
	}
	return "AWS could not be asked: " + err.Error()
}

// number is what may be the number of a phone.
var number = regexp.MustCompile(`\+?[0-9][0-9 ()/-]{5,}[0-9]`)

// address is what may be one of e-mail.
var address = regexp.MustCompile(`[A-Za-z0-9.!#$%&'*+=?^_{|}~-]+@[A-Za-z0-9.-]*[A-Za-z0-9]`)

// Hidden returns what is said of a failure without the contact, and without any number of a phone or address.
func Hidden(said, contact string) string {
	if contact != "" {
		said = strings.ReplaceAll(said, contact, "(contact)")
		said = strings.ReplaceAll(said, strings.TrimPrefix(contact, "+"), "(contact)")
	}
	said = number.ReplaceAllString(address.ReplaceAllString(said, "(address)"), "(number)")
	const most = 200
	return text.Clip(text.Line(said), most)
}

// Heading begins each short message: how bad it is, and which incident.
func Heading(i *incidents.Incident) string { return i.Severity + " #" + i.ID + " " }

// Subject says what an incident is about, for where nothing of it can be opened. What an outsider wrote makes no link.
func Subject(i *incidents.Incident) string {
	return Unlinked(text.Line(i.Service + ": " + i.Title))
}

// Unlinked returns a text of which those who show it make no links.
func Unlinked(s string) string { return linking.ReplaceAllString(s, "$0 ") }

// linking is what makes a link of what stands behind it, in any case of letters.
var linking = regexp.MustCompile(`(?i)://|www\.|mailto:`)

// KeyOf is the key of a page to its person by a channel.
func KeyOf(p paging.Page, via string) string {
	for key, page := range p.Incident.Pages {
		if page.Person == p.Person && page.Via == via {
			return key
		}
	}
	return ""
}
