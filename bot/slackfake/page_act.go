package slackfake

import (
	"errors"
	"net/http"
	"strings"

	"github.com/oncalm/oncalm/bot/slackfake/wire"
	"github.com/oncalm/oncalm/bot/slackfake/workspace"
)

// sentence is what the page tells the person about an error.
func sentence(err error) string {
	switch {
	case errors.Is(err, ErrDown):
		return "Slack is down: nothing gets through."
	case errors.Is(err, ErrNotConnected):
		return "No bot is connected."
	case errors.Is(err, ErrTimeout):
		return "The bot did not answer within three seconds."
	case errors.Is(err, ErrDispatch):
		return "The bot could not be reached, or answered with an error."
	case errors.Is(err, ErrAnswer):
		return "The bot gave an answer that Slack does not take."
	}
	text := err.Error()
	return strings.ToUpper(text[:1]) + text[1:] + "."
}

// at says who acts, and on which message.
type at struct {
	As      string `json:"as"`
	Channel string `json:"channel"`
	TS      string `json:"ts"`
}

func (s *Slack) pageActAs(_ *http.Request, in at) (wire.Answer, error) {
	s.ws.Lock()
	defer s.ws.Unlock()
	u := s.ws.User(in.As)
	if u == nil || u.IsBot || u.Deleted {
		return nil, &noSuch{what: "person", name: in.As}
	}
	return wire.Answer{"me": u.ID, "name": u.RealName}, nil
}

type sendRequest struct {
	at
	Thread string `json:"thread"`
	Text   string `json:"text"`
}

// pageSend is the composer: a line that begins with a slash is a command.
func (s *Slack) pageSend(r *http.Request, in sendRequest) (wire.Answer, error) {
	typed := strings.TrimSpace(in.Text)
	if typed == "" {
		return nil, nil
	}
	if down, _ := s.IsDown(); down {
		return nil, ErrDown
	}
	if strings.HasPrefix(typed, "/") && in.Thread == "" {
		command, rest, _ := strings.Cut(typed, " ")
		resp := s.Command(r.Context(), in.As, in.Channel, command, strings.TrimSpace(rest))
		return wire.Answer{"took": resp.Took.Milliseconds()}, resp.Err
	}
	_, err := s.say(r.Context(), in.As, in.Channel, in.Thread, typed)
	return nil, err
}

type pressRequest struct {
	at
	Action string `json:"action"`
	Value  string `json:"value"`
}

func (s *Slack) pagePress(r *http.Request, in pressRequest) (wire.Answer, error) {
	m, err := s.pageFind(in.at)
	if err != nil {
		return nil, err
	}
	resp := s.Choose(r.Context(), m, in.Action, in.Value, in.As)
	return wire.Answer{"took": resp.Took.Milliseconds()}, resp.Err
}

func (s *Slack) pageFind(in at) (workspace.Message, error) {
	s.ws.Lock()
	defer s.ws.Unlock()
	c := s.ws.Conversation(in.Channel)
	if c == nil || !c.Has(in.As) {
		return workspace.Message{}, &noSuch{what: "conversation", name: in.Channel}
	}
	m := c.Message(in.TS)
	if m == nil || !visibleTo(m, in.As) {
		return workspace.Message{}, &noSuch{what: "message", name: in.TS}
	}
	return m.Clone(), nil
}

type reactRequest struct {
	at
	Name string `json:"name"`
}

// pageReact turns a person's reaction on or off.
func (s *Slack) pageReact(r *http.Request, in reactRequest) (wire.Answer, error) {
	m, err := s.pageFind(in.at)
	if err != nil {
		return nil, err
	}
	if err := s.React(r.Context(), in.As, m, in.Name); err == nil {
		return nil, nil
	}
	return nil, s.Unreact(r.Context(), in.As, m, in.Name)
}

// pageRead remembers that a person has seen a conversation up to a message.
func (s *Slack) pageRead(_ *http.Request, in at) (wire.Answer, error) {
	s.ws.Lock()
	defer s.ws.Unlock()
	c := s.ws.Conversation(in.Channel)
	if c == nil || !c.Has(in.As) {
		return nil, &noSuch{what: "conversation", name: in.Channel}
	}
	if workspace.CompareTS(in.TS, c.Seen[in.As]) > 0 {
		c.Seen[in.As] = in.TS
		s.ws.Changes.Mark()
	}
	return nil, nil
}

type viewRequest struct {
	at
	ID     string            `json:"id"`
	Do     string            `json:"do"` // "submit", "close" or "press"
	Inputs map[string]string `json:"inputs"`
	Action string            `json:"action"`
	Value  string            `json:"value"`
}

func (s *Slack) pageView(r *http.Request, in viewRequest) (wire.Answer, error) {
	v, ok := s.View(in.As)
	if !ok || v.ID != in.ID {
		return nil, &noSuch{what: "open modal", name: in.ID}
	}
	var resp Response
	switch in.Do {
	case "submit":
		resp = s.SubmitView(r.Context(), in.As, in.Inputs)
	case "close":
		resp = s.CloseView(r.Context(), in.As)
	case "press":
		resp = s.PressInView(r.Context(), in.As, in.Action, in.Value)
	default:
		return nil, &noSuch{what: "such thing to do as", name: in.Do}
	}
	return wire.Answer{"errors": resp.Errors}, resp.Err
}

type controlRequest struct {
	ID string `json:"id"`
}

func (s *Slack) pageControl(r *http.Request, in controlRequest) (wire.Answer, error) {
	for _, c := range s.opts.Page.Controls {
		if c.ID == in.ID && s.opts.Page.Run != nil {
			message, err := s.opts.Page.Run(r.Context(), c.ID)
			return wire.Answer{"message": message}, err
		}
	}
	return nil, &noSuch{what: "control", name: in.ID}
}
