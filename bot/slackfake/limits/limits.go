package limits

import (
	"maps"
	"strconv"
	"sync"
	"time"

	"github.com/oncalm/oncalm/bot/slackfake/faults"
	"github.com/oncalm/oncalm/bot/slackfake/wire"
	"github.com/oncalm/oncalm/bot/slackfake/workspace"
)

// Limits are those of one workspace.
type Limits struct {
	ws    *workspace.Workspace
	rates map[string]Rate // by method

	mu     sync.Mutex
	on     bool
	full   map[string]time.Time // when a rate would be exactly used up, by what it limits
	counts Counts
}

// A Tally is how many calls came, and how many of them were beyond the limits.
type Tally struct{ Calls, Refused int }

// Accepted is how many calls the limits let through.
func (t Tally) Accepted() int { return t.Calls - t.Refused }

func (t Tally) with(refused bool) Tally {
	t.Calls++
	if refused {
		t.Refused++
	}
	return t
}

// Counts is what came so far.
type Counts struct {
	Tally                          // of all calls
	Methods       map[string]Tally // of each method
	Conversations map[string]Tally // of chat.postMessage, by the id of the conversation
}

// New makes limits that are off.
func New(ws *workspace.Workspace) *Limits {
	return &Limits{ws: ws, rates: rates(), full: map[string]time.Time{},
		counts: Counts{Methods: map[string]Tally{}, Conversations: map[string]Tally{}}}
}

// On switches the limits on, or off again. Whoever comes first then finds nothing used up.
func (l *Limits) On(on bool) {
	l.ws.Lock()
	defer l.ws.Unlock()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.on = on
	clear(l.full)
	l.ws.Changes.Mark()
}

// AreOn tells whether calls are limited.
func (l *Limits) AreOn() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.on
}

// Counts tells how many calls came, and how many were refused, since the start.
func (l *Limits) Counts() Counts {
	l.mu.Lock()
	defer l.mu.Unlock()
	c := l.counts
	c.Methods, c.Conversations = maps.Clone(c.Methods), maps.Clone(c.Conversations)
	return c
}

// RateOf is how fast a method may be called in a workspace, if that is limited.
func (l *Limits) RateOf(method string) (Rate, bool) {
	r, ok := l.rates[method]
	return r, ok
}

// Take counts a call, and says how it is refused; nil means that it is not. hook is the response URL that it goes to, if it goes
// to one. The caller holds the workspace's lock.
func (l *Limits) Take(method string, a wire.Args, hook string) *faults.Kind {
	conversation := ""
	if method == "chat.postMessage" {
		conversation = l.conversation(a["channel"])
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	wait := time.Duration(0)
	if l.on {
		wait = l.take(l.concerning(method, conversation, hook), time.Now())
	}
	l.counts.Tally = l.counts.with(wait > 0)
	l.counts.Methods[method] = l.counts.Methods[method].with(wait > 0)
	if conversation != "" {
		l.counts.Conversations[conversation] = l.counts.Conversations[conversation].with(wait > 0)
	}
	if wait == 0 {
		return nil
	}
	seconds := (wait + time.Second - 1) / time.Second
	k := faults.RateLimited(strconv.Itoa(int(seconds)))
	return &k
}

// conversation is the id of the conversation that a message goes to, also of one that it will open.
func (l *Limits) conversation(name string) string {
	if c := l.ws.Find(name); c != nil {
		return c.ID
	}
	if l.ws.User(name) != nil {
		return workspace.DMID(name)
	}
	return name
}

// concerning is what a call has to pass, by names that are used nowhere else.
func (l *Limits) concerning(method, conversation, hook string) map[string]Rate {
	all := map[string]Rate{}
	if r, ok := l.rates[method]; ok {
		all["method "+method] = r
	}
	if conversation != "" {
		all["conversation "+conversation] = InConversation()
	}
	if hook != "" {
		all["hook "+hook] = InConversation()
	}
	return all
}

// keptRates is how many rates may stand before those that are not used up at all are swept.
const keptRates = 1000

// take uses rates up, if there is something left of all of them. Else it is how long until there is.
func (l *Limits) take(all map[string]Rate, now time.Time) (wait time.Duration) {
	if len(l.full) > keptRates {
		maps.DeleteFunc(l.full, func(_ string, at time.Time) bool { return at.Before(now) })
	}
	next := map[string]time.Time{}
	for name, r := range all {
		at := l.full[name]
		if at.Before(now) {
			at = now
		}
		at = at.Add(r.Every)
		next[name] = at
		wait = max(wait, at.Sub(now)-time.Duration(r.Burst)*r.Every)
	}
	if wait == 0 {
		maps.Copy(l.full, next)
	}
	return wait
}
