package api

import (
	"maps"
	"slices"
	"time"

	"github.com/oncalm/oncalm/bot/slackfake/wire"
)

// Call is one request that reached the fake.
type Call struct {
	Method  string // "chat.post", …, "response_url", "upload"
	Args    map[string]string
	At      time.Time
	Outcome string // "ok", the error's name, or what the fault was
}

// keptCalls bounds how many calls are remembered; of a longer row the older half
// is dropped.
const keptCalls = 100_000

// record notes a request before it is known how it ends, so that one which a fault keeps waiting is listed, too. It leaves
// the token out: tests print what they find.
func (s *API) record(name string, a wire.Args) (seq *Call) {
	if len(s.calls) >= keptCalls {
		s.calls = slices.Clone(s.calls[keptCalls/2:])
	}
	shown := maps.Clone(map[string]string(a))
	delete(shown, "token")
	c := &Call{Method: name, Args: shown, At: time.Now(), Outcome: "unanswered"}
	s.calls = append(s.calls, c)
	return c
}

// settle says how a recorded request ended.
func (s *API) settle(c *Call, outcome string) { c.Outcome = outcome }

// Calls lists the requests so far, the oldest first, without their tokens. With
// names, only those of these methods.
func (s *API) Calls(methods ...string) []Call {
	s.ws.Lock()
	defer s.ws.Unlock()
	var all []Call
	for _, c := range s.calls {
		if len(methods) == 0 || slices.Contains(methods, c.Method) {
			out := *c
			out.Args = maps.Clone(c.Args)
			all = append(all, out)
		}
	}
	return all
}
