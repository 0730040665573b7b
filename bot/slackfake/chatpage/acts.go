package chatpage

import (
	"errors"
	"net/http"
	"strings"

	"github.com/oncalm/oncalm/bot/slackfake/hands"
	"github.com/oncalm/oncalm/bot/slackfake/wire"
	"github.com/oncalm/oncalm/bot/slackfake/workspace"
)

// sentence is what the page tells the person about an error. Errors of the bot's end have sentences here; any other says by
// itself what was wrong, and needs only a capital and a stop.
func sentence(err error) string {
	switch {
	case errors.Is(err, hands.ErrDown):
		return "Slack is down: nothing gets through."
	case errors.Is(err, hands.ErrNotConnected):
		return "No bot is connected."
	case errors.Is(err, hands.ErrTimeout):
		return "The bot did not answer within three seconds."
	case errors.Is(err, hands.ErrDispatch):
		return "The bot could not be reached, or answered with an error."
	case errors.Is(err, hands.ErrAnswer):
		return "The bot gave an answer that Slack does not take."
	}
	text := err.Error()
	return strings.ToUpper(text[:1]) + text[1:] + "."
}

// acts are what a person does on the page.
type acts struct{ p *Page }

// at says who acts, and on which message. All requests of the page have it. Nobody is signed in: the page says for whom it
// acts, which is what the demo is for.
type at struct {
	As      string `json:"as"`
	Channel string `json:"channel"`
	TS      string `json:"ts"`
}

// actAs is the change to another person. The page keeps who that is; here it is only checked.
func (s acts) actAs(_ *http.Request, in at) (wire.Answer, error) {
	s.p.ws.Lock()
	defer s.p.ws.Unlock()
	u := s.p.ws.User(in.As)
	if u == nil || u.IsBot || u.Deleted {
		return nil, &hands.NoSuch{What: "person", Name: in.As}
	}
	return wire.Answer{"me": u.ID, "name": u.RealName}, nil
}

type sendRequest struct {
	at
	Thread string `json:"thread"`
	Text   string `json:"text"`
}

// send is the composer: a line that begins with a slash is a command.
func (s acts) send(r *http.Request, in sendRequest) (wire.Answer, error) {
	typed := strings.TrimSpace(in.Text)
	if typed == "" {
		return nil, nil
	}
	// with Slack down, people cannot write either
	if down, _ := s.p.faults.IsDown(); down {
		return nil, hands.ErrDown
	}
	if strings.HasPrefix(typed, "/") && in.Thread == "" {
		command, rest, _ := strings.Cut(typed, " ")
		resp := s.p.hands.Command(r.Context(), in.As, in.Channel, command, strings.TrimSpace(rest))
		return wire.Answer{"took": resp.Took.Milliseconds()}, resp.Err
	}
	_, err := s.p.hands.SayIn(r.Context(), in.As, in.Channel, in.Thread, typed)
	return nil, err
}

type pressRequest struct {
	at
	Action string `json:"action"`
	Value  string `json:"value"`
}

// press acts on a message as it is now. It tells how long the bot took, which the page shows.
func (s acts) press(r *http.Request, in pressRequest) (wire.Answer, error) {
	m, err := s.find(in.at)
	if err != nil {
		return nil, err
	}
	resp := s.p.hands.Choose(r.Context(), m, in.Action, in.Value, in.As)
	return wire.Answer{"took": resp.Took.Milliseconds()}, resp.Err
}

// find is the message that an act is about, if the person can see it. It is a copy: the hands lock the workspace
// themselves.
func (s acts) find(in at) (workspace.Message, error) {
	s.p.ws.Lock()
	defer s.p.ws.Unlock()
	c := s.p.ws.Conversation(in.Channel)
	if c == nil || !c.Has(in.As) {
		return workspace.Message{}, &hands.NoSuch{What: "conversation", Name: in.Channel}
	}
	m := c.Message(in.TS)
	if m == nil || !visibleTo(m, in.As) {
		return workspace.Message{}, &hands.NoSuch{What: "message", Name: in.TS}
	}
	return m.Clone(), nil
}

type reactRequest struct {
	at
	Name string `json:"name"`
}

// react turns a person's reaction on or off. The page does not say which: what cannot be added is there already.
func (s acts) react(r *http.Request, in reactRequest) (wire.Answer, error) {
	m, err := s.find(in.at)
	if err != nil {
		return nil, err
	}
	if err := s.p.hands.React(r.Context(), in.As, m, in.Name); err == nil {
		return nil, nil
	}
	return nil, s.p.hands.Unreact(r.Context(), in.As, m, in.Name)
}

// read remembers that a person has seen a conversation up to a message.
func (s acts) read(_ *http.Request, in at) (wire.Answer, error) {
	s.p.ws.Lock()
	defer s.p.ws.Unlock()
	c := s.p.ws.Conversation(in.Channel)
	if c == nil || !c.Has(in.As) {
		return nil, &hands.NoSuch{What: "conversation", Name: in.Channel}
	}
	if workspace.CompareTS(in.TS, c.Seen[in.As]) > 0 {
		c.Seen[in.As] = in.TS
		s.p.ws.Changes.Mark()
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

// front is the id of the modal that a person has in front of them, or "".
func (s acts) front(user string) string {
	s.p.ws.Lock()
	defer s.p.ws.Unlock()
	stack := s.p.ws.Screens.Of(user)
	if len(stack) == 0 {
		return ""
	}
	return stack[len(stack)-1].ID
}

// view acts on the modal in front, and on no other: the bot may have replaced what the page still showed.
func (s acts) view(r *http.Request, in viewRequest) (wire.Answer, error) {
	if id := s.front(in.As); id == "" || id != in.ID {
		return nil, &hands.NoSuch{What: "open modal", Name: in.ID}
	}
	var resp hands.Response
	switch in.Do {
	case "submit":
		resp = s.p.hands.SubmitView(r.Context(), in.As, in.Inputs)
	case "close":
		resp = s.p.hands.CloseView(r.Context(), in.As)
	case "press":
		resp = s.p.hands.PressInView(r.Context(), in.As, in.Action, in.Value)
	default:
		return nil, &hands.NoSuch{What: "such thing to do as", Name: in.Do}
	}
	return wire.Answer{"errors": resp.Errors}, resp.Err
}

type controlRequest struct {
	ID string `json:"id"`
}

// control presses a button of the stage. What that does is the affair of Options.Run.
func (s acts) control(r *http.Request, in controlRequest) (wire.Answer, error) {
	for _, c := range s.p.o.Controls {
		if c.ID == in.ID && s.p.o.Run != nil {
			message, err := s.p.o.Run(r.Context(), c.ID)
			return wire.Answer{"message": message}, err
		}
	}
	return nil, &hands.NoSuch{What: "control", Name: in.ID}
}
