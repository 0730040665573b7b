package slack

import (
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Status says how we and Slack are getting on.
type Status struct {
	// Team is the id of the workspace; "" until Slack has told.
	Team string
	// Problem says in one line what keeps pages from going out, and what to do; "" if nothing does.
	Problem string
	// Since is when the problem was met first, or zero.
	Since time.Time
	// Barred says that Slack does not take our token: waiting will not help.
	Barred bool
	// Channel says in one line what keeps cards out of their channel, and what to do; "" if nothing does.
	Channel string
}

// Watch takes note of what calls come to.
type Watch struct {
	log   *slog.Logger
	calls *prometheus.CounterVec

	granted atomic.Pointer[[]string] // see Scopes

	mu           sync.Mutex
	outage       Outage // the last that is over
	status       Status
	channelKnown bool // Slack took a post to the channel, or refused it
	edit         bool // what keeps cards out of their channel, Slack said to an edit
	who          Identity
	known        chan struct{} // closed when Slack has told who we are
	tell         func()        // closes it
}

func newWatch(log *slog.Logger, reg prometheus.Registerer) *Watch {
	known := make(chan struct{})
	w := &Watch{log: log, known: known, tell: sync.OnceFunc(func() { close(known) }),
		calls: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "oncalm_slack_calls_total",
			Help: "Calls to Slack, by method and result.",
		}, []string{"method", "result"})}
	// What Prometheus has not seen at zero, it does not see rise from there.
	for _, method := range []string{"chat.postMessage", "chat.update", "conversations.open", "conversations.history", "auth.test", "response_url"} {
		for t := Trouble(0); t <= Refused; t++ {
			w.calls.WithLabelValues(method, t.String())
		}
	}
	if reg != nil {
		reg.MustRegister(w.calls)
	}
	return w
}

// done notes a call's end and returns its error. What keeps pages from going out shows in the two calls that a page needs;
// what becomes of others says nothing about that.
func (w *Watch) done(method string, err error) error {
	t := TroubleOf(err)
	w.calls.WithLabelValues(method, t.String()).Inc()
	if method != "chat.postMessage" && method != "auth.test" {
		return err // pages need no other
	}
	switch {
	case t == Unreachable:
		w.Problem(fmt.Sprintf("Slack does not answer (%v); pages wait and go out when it does", err), false)
	case t == Barred:
		w.Problem(fmt.Sprintf("E2010 Slack does not accept the bot's token (%s); install the app again and set "+
			"slack.bot_token", CodeOf(err)), true)
	default:
		w.Well()
	}
	return err
}

// Problem notes what keeps pages from going out. The first of a kind is logged.
func (w *Watch) Problem(text string, barring bool) {
	w.mu.Lock()
	known := w.status.Problem != "" && (w.status.Barred || !barring)
	if w.status.Problem == "" {
		w.status.Since = time.Now()
	}
	if barring || !w.status.Barred {
		w.status.Problem, w.status.Barred = text, barring
	}
	w.mu.Unlock()
	switch {
	case known:
	case barring:
		w.log.Error(text)
	default:
		w.log.Warn(text)
	}
}

// Well notes that Slack answered in its own words, and took our token.
func (w *Watch) Well() {
	w.mu.Lock()
	had := w.status.Problem
	if had != "" {
		w.outage = Outage{w.status.Since, time.Now(), w.status.Barred}
	}
	w.status.Problem, w.status.Since, w.status.Barred = "", time.Time{}, false
	w.mu.Unlock()
	if had != "" {
		w.log.Info("Slack answers again", "was", had)
	}
}

// An Outage is a time in which pages could not go out.
type Outage struct {
	Since, Until time.Time
	Barred       bool // Slack was there, and did not take our token
}

// Outage is the last one that is over since the start; the zero value if there was none.
func (w *Watch) Outage() Outage {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.outage
}

// Channel notes what keeps cards out of their channel, as Slack said to an edit or to a post. A change is logged.
func (w *Watch) Channel(text string, edit bool) {
	w.mu.Lock()
	w.channelKnown = true
	if text != "" && w.status.Channel == "" {
		w.edit = edit
	}
	w.mu.Unlock()
	w.setChannel(text)
}

// posted notes what the channel said to a post, be it a card or a notice.
func (w *Watch) posted(channel string, err error) {
	switch code := CodeOf(err); {
	case err == nil:
		w.Took(false)
	case TroubleOf(err) == Refused && OfChannel(code):
		w.Channel(Complaint(channel, code), false)
	}
}

// Took notes that Slack took a post to the channel, or an edit. An edit does not say that it takes posts.
func (w *Watch) Took(edit bool) {
	w.mu.Lock()
	tells := !edit || w.edit || w.status.Channel == ""
	w.mu.Unlock()
	if tells {
		w.Channel("", edit)
	}
}

// ChannelUnknown reports whether nothing was posted to the channel yet, nor refused.
func (w *Watch) ChannelUnknown() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return !w.channelKnown
}

// ChannelRead notes what Slack tells of the channel before anything was posted there.
func (w *Watch) ChannelRead(text string) {
	if w.ChannelUnknown() {
		w.setChannel(text)
	}
}

func (w *Watch) setChannel(text string) {
	w.mu.Lock()
	was := w.status.Channel
	w.status.Channel = text
	w.mu.Unlock()
	switch {
	case was == text:
	case text == "":
		w.log.Info("cards are back in their channel")
	default:
		w.log.Error(text)
	}
}

// SetIdentity notes who we are.
func (w *Watch) SetIdentity(id Identity) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if id.Known() {
		w.tell()
	}
	w.who, w.status.Team = id, id.Team
}

// Identity is who we are to Slack; of what is not known yet it is empty.
func (w *Watch) Identity() Identity {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.who
}

// Now says how we and Slack are getting on.
func (w *Watch) Now() Status {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.status
}
