package bot

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/oncalm/oncalm/bot/home"
	"github.com/oncalm/oncalm/bot/slack"
	"github.com/oncalm/oncalm/bot/slack/socket"
	"github.com/oncalm/oncalm/bot/slackfake/faults"
	"github.com/oncalm/oncalm/bot/slackfake/hands"
)

// An exchange is one call of the Web API as it went over the wire, in words of JSON; or what else is said between Slack and us, which is a
// request of the type that its method names.
type exchange struct {
	method  string
	request any
	answer  any   // nil where there is none
	blocks  []any // of both
}

// What is said besides calls, by the types that Slack has for it.
const (
	responded = "RespondArguments" // to a response URL, and as the reply to a command
	viewReply = "ViewResponseAction"
	// acknowledging is what we say over a connection, and enveloped what Slack does.
	acknowledging = "{envelope_id: string, payload?: RespondArguments | ViewResponseAction}"
	enveloped     = "Loose<{envelope_id: string, accepts_response_payload: boolean, retry_attempt?: number, retry_reason?: string} & " +
		"({type: 'slash_commands', payload: SlashCommand} | {type: 'events_api' | 'interactive', payload: object})>"
)

// listening keeps what we ask Slack, and what it answers.
type listening struct {
	http.RoundTripper
	mu  sync.Mutex
	all []exchange
}

func (l *listening) RoundTrip(r *http.Request) (*http.Response, error) {
	method, is := strings.CutPrefix(r.URL.Path, "/api/")
	toURL := r.URL.Host == "hooks.slack.com"
	if !is && !toURL {
		return l.RoundTripper.RoundTrip(r) // the bytes of a file
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	resp, err := l.RoundTripper.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	said, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	resp.Body = io.NopCloser(bytes.NewReader(said))
	e := exchange{method: method, request: arguments(r.Header.Get("Content-Type"), body)}
	if toURL {
		l.said(responded, body)
	} else if json.Unmarshal(said, &e.answer) == nil {
		e.take(e.request)
		e.take(e.answer)
		for _, name := range lacking()[method] {
			without(e.request, name)
			without(e.answer, name)
		}
		l.mu.Lock()
		l.all = append(l.all, e)
		l.mu.Unlock()
	}
	return resp, nil
}

// said keeps what was said besides calls. What has no text is no answer that has a type.
func (l *listening) said(kind string, body []byte) {
	e := exchange{method: kind}
	if len(bytes.TrimSpace(body)) == 0 || json.Unmarshal(body, &e.request) != nil {
		return
	}
	e.take(e.request)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all = append(l.all, e)
}

// take takes the blocks out of a value. They have types of their own, which those of answers only resemble.
func (e *exchange) take(v any) {
	switch v := v.(type) {
	case map[string]any:
		if blocks, is := v["blocks"].([]any); is {
			e.blocks = append(e.blocks, blocks)
			v["blocks"] = []any{}
		}
		for _, val := range v {
			e.take(val)
		}
	case []any:
		for _, val := range v {
			e.take(val)
		}
	}
}

// lacking are fields that Slack's documents have, and the types of its library do not, by methods.
func lacking() map[string][]string {
	return map[string][]string{
		"dnd.info":                   {"snooze_enabled"},
		"files.getUploadURLExternal": {"alt_txt"},
		"conversations.history":      {"pinned_to"},
		"conversations.replies":      {"pinned_to"},
		"pins.list":                  {"pinned_to"},
		"chat.update":                {"latest_reply", "reply_count", "reply_users", "reply_users_count", "thread_ts"},
	}
}

// without takes a field out of a value, wherever it is in it.
func without(v any, name string) {
	switch v := v.(type) {
	case map[string]any:
		delete(v, name)
		for _, val := range v {
			without(val, name)
		}
	case []any:
		for _, val := range v {
			without(val, name)
		}
	}
}

// arguments are those of a call.
func arguments(contentType string, body []byte) map[string]any {
	args := map[string]any{}
	if strings.HasPrefix(contentType, "application/json") {
		_ = json.Unmarshal(body, &args) // the fake has judged it
	} else if form, err := url.ParseQuery(string(body)); err == nil {
		for name := range form {
			args[name] = value(name, form.Get(name))
		}
	}
	delete(args, "token")
	return args
}

// value is an argument in a form as JSON would have it.
func value(name, text string) (v any) {
	switch {
	case text == "true" || text == "false":
		return text == "true"
	case strings.HasPrefix(text, "{") || strings.HasPrefix(text, "["):
		if json.Unmarshal([]byte(text), &v) == nil {
			return v
		}
	case name == "limit" || name == "length":
		if n, err := strconv.Atoi(text); err == nil {
			return n
		}
	case text == "1": // as forms say it
		return true
	}
	return text
}

// calls are all kinds of calls that the bot makes when people do all that they can, over HTTP or over a socket.
func calls(t *testing.T, overSocket bool) (all []exchange) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		var l *listening
		w := everything(t, func(o *Options) {
			l = &listening{RoundTripper: o.Transport}
			o.Transport = l
			channelRules(o)
		})
		if overSocket {
			defer w.overSocket()()
		}
		w.begun()
		e := hands.Event{Fields: map[string]any{"type": home.Opening, "user": ana, "channel": "D0", "tab": "home"}}
		w.slack.Bot.Event(t.Context(), e)
		for _, d := range w.deeds() {
			if d.event == "tokens_revoked" || d.event == "app_uninstalled" {
				continue
			}
			reply := w.done(d, w.by(ana)).Body
			if kind := map[string]string{"typed": responded, "form": viewReply}[d.kind]; kind != "" {
				l.said(kind, reply)
			}
			w.wait(3 * time.Second)
		}
		w.typed(ana, "/oncall", "schedule payments") // a picture
		for _, people := range [][]string{{"ana"}, nil, {"bo"}} {
			w.does(w.bot.SetGroup(t.Context(), "S0LEADS", people))
		}
		w.rarely()
		w.typed(ana, "/incident", "resolve all anyway it is over")
		w.wait(8 * 24 * time.Hour) // channels are archived
		sent, _ := w.slack.Socket.Sent()
		for _, e := range sent {
			text, err := json.Marshal(e)
			w.does(err)
			l.said(enveloped, text)
		}
		for _, ack := range w.slack.Socket.Acknowledgements() {
			l.said(acknowledging, ack)
		}
		all = l.all
	})
	return all
}

