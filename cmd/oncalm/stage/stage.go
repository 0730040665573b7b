// Package stage is what the demo offers beside Slack: the AWS account whose alarms fire when a visitor says so, and the tour through it.
package stage

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/oncalm/oncalm/alarms/aws"
	"github.com/oncalm/oncalm/alarms/sns"
	"github.com/oncalm/oncalm/bot"
	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/manifest"
	"github.com/oncalm/oncalm/bot/slackfake"
	"github.com/oncalm/oncalm/bot/slackfake/chatpage"
	"github.com/oncalm/oncalm/cmd/oncalm/scenes"
	"github.com/oncalm/oncalm/cmd/oncalm/webshop"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/history"
	"github.com/oncalm/oncalm/store"
)

// A Stage is what a visitor can do to the world around the bot. The zero value is ready to be connected.
type Stage struct {
	url   string // of the bot's public door
	topic *sns.SigningTopic
	slack *slackfake.Slack
	shop  *webshop.Shop
	// Week has the report of the week told now.
	Week func(context.Context) error

	mu     sync.Mutex
	fired  int // alarms, those of storms not counted
	storms int
	firing [][]aws.Example // together what fired together, the newest last
	known  map[string]bool // names of alarms that fired when the store was open before
}

const outage = 30 * time.Second

// Page is what the page of the demo shows, and what its buttons do. Phone is what came to somebody's phone.
func (g *Stage) Page(phone func(user string) []chatpage.Arrival) chatpage.Options {
	return chatpage.Options{
		Title: "Oncalm", Actor: "U0ANA", Beside: "C0INCIDENTS", LocalTime: true, Run: g.run, Phone: phone,
		Welcome: "You are Ana, and on call this week. Fire an alarm, and Oncalm pages you here.",
		Farewell: "Now break things. Fire alarms until checkout-5xx-rate fires again, press Roll back on its card, and " +
			"approve it as Bo: its deployment is taken back, and the alarm says whether that helped. Ignore a page for a " +
			"minute, and Bo is paged. Take Slack down, and fire alarms while it is: at a sev1 or sev2 your phone rings.",
		Commands: suggestions(), Shortcuts: shortcuts(),
		Controls: []chatpage.Control{
			{ID: "fire", Label: "Fire an alarm", Hint: "A CloudWatch alarm goes to ALARM and SNS posts it, signed", Kind: "primary"},
			{ID: "clear", Label: "Clear it", Hint: "What fired last goes back to OK"},
			{ID: "storm", Label: "Storm", Hint: "160 alarms within a second"},
			{ID: "week", Label: "The week is over", Hint: "What its incidents amount to is told in #incidents, as each Monday"},
			{ID: "limits", Label: "Slack's limits", On: func() bool { return g.slack.Limits.AreOn() },
				Hint: "Slack takes about a message a second in a conversation, and so many calls a minute, as the real one does"},
			{ID: "down", Label: "Slack is down for 30 s",
				Hint: "Nothing gets through. Fire alarms while it is down: at a sev1 or sev2 your phone rings, and nothing is lost",
				Kind: "danger"},
		},
		Steps: []chatpage.Step{
			{ID: "fire", Title: "Fire an alarm", Hint: "Press the button above"},
			{ID: "page", Title: "The page arrives", Hint: "A direct message to you, because you are on call"},
			{ID: "ack", Title: "Acknowledge it", Hint: "Press the button in the message, or type /incident ack"},
			{ID: "note", Title: "Say what you see", Hint: "Type /incident note and a few words"},
			{ID: "over", Title: "Clear the alarm", Hint: "Press “Clear it” above: the alarm says OK, and the incident is resolved"},
			{ID: "postmortem", Title: "Read the postmortem", Hint: "Type /incident postmortem"},
		},
	}
}

