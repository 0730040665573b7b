// Package push pages people by a push message through ntfy: a server of one's own, or another.
//
// A message has the severity as its priority, so that a phone rings for the worst also when it is silent, a button that acknowledges
// ([links.Route]), and opens the page of the link when it is pressed. Whoever knows the topic reads what comes there and can
// acknowledge: it is as good as a password, and stands in no log and on no timeline.
package push

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/paging"
	"github.com/oncalm/oncalm/reach"
	"github.com/oncalm/oncalm/text"
)

// Channel is the channel "push". Its fields are set before it is used.
type Channel struct {
	Transport http.RoundTripper                                                // nil: the network
	Topic     func(person string) string                                       // the address of a topic; empty if none is known
	Link      func(ctx context.Context, incident, page string) (string, error) // to acknowledge; empty if there are none
}

// message is what ntfy takes as JSON.
type message struct {
	Topic    string   `json:"topic"`
	Title    string   `json:"title"`
	Message  string   `json:"message"`
	Priority int      `json:"priority"`
	Tags     []string `json:"tags,omitempty"`
	Click    string   `json:"click,omitempty"`
	Actions  []action `json:"actions,omitempty"`
}

// action is a button of a message.
type action struct {
	Action string `json:"action"`
	Label  string `json:"label"`
	URL    string `json:"url"`
	Method string `json:"method,omitempty"`
	Clear  bool   `json:"clear,omitempty"`
}

// Bounds of what is sent. ntfy makes a file of a message of more than 4,096 bytes.
const (
	mostTitle  = 200
	mostText   = 1000
	mostAnswer = 64 << 10
)

// Page implements [paging.Channel].
func (c *Channel) Page(ctx context.Context, key string, p paging.Page) (paging.Receipt, error) {
	link, err := c.Link(ctx, p.Incident.ID, key)
	if err != nil {
		return paging.Receipt{}, err
	}
	said := why(p)
	if p.Reminder {
		said = "Still open: " + said
	}
	return c.send(ctx, p.Person, compose(&p.Incident, said, link))
}

// why tells somebody why it is them.
func why(p paging.Page) string { return "Why you: " + reach.Unlinked(text.Line(p.Why)) + "." }

// Say implements [reach.Sayer].
func (c *Channel) Say(ctx context.Context, _ string, n reach.Note) (paging.Receipt, error) {
	m := message{Title: text.Clip(text.Line(n.Title), mostTitle), Message: text.Clip(text.Clean(n.Text), mostText),
		Priority: priority(incidents.Sev2), Click: n.Link}
	if n.Link != "" {
		m.Actions = []action{
			{Action: "http", Label: n.Label, URL: n.Link, Method: http.MethodPost, Clear: true},
			{Action: "view", Label: "Show", URL: n.Link},
		}
	}
	return c.send(ctx, n.Person, m)
}

// Admit implements [paging.Joiner]: a push message may go at any time.
func (c *Channel) Admit(_ string, _ int, now time.Time) (next time.Time, ok bool) { return now, true }

// Sent implements [paging.Joiner]: nobody looks.
func (c *Channel) Sent(context.Context, string, string, time.Time) (paging.Receipt, bool) {
	return paging.Receipt{}, false
}

// PageAll implements [paging.Joiner]. The message is about the worst incident, whose link it has, and names the others.
func (c *Channel) PageAll(ctx context.Context, _ string, j paging.Joint) (paging.Receipt, error) {
	worst := j.Pages[0]
	link, err := c.Link(ctx, worst.Incident.ID, reach.KeyOf(worst, reach.Push))
	if err != nil {
		return paging.Receipt{}, err
	}
	said := []string{why(worst)}
	for n, p := range j.Pages[1:] {
		if n == 0 {
			said = append(said, "Also:")
		}
		said = append(said, reach.Heading(&p.Incident)+text.Clip(reach.Subject(&p.Incident), mostTitle))
	}
	return c.send(ctx, j.Person, compose(&worst.Incident, strings.Join(said, "\n"), link))
}

