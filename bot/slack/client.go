package slack

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/oncalm/oncalm/bot/slack/blocks"

	"github.com/slack-go/slack"

	"github.com/oncalm/oncalm/clocks"
)

// slackHost is where Slack's API is. Answers go to another host.
const slackHost = "slack.com"

const (
	// patience is how long one call may take.
	patience = 10 * time.Second
	// maxAnswer bounds what is read of an answer, in bytes.
	maxAnswer = 4 << 20
	// connections that are kept open to Slack: as many as workers may use at once.
	connections = 80
)

// client calls Slack. Posting and editing are calls of our own: they send JSON and read of the answer only what is needed.
// slack-go decodes the whole message that Slack sends back, which costs more than all the rest, and a block in it that the
// library does not know would turn a page that was delivered into an error; looking for a message likewise. The calls that
// are rare go through slack-go.
type client struct {
	api   *slack.Client
	http  *http.Client
	base  string
	token string
	watch *Watch
}

// transport is how we reach Slack if nothing else is configured, over so many connections at a time; 0 is no limit.
func transport(most int) http.RoundTripper {
	dialer := &net.Dialer{Timeout: 5 * time.Second, KeepAlive: 30 * time.Second}
	return &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           dialer.DialContext,
		ForceAttemptHTTP2:     true,
		MaxIdleConns:          connections,
		MaxIdleConnsPerHost:   connections,
		MaxConnsPerHost:       most,
		IdleConnTimeout:       90 * time.Second,
		TLSHandshakeTimeout:   5 * time.Second,
		ResponseHeaderTimeout: patience,
	}
}