// suggestions are all that can be said, as the command line of the page offers it. A command without a word comes first: who sends
// it as it is looks, and changes nothing.
func suggestions() (all []chatpage.CommandHelp) {
	for _, room := range bot.Words(bot.Roots{}) {
		for _, w := range append([]chat.Word{room.Silent}, room.Words...) {
			all = append(all, chatpage.CommandHelp{Command: room.Root, Word: w.Name, Args: w.Usage(), Help: w.Help})
		}
	}
	return all
}

// shortcuts are those that the manifest tells the real Slack of.
func shortcuts() (all []chatpage.Shortcut) {
	for _, s := range manifest.Shortcuts() {
		all = append(all, chatpage.Shortcut{Callback: s.Callback, Name: s.Name, Hint: s.About, OnMessage: s.OnMessage})
	}
	return all
}

// Connect tells the stage where the bot is, and Slack through the stage, which takes
// note of what visitors type.
func (g *Stage) Connect(url string, topic *sns.SigningTopic, slack *slackfake.Slack, s *webshop.Shop) {
	g.url, g.topic, g.slack, g.shop = url, topic, slack, s
	slack.Bot.Connect(url, g)
}

// Resume takes up what an earlier demo has left in the store: a name that fired then is not taken again, since an alarm that
// says ALARM twice pages nobody the second time; and what still fires can be cleared, all of it together.
func (g *Stage) Resume(tx store.Tx) error {
	all, err := history.Newest(tx, math.MaxInt)
	if err != nil {
		return err
	}
	g.known = map[string]bool{}
	var left []aws.Example
	for _, i := range all {
		g.known[i.Title] = true
		for _, name := range i.Firing {
			left = append(left, aws.Example{Name: name})
		}
	}
	if len(left) > 0 {
		g.firing = append(g.firing, left)
	}
	return nil
}

// RoundTrip passes Slack's requests on to the bot.
func (g *Stage) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err := errors.Join(err, r.Body.Close()); err != nil {
		return nil, err
	}
	passed := r.Clone(r.Context())
	passed.Body = io.NopCloser(bytes.NewReader(body))
	resp, err := http.DefaultTransport.RoundTrip(passed)
	if form, bad := url.ParseQuery(string(body)); bad == nil && err == nil && readsPostmortem(form) {
		g.slack.Page.Done("postmortem")
	}
	return resp, err
}

func readsPostmortem(form url.Values) bool {
	room := bot.Words(bot.Roots{})[0]
	word, _, _ := strings.Cut(strings.TrimSpace(form.Get("text")), " ")
	w, known := chat.Find(room.Words, word)
	return known && w.Name == "postmortem" && form.Get("command") == room.Root
}

// run does what a button of the stage says.
func (g *Stage) run(ctx context.Context, control string) (message string, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	switch control {
	case "fire":
		x := g.pick()
		if strings.HasPrefix(x.Name, scenes.Deployed) {
			if err := g.deploys(ctx); err != nil {
				return "", err
			}
		}
		if err := g.fire(ctx, x); err != nil {
			return "", err
		}
		return x.Name + " fires", nil
	case "clear":
		return g.clear(ctx)
	case "storm":
		return g.storm(ctx)
	case "week":
		return "The report of the week goes to #incidents", g.Week(ctx)
	case "limits":
		return g.limit(), nil
	case "down":
		g.slack.Faults.DownFor(outage)
		return "Slack does not answer for 30 seconds", nil
	}
	return "", fmt.Errorf("there is no control %q", control)
}

// limit switches Slack's limits on or off.
func (g *Stage) limit() (message string) {
	on := !g.slack.Limits.AreOn()
	g.slack.Limits.On(on)
	if on {
		return "Slack takes no more than the real one now"
	}
	return "Slack takes everything again"
}

// deploys tells of the deployment because of which that alarm fires.
func (g *Stage) deploys(ctx context.Context) error {
	event, err := g.shop.Break(time.Now())
	if err != nil {
		return err
	}
	body, err := g.topic.Sign(event)
	if err != nil {
		return err
	}
	return g.post(ctx, body)
}

