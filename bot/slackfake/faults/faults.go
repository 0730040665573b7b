package faults

import (
	"slices"
	"time"

	"github.com/oncalm/oncalm/bot/slackfake/wire"
	"github.com/oncalm/oncalm/bot/slackfake/workspace"
)

// Fault makes calls fail. Empty filters match everything.
type Fault struct {
	Method  string // "chat.postMessage", …, "response_url", "upload"
	Channel string // id or name
	User    string // who is named in the call, or whose direct messages it concerns
	Skip    int    // lets so many matching calls through first
	Times   int    // fails so many calls; 0 means until [Faults.Clear]
	Kind    Kind
}

// Faults are how this Slack misbehaves: what was added by hand, each n-th call, and outages.
type Faults struct {
	ws    *workspace.Workspace // its lock guards the rest
	list  []*Fault
	every everyNth
	down  outage
}

// New makes a Slack without faults.
func New(ws *workspace.Workspace) *Faults { return &Faults{ws: ws} }

// Fail adds a fault. Of several that match a call, the first added one counts.
func (f *Faults) Fail(one Fault) {
	f.ws.Lock()
	defer f.ws.Unlock()
	f.list = append(f.list, &one)
}

type everyNth struct {
	n, count int
	kind     Kind
}

// FailEvery makes each n-th call from now on fail, whatever its method; n = 0 turns
// that off.
func (f *Faults) FailEvery(n int, k Kind) {
	f.ws.Lock()
	defer f.ws.Unlock()
	f.every = everyNth{n: n, kind: k}
}

type outage struct {
	on    bool
	until time.Time
}

func (o outage) at(now time.Time) bool { return o.on || now.Before(o.until) }

// Down takes Slack down until Down(false): connections are refused in memory, and
// over a socket every call gets 503. While it is down nobody gets through to the
// bot either.
func (f *Faults) Down(on bool) {
	f.ws.Lock()
	defer f.ws.Unlock()
	f.down = outage{on: on}
	f.ws.Changes.Mark()
}

// DownFor takes Slack down for a while.
func (f *Faults) DownFor(d time.Duration) {
	f.ws.Lock()
	defer f.ws.Unlock()
	f.down = outage{until: time.Now().Add(d)}
	f.ws.Changes.Mark()
}

// IsDown tells whether Slack is down, and until when if that is known.
func (f *Faults) IsDown() (bool, time.Time) {
	f.ws.Lock()
	defer f.ws.Unlock()
	return f.Outage(time.Now())
}

// Outage is [Faults.IsDown] for those who hold the workspace's lock.
func (f *Faults) Outage(now time.Time) (down bool, until time.Time) {
	return f.down.at(now), f.down.until
}

// Clear ends all faults and outages.
func (f *Faults) Clear() {
	f.ws.Lock()
	defer f.ws.Unlock()
	f.list, f.every, f.down = nil, everyNth{}, outage{}
	f.ws.Changes.Mark()
}

// Choose chooses how a call fails; nil means that it does not. The caller holds the workspace's lock.
func (f *Faults) Choose(name string, a wire.Args) *Kind {
	if f.down.at(time.Now()) {
		k := Refused()
		return &k
	}
	for _, one := range f.list {
		if !f.concerns(one, name, a) {
			continue
		}
		if one.Skip > 0 {
			one.Skip--
			continue
		}
		if one.Times > 0 {
			if one.Times--; one.Times == 0 {
				f.list = slices.DeleteFunc(f.list, func(x *Fault) bool { return x == one })
			}
		}
		k := one.Kind
		return &k
	}
	if f.every.n > 0 {
		if f.every.count++; f.every.count%f.every.n == 0 {
			k := f.every.kind
			return &k
		}
	}
	return nil
}

func (f *Faults) concerns(one *Fault, name string, a wire.Args) bool {
	if one.Method != "" && one.Method != name {
		return false
	}
	c := f.ws.Find(a["channel"])
	if c == nil {
		c = f.ws.Find(a["channel_id"])
	}
	if one.Channel != "" && (c == nil || f.ws.Find(one.Channel) != c) {
		return false
	}
	if one.User == "" {
		return true
	}
	named := slices.Concat(a.List("user"), a.List("users"), a.List("user_id"), []string{a["channel"]})
	return slices.Contains(named, one.User) || a["channel"] == workspace.DMID(one.User)
}
