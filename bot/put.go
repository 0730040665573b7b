package bot

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/clocks"
	"github.com/prometheus/client_golang/prometheus"
)

// A sender sends messages to Slack, and knows what became of them.
type sender struct {
	*client
	*outcomes
	watch   *watch
	log     *slog.Logger
	channel string // of the incidents
	looks   looks
	dms     dms
}

// connection is how Slack is reached.
type connection struct {
	APIURL string // base of Slack's Web API; empty means Slack's own
	Token  string // the bot's token
	// Transport reaches Slack; nil means a transport of our own.
	Transport http.RoundTripper
	// Connections is how many connections to Slack a transport of our own may have at a time; 0 means no limit.
	Connections int
	Channel     string                // where the cards of incidents go, as an id; "" for none
	Witness     *clocks.Witness       // of our clock: it hears what time Slack says it is; may be nil
	Log         *slog.Logger          // what goes wrong, and is well again
	Metrics     prometheus.Registerer // may be nil
}

// newSender makes a sender. It calls nobody.
func newSender(c connection) *sender {
	if c.APIURL == "" {
		c.APIURL = "https://" + slackHost + "/api/"
	}
	if !strings.HasSuffix(c.APIURL, "/") {
		c.APIURL += "/"
	}
	if c.Transport == nil {
		c.Transport = transport(c.Connections)
	}
	w := newWatch(c.Log, c.Metrics)
	return &sender{
		client: newClient(c.APIURL, c.Token, c.Transport, c.Witness, w), outcomes: newOutcomes(), watch: w, log: c.Log, channel: c.Channel,
	}
}

// A post is a message that is to stand somewhere once: in a channel, or in somebody's direct messages.
type post struct {
	to      string // a channel or, of a direct message, a user
	direct  bool
	tag     tag
	name    string // of its outcome: the tag's key, with the reader where several have the same
	drawn   blocks.Drawn
	since   time.Time // when it was decided, before which it cannot have been sent
	perhaps bool      // an attempt before the start may have got through
	at      ref       // where it stands, if it does and is to be edited
	renew   bool      // what an earlier attempt has brought through may say something old: it is edited
	still   func(context.Context) error
}

// put posts a message, edits it where it stands, or adopts what an earlier attempt has brought through. It is the only way
// out for what must not come twice, and has the one rule about looking: it takes a moment, and who cannot look, sends, and
// says that it may be a repeat.
func (s *sender) put(ctx context.Context, p post) (r ref, adopted bool, err error) {
	unsure, blind := s.unsure(p.name, p.perhaps), false
	if p.at.TS == "" && unsure {
		found, looked := s.find(ctx, p)
		switch {
		case found.TS != "" && !p.renew:
			return found, true, nil
		case found.TS != "":
			p.at, adopted = found, true
		case p.still != nil: // looking took time, in which somebody may have acknowledged
			if err := p.still(ctx); err != nil {
				s.skip(p.name, p.perhaps)
				return ref{}, false, err
			}
		}
		blind = !looked
	}
	if p.at.TS != "" {
		err = s.edit(ctx, p.at, p.drawn, p.tag)
		if !gone(codeOf(err)) && !p.moved(err) {
			return p.at, adopted, err
		}
	}
	if blind {
		p.drawn = p.drawn.Repeated()
	}
	r, err = s.post(ctx, p.to, p.drawn, p.tag)
	s.note(p.name, p.to, err, time.Now(), blind)
	if !p.direct && p.to == s.channel {
		s.watch.posted(p.to, err)
	}
	if err != nil {
		return ref{}, false, err
	}
	s.stands(p.name, r)
	if p.direct {
		s.dms.set(p.to, r.Channel)
	}
	return r, false, nil
}

// find says where a post stands that an earlier attempt has brought through, and whether that is known. What Slack has taken
// since the start need not be looked for.
func (s *sender) find(ctx context.Context, p post) (r ref, known bool) {
	if r, ok := s.arrived(p.name); ok {
		return r, true
	}
	return s.look(ctx, p)
}

// moved reports whether a message cannot be edited any more since its channel takes nothing, and another was named meanwhile.
func (p post) moved(err error) bool {
	return !p.direct && p.at.Channel != p.to && troubleOf(err) == refused && ofChannel(codeOf(err))
}