// compose puts a message together. The first line of what a phone shows is the title.
func compose(i *incidents.Incident, said, link string) message {
	m := message{Title: text.Clip(reach.Heading(i)+reach.Subject(i), mostTitle),
		Message: text.Clip(text.Clean(said), mostText), Priority: priority(i.Severity)}
	if i.Severity == incidents.Sev1 {
		m.Tags = []string{"rotating_light"}
	}
	if link != "" {
		m.Click = link
		m.Actions = []action{
			{Action: "http", Label: "Acknowledge", URL: link, Method: http.MethodPost, Clear: true},
			{Action: "view", Label: "Show", URL: link},
		}
	}
	return m
}

// priority is ntfy's: 5 rings until somebody looks, 4 is loud, 3 is as others.
func priority(severity string) int {
	const loudest, usual = 5, 3
	switch severity {
	case incidents.Sev1:
		return loudest
	case incidents.Sev2:
		return loudest - 1
	}
	return usual
}

// send publishes a message to the topic of a person.
func (c *Channel) send(ctx context.Context, person string, m message) (paging.Receipt, error) {
	at, err := url.Parse(c.Topic(person))
	if err != nil || at.Host == "" {
		return paging.Receipt{}, &paging.Undeliverable{
			Err: errors.New(person + " has no topic for push messages: add people." + person + ".ntfy")}
	}
	dir, topic := path.Split(at.Path)
	m.Topic = topic
	body, err := json.Marshal(m)
	if err != nil {
		return paging.Receipt{}, fmt.Errorf("push: %w", err)
	}
	ctx, attempt := reach.Try(ctx, topic)
	to := url.URL{Scheme: at.Scheme, Host: at.Host, Path: dir}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, to.String(), bytes.NewReader(body))
	if err != nil {
		return paging.Receipt{}, &paging.Undeliverable{Err: errors.New("the topic for push messages is no address")}
	}
	r.Header.Set("Content-Type", "application/json")
	if password, ok := at.User.Password(); ok {
		r.SetBasicAuth(at.User.Username(), password)
	}
	return c.ask(r, attempt)
}

// ask sends a request, and says what its answer means. Redirects are not followed: the topic goes to nobody else.
func (c *Channel) ask(r *http.Request, attempt *reach.Attempt) (paging.Receipt, error) {
	client := http.Client{Transport: c.Transport, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	}}
	resp, err := client.Do(r)
	if err != nil {
		return paging.Receipt{}, attempt.Lost("the server for push messages", err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, mostAnswer))
	if err != nil {
		return paging.Receipt{}, attempt.Lost("the server for push messages", err)
	}
	said := errors.New("the server for push messages answered with status " + strconv.Itoa(resp.StatusCode))
	switch {
	case resp.StatusCode == http.StatusOK:
		return receipt(answer)
	case resp.StatusCode == http.StatusTooManyRequests:
		return paging.Receipt{}, &outbox.Later{After: time.Second, Err: said}
	case resp.StatusCode >= http.StatusMultipleChoices && resp.StatusCode < http.StatusInternalServerError &&
		resp.StatusCode != http.StatusRequestTimeout:
		return paging.Receipt{}, &paging.Undeliverable{Err: said}
	}
	return paging.Receipt{}, said
}

// receipt reads ntfy's answer. One that is none of ntfy's may be that of a page to log in, for which a message was never sent.
func receipt(answer []byte) (paging.Receipt, error) {
	var in struct {
		ID    string `json:"id"`
		Event string `json:"event"`
	}
	if json.Unmarshal(answer, &in) != nil || in.ID == "" || !strings.EqualFold(in.Event, "message") {
		return paging.Receipt{}, &paging.Unsure{Err: errors.New("the server for push messages did not answer as ntfy does")}
	}
	return paging.Receipt{Message: in.ID}, nil
}

var (
	_ paging.Joiner = (*Channel)(nil)
	_ reach.Sayer   = (*Channel)(nil)
)