// rarely does what makes the calls that are seldom made: the doctor looks, people mark messages where several incidents are open and
// while we are not there, and that a channel was opened is not heard.
func (w *world) rarely() {
	w.t.Helper()
	ctx := context.Background()
	if _, err := w.bot.Hindrances(ctx, "ana", time.Now()); err != nil {
		w.t.Error(err)
	}
	_, _, _, err := slack.Granted(ctx, w.bot.out)
	w.does(err)
	w.does(slack.Try(ctx, w.bot.out, "C0INC", "Oncalm looks whether this channel takes messages."))
	w.does(slack.Reach(ctx, w.bot.out, ana))
	m := w.says(bo, "general", "", "what is wrong?")
	w.does(w.slack.Hands.React(ctx, ana, m, "pushpin"))
	w.slack.Bot.Event(ctx, hands.Event{Fields: map[string]any{"type": "reaction_added", "user": ana, "reaction": "pushpin",
		"item_user": bo, "item": map[string]any{"type": "message", "channel": m.Channel, "ts": m.TS}}})
	w.wait(3 * time.Second)
	w.slack.Faults.Fail(faults.Fault{Method: "conversations.create", Times: 1, Kind: faults.Stored(faults.Truncated())})
	w.alarm("there-already")
	w.wait(2 * time.Minute)
	w.does(w.slack.Hands.Pin(ctx, bo, w.says(bo, channel, w.cards()[0].TS, "pinned")))
	w.bot.CatchUp(ctx)
	w.wait(time.Minute)
}

// overSocket has Slack send all that people do over a connection that the bot opens. It ends with end.
func (w *world) overSocket() (end func()) {
	w.t.Helper()
	door := socket.New(socket.Options{
		Link: func(ctx context.Context) (string, error) { return w.bot.out.Link(ctx, w.slack.AppToken()) },
		Dial: w.slack.Socket.Dial, Desk: w.bot.Desk(), Answer: w.bot.out.Answer, Log: slog.New(slog.DiscardHandler),
	})
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { door.Run(ctx) })
	w.wait(time.Second)
	w.connect = func() { w.slack.Bot.Connect("http://bot.invalid", w.slack.Socket) }
	w.connect()
	return func() { cancel(); running.Wait(); w.slack.Socket.Cut() }
}