func newClient(base, token string, rt http.RoundTripper, c *clocks.Witness, w *Watch) *client {
	rt = c.Observe(rt)
	h := &http.Client{
		Transport: rt,
		Timeout:   patience,
		// Slack's API does not redirect. What does is in between, and must not get the token.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	api := slack.New(token, slack.OptionAPIURL(base), slack.OptionHTTPClient(telling{h}))
	return &client{api: api, http: h, base: base, token: token, watch: w}
}

// A Ref names a message.
type Ref struct {
	Channel string `json:"channel"`
	TS      string `json:"ts"`
}

// A Tag is what a message carries unseen, so that it can be found again.
type Tag struct {
	Event string // what kind of message it is
	Key   string // its name
}

// chatBody is the body of chat.postMessage and chat.update. drawn is a JSON array of blocks.
func chatBody(channel, ts, text string, drawn []byte, t Tag) []byte {
	buf := make([]byte, 0, len(text)+len(drawn)+400)
	buf = blocks.AppendString(append(buf, `{"channel":`...), channel)
	end := `}},"unfurl_links":false,"unfurl_media":false}`
	if ts != "" { // of links, what is edited stays as it was
		buf, end = blocks.AppendString(append(buf, `,"ts":`...), ts), `}}}`
	}
	buf = blocks.AppendString(append(buf, `,"text":`...), text)
	buf = append(append(buf, `,"blocks":`...), drawn...)
	buf = blocks.AppendString(append(buf, `,"metadata":{"event_type":`...), t.Event)
	buf = blocks.AppendString(append(buf, `,"event_payload":{"key":`...), t.Key)
	return append(buf, end...)
}

// Edit replaces what a message says.
func (c *client) Edit(ctx context.Context, r Ref, d blocks.Drawn, t Tag) error {
	_, err := c.sendDrawn(ctx, "chat.update", r.Channel, r.TS, d, t)
	return err
}

// Post sends a message, however often it came already: see [Sender.Put] for what must come once.
func (c *client) Post(ctx context.Context, to string, d blocks.Drawn, t Tag) (Ref, error) {
	return c.sendDrawn(ctx, "chat.postMessage", to, "", d, t)
}

// sendDrawn sends a message, and once more as plain text if Slack does not take its form.
func (c *client) sendDrawn(ctx context.Context, method, channel, ts string, d blocks.Drawn, t Tag) (Ref, error) {
	text := d.Text
	r, err := c.chat(ctx, method, chatBody(channel, ts, text, d.Blocks, t))
	if TroubleOf(err) == Unreadable {
		c.watch.log.Error("Slack rejected the blocks of a message, sending its plain text", "method", method, "key", t.Key, "err", err)
		r, err = c.chat(ctx, method, chatBody(channel, ts, text, []byte("[]"), t))
	}
	return r, err
}

func (c *client) chat(ctx context.Context, method string, body []byte) (Ref, error) {
	r, err := c.roundTrip(ctx, method, body)
	if CodeOf(err) == "account_inactive" && c.accepted(ctx) {
		// Slack says the same of our token and of whom we write to. It takes our token.
		err = &callError{trouble: Refused, method: method, code: "account_inactive"}
	}
	return r, c.watch.done(method, err)
}

// accepted reports whether Slack takes our token at this moment. Nothing is noted of it.
func (c *client) accepted(ctx context.Context) bool {
	var said struct{}
	answer, err := c.exchange(ctx, "auth.test", "application/x-www-form-urlencoded", nil)
	return err == nil && readAnswer("auth.test", answer, &said) == nil
}

// roundTrip is one call about a message.
func (c *client) roundTrip(ctx context.Context, method string, body []byte) (Ref, error) {
	answer, err := c.exchange(ctx, method, inJSON, body)
	if err != nil {
		return Ref{}, err
	}
	return posted(method, answer)
}

// inJSON is the form of bodies of calls that write.
const inJSON = "application/json; charset=utf-8"

// exchange is one call with a body of that type, and Slack's answer to it. It does without what an [http.Client] adds, cookies
// and redirections, of which Slack's API has none.
func (c *client) exchange(ctx context.Context, method, form string, body []byte) (answer []byte, err error) {
	return c.exchangeAs(ctx, c.token, method, form, body)
}

// exchangeAs is exchange with another token than the bot's.
func (c *client) exchangeAs(ctx context.Context, token, method, form string, body []byte) (answer []byte, err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.base+method, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header = http.Header{"Content-Type": {form}, "Authorization": {"Bearer " + token}}
	resp, err := c.http.Transport.RoundTrip(req)
	if err != nil {
		return nil, failed(method, err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		drain(resp.Body)
		return nil, status(method, resp.StatusCode, resp.Header.Get("Retry-After"))
	}
	answer, err = io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return nil, failed(method, err)
	}
	return answer, nil
}

// posted reads the answer to a message.
func posted(method string, answer []byte) (Ref, error) {
	if r, ok := skim(answer); ok {
		return r, nil
	}
	var in struct {
		OK bool `json:"ok"`
		Ref
	}
	err := json.Unmarshal(answer, &in)
	switch {
	case err != nil:
		return Ref{}, failed(method, err)
	case !in.OK:
		return Ref{}, readAnswer(method, answer, &in)
	case in.TS == "":
		return Ref{}, named(method, "")
	}
	return in.Ref, nil
}

// drain reads the rest of a short answer, so that its connection can be used again.
func drain(r io.Reader) {
	_, _ = io.Copy(io.Discard, io.LimitReader(r, 64<<10)) // what cannot be read is of no use anyway
}

// openDM opens the direct messages with a person and returns their channel.
func (c *client) openDM(ctx context.Context, user string) (string, error) {
	var in struct {
		Channel struct {
			ID string `json:"id"`
		} `json:"channel"`
	}
	const method = "conversations.open"
	err := c.ask(ctx, method, url.Values{"users": {user}}, &in)
	if err == nil && in.Channel.ID == "" {
		err = named(method, "no_channel")
	}
	return in.Channel.ID, err
}

// ask is a call that reads something. Whoever waits for a page must not wait because of a response that cannot be read: that
// is an error as if Slack had refused, since it would be the same the next time.
func (c *client) ask(ctx context.Context, method string, with url.Values, into any) error {
	answer, err := c.exchange(ctx, method, "application/x-www-form-urlencoded", []byte(with.Encode()))
	if err == nil {
		err = readAnswer(method, answer, into)
	}
	return c.watch.done(method, err)
}

func readAnswer(method string, answer []byte, into any) error {
	var said struct {
		OK     bool   `json:"ok"`
		Error  string `json:"error"`
		Needed string `json:"needed"`
	}
	if err := json.Unmarshal(answer, &said); err != nil {
		return failed(method, err)
	}
	if !said.OK {
		err := named(method, said.Error)
		err.lacks = said.Needed
		return err
	}
	if err := json.Unmarshal(answer, into); err != nil {
		return &callError{trouble: Refused, method: method, code: "a response that cannot be read", err: err}
	}
	return nil
}

// OpenView opens a form. The right to do so comes with what somebody did, and lasts three seconds.
func (c *client) OpenView(ctx context.Context, trigger string, view any) error {
	return sendJSON(ctx, c, "views.open", map[string]any{"trigger_id": trigger, "view": view})
}

// PublishHome makes blocks the home tab of a user.
func (c *client) PublishHome(ctx context.Context, user string, drawn json.RawMessage) error {
	view := map[string]any{"type": "home", "blocks": drawn}
	return sendJSON(ctx, c, "views.publish", map[string]any{"user_id": user, "view": view})
}

// sendJSON calls a method that takes JSON, and of whose answer only matters whether it worked.
func sendJSON(ctx context.Context, c *client, method string, call map[string]any) error {
	body, err := json.Marshal(call)
	if err != nil {
		return err
	}
	answer, err := c.exchange(ctx, method, inJSON, body)
	if err == nil {
		var said struct{}
		err = readAnswer(method, answer, &said)
	}
	return c.watch.done(method, err)
}

// ReadChannel asks Slack for a line of a channel: whether we may read there at all.
func (c *client) ReadChannel(ctx context.Context, channel string) error {
	var said struct{}
	return c.ask(ctx, "conversations.history", url.Values{"channel": {channel}, "limit": {"1"}}, &said)
}

// Identity is who we are to Slack.
type Identity struct {
	Team, App, User string
	Enterprise      string // the organisation of the workspace; "" if there is none
	Home            string // the address of the workspace, with a slash at its end
}

// LinkTo is the address of a channel in the workspace at home; "" if home is not known.
func LinkTo(home, channel string) string {
	if home == "" {
		return ""
	}
	return home + "archives/" + channel
}

// Known reports whether Slack has told who we are. Where the app is there for a whole organisation, it names no workspace.
func (id Identity) Known() bool { return id.Team != "" || id.Enterprise != "" }

// Test asks Slack whether it takes our token.
func (c *client) Test(ctx context.Context) (*slack.AuthTestResponse, error) {
	auth, err := c.api.AuthTestContext(ctx)
	if err == nil {
		c.watch.granted.Store(scopesOf(auth))
	}
	return auth, c.settle("auth.test", err)
}

// Identify asks Slack who we are.
func (c *client) Identify(ctx context.Context) (Identity, error) {
	auth, err := c.Test(ctx)
	if err != nil {
		return Identity{}, err
	}
	id := Identity{Team: auth.TeamID, Enterprise: auth.EnterpriseID, User: auth.UserID, Home: auth.URL}
	// The app's id needs one scope more. Without it requests are still known by their signature.
	if bot, err := c.api.GetBotInfoContext(ctx, slack.GetBotInfoParameters{Bot: auth.BotID}); err == nil && bot != nil {
		id.App = bot.AppID
	}
	return id, nil
}

// settle takes note of a call through slack-go.
func (c *client) settle(method string, err error) error {
	if err != nil {
		err = failed(method, err)
	}
	return c.watch.done(method, err)
}

// Answer posts to a response address. Neither it nor errors about it are ever to be shown: who knows it can speak for us.
func (c *client) Answer(ctx context.Context, address string, body []byte) error {
	const method = "response_url"
	return c.watch.done(method, c.respond(ctx, method, address, body))
}

func (c *client) respond(ctx context.Context, method, address string, body []byte) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return named(method, "invalid_url")
	}
	req.Header.Set("Content-Type", inJSON)
	resp, err := c.http.Do(req)
	if err != nil {
		return failed(method, err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	var in struct {
		OK    *bool  `json:"ok"`
		Error string `json:"error"`
	}
	readable := json.Unmarshal(text, &in) == nil && in.OK != nil
	switch {
	case err != nil:
		return failed(method, err)
	case resp.StatusCode == http.StatusTooManyRequests: // it says how long, which the text does not
		return status(method, resp.StatusCode, resp.Header.Get("Retry-After"))
	case readable && !*in.OK:
		return named(method, in.Error)
	case resp.StatusCode >= 400 && resp.StatusCode < 500:
		return &callError{trouble: Refused, method: method, code: "status " + strconv.Itoa(resp.StatusCode)}
	case resp.StatusCode/100 != 2:
		return status(method, resp.StatusCode, resp.Header.Get("Retry-After"))
	}
	return nil // whatever it says: who answers so has taken it
}

// Ours reports whether a response address is Slack's, or that of the API we were told to use.
func (c *client) Ours(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	if u.Scheme == "https" && slices.Contains([]string{"hooks.slack.com", "hooks.slack-gov.com"}, strings.ToLower(u.Host)) {
		return true
	}
	api, err := url.Parse(c.base)
	return err == nil && api.Host != slackHost && u.Scheme == api.Scheme && u.Host == api.Host
}
