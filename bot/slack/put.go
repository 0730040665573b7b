package slack

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/clocks"
	"github.com/oncalm/oncalm/outbox"
)

// A Sender sends messages to Slack, and knows what became of them.
type Sender struct {
	*client
	*outcomes
	Watch    *Watch
	log      *slog.Logger
	channel  string // of the incidents
	posts    *Pace  // of direct messages that are asked for by [Sender.Admit]
	searches searches
	dms      dms
}

// Options is how Slack is reached.
type Options struct {
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

// New makes a sender. It calls nobody.
func New(c Options) *Sender {
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
	return &Sender{
		client: newClient(c.APIURL, c.Token, c.Transport, c.Witness, w), outcomes: newOutcomes(), Watch: w, log: c.Log,
		channel: c.Channel, posts: NewPace(),
	}
}

// A Post is a message that is to stand somewhere once: in a channel, or in somebody's direct messages.
//
// Still is asked before a post goes out that had to be searched for; its error takes the post back. It may be nil.
type Post struct {
	To      string // a channel or, of a direct message, a user
	Direct  bool
	Tag     Tag
	Name    string // of its outcome: the tag's key, with the reader where several have the same
	Drawn   blocks.Drawn
	Since   time.Time // when it was decided, before which it cannot have been sent
	Perhaps bool      // an attempt before the start may have got through
	At      Ref       // where it stands, if it does and is to be edited
	Renew   bool      // what an earlier attempt has brought through may say something old: it is edited
	Still   func(context.Context) error
	// Awaits says that it tells so much that it rather waits a little than comes twice, if Slack puts off the search for an earlier
	// attempt.
	Awaits bool
}

// Put posts a message, edits it where it stands, or adopts what an earlier attempt has brought through. It is the only way
// out for what must not come twice, and has the one rule about looking: it takes a moment, and who cannot look, sends, and
// says that it may be a repeat.
func (s *Sender) Put(ctx context.Context, p Post) (r Ref, adopted bool, err error) {
	unsure, blind := s.Unsure(p.Name, p.Perhaps), false
	if p.At.TS == "" && unsure {
		found, looked := s.find(ctx, p)
		switch {
		case found.TS != "" && !p.Renew:
			return found, true, nil
		case found.TS != "":
			p.At, adopted = found, true
		case p.Still != nil: // looking took time, in which somebody may have acknowledged
			if err := p.Still(ctx); err != nil {
				s.Skip(p.Name, p.Perhaps)
				return Ref{}, false, err
			}
		}
		if wait := s.searches.pausedFor(time.Now()); !looked && p.Awaits && wait > 0 && wait <= awaited {
			s.Skip(p.Name, p.Perhaps)
			return Ref{}, false, &callError{trouble: Limited, method: "conversations.history", code: "429", wait: wait}
		}
		blind = !looked
	}
	if p.At.TS != "" {
		err = s.Edit(ctx, p.At, p.Drawn, p.Tag)
		if !gone(CodeOf(err)) && !p.moved(err) {
			return p.At, adopted, err
		}
	}
	if blind {
		p.Drawn = p.Drawn.Repeated()
	}
	r, err = s.Post(ctx, p.To, p.Drawn, p.Tag)
	s.note(p.Name, p.To, err, time.Now(), blind)
	if !p.Direct && p.To == s.channel {
		s.Watch.posted(p.To, err)
	}
	if err != nil {
		return Ref{}, false, err
	}
	s.stands(p.Name, r)
	if p.Direct {
		s.dms.set(p.To, r.Channel)
	}
	return r, false, nil
}

// PutOwed posts the message of an outbox entry, unless an earlier attempt has got through. event marks it in its metadata.
func (s *Sender) PutOwed(ctx context.Context, e outbox.Entry, to string, direct bool, d blocks.Drawn,
	event string) (Ref, error) {
	r, _, err := s.Put(ctx, Post{
		To: to, Direct: direct, Tag: Tag{event, e.Key}, Name: e.Key, Drawn: d, Since: e.Created, Perhaps: e.PerhapsDone,
	})
	return r, err
}

// Find says where a message stands that an earlier attempt may have brought through, and whether that is known.
func (s *Sender) Find(ctx context.Context, p Post) (r Ref, known bool) {
	if !s.Unsure(p.Name, p.Perhaps) {
		return Ref{}, true
	}
	return s.find(ctx, p)
}

// find says where a post stands that an earlier attempt has brought through, and whether that is known. What Slack has taken
// since the start need not be searched for.
func (s *Sender) find(ctx context.Context, p Post) (r Ref, known bool) {
	if r, ok := s.arrived(p.Name); ok {
		return r, true
	}
	return s.search(ctx, p)
}

// moved reports whether a message cannot be edited any more since its channel takes nothing, and another was named meanwhile.
func (p Post) moved(err error) bool {
	return !p.Direct && p.At.Channel != p.To && TroubleOf(err) == Refused && OfChannel(CodeOf(err))
}