// Watch clears that alarm when the deployment was rolled back, until ctx ends.
func (g *Stage) Watch(ctx context.Context) {
	ticks := time.NewTicker(time.Second)
	defer ticks.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticks.C:
		}
		if g.shop.Mended(time.Now()) {
			_ = g.recover(ctx) // the visitor can clear it, too
		}
	}
}

// recover says OK for what fired because of a deployment.
func (g *Stage) recover(ctx context.Context) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	for n, together := range slices.Backward(g.firing) {
		if !strings.HasPrefix(together[0].Name, scenes.Deployed) {
			continue
		}
		x := together[0]
		x.State = incidents.AlarmOK
		if err := g.send(ctx, x); err != nil {
			return err
		}
		g.firing = slices.Delete(g.firing, n, n+1)
		return nil
	}
	return nil
}

// pick returns the next alarm, which has never fired.
func (g *Stage) pick() aws.Example {
	for {
		x := scenes.Nth(g.fired)
		g.fired++
		if !g.known[x.Name] {
			return x
		}
	}
}

// fire lets alarms go off together.
func (g *Stage) fire(ctx context.Context, together ...aws.Example) error {
	for n, x := range together {
		if err := g.send(ctx, x); err != nil {
			return err
		}
		if n == 0 {
			g.firing = append(g.firing, nil)
		}
		last := &g.firing[len(g.firing)-1]
		*last = append(*last, x)
	}
	g.slack.Page.Done("fire")
	return nil
}

func (g *Stage) clear(ctx context.Context) (string, error) {
	if len(g.firing) == 0 {
		return "", errors.New("no alarm is firing; fire one first")
	}
	last := len(g.firing) - 1
	together := g.firing[last]
	for _, x := range together {
		x.State = incidents.AlarmOK
		if err := g.send(ctx, x); err != nil {
			return "", err
		}
	}
	g.firing = g.firing[:last]
	if len(together) == 1 {
		return together[0].Name + " is OK again", nil
	}
	return fmt.Sprintf("%d alarms are OK again", len(together)), nil
}

func (g *Stage) storm(ctx context.Context) (string, error) {
	all := scenes.Storm(g.storms)
	for slices.ContainsFunc(all, func(x aws.Example) bool { return g.known[x.Name] }) {
		g.storms++
		all = scenes.Storm(g.storms)
	}
	g.storms++
	if err := g.fire(ctx, all...); err != nil {
		return "", err
	}
	return fmt.Sprintf("%d alarms fire", len(all)), nil
}

// send posts the alarm's change of now as SNS would.
func (g *Stage) send(ctx context.Context, x aws.Example) error {
	x.At = time.Now()
	g.shop.Alarm(x.Name, x.State, x.At)
	body, err := g.topic.Alarm(x)
	if err != nil {
		return err
	}
	return g.post(ctx, body)
}

// post posts what the topic has signed.
func (g *Stage) post(ctx context.Context, body []byte) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, g.url+"/sns", bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "text/plain; charset=UTF-8")
	r.Header.Set("x-amz-sns-message-type", "Notification")
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(io.LimitReader(resp.Body, 1000))
		return fmt.Errorf("the bot answered %s: %s", resp.Status, bytes.TrimSpace(text))
	}
	return nil
}

// Follow ticks the steps of the tour off. Pages of what an earlier demo left are none that the visitor asked for.
func (g *Stage) Follow(_ store.Tx, _ time.Time, i *incidents.Incident, e incidents.Event) []incidents.Body {
	switch e.Body.(type) {
	case incidents.Delivered:
		if !g.known[i.Title] {
			g.slack.Page.Done("page")
		}
	case incidents.Acknowledged:
		g.slack.Page.Done("ack")
	case incidents.Noted:
		g.slack.Page.Done("note")
	case incidents.Resolved:
		g.slack.Page.Done("over")
	}
	return nil
}
