package rights

import (
	"context"
	"log/slog"
	"maps"
	"regexp"
	"slices"
	"sync"
	"time"

	"github.com/oncalm/oncalm/clocks"
)

// groupForm is the id of a user group in Slack. No person is called so in a configuration.
var groupForm = regexp.MustCompile(`^S[A-Z0-9]{5,30}$`)

// IsGroup reports whether a name that has a role is the id of a user group.
func IsGroup(name string) bool { return groupForm.MatchString(name) }

// Groups are the user groups that have roles.
func (r Rules) Groups() []string {
	return slices.Compact(slices.Sorted(func(yield func(string) bool) {
		for _, names := range r {
			for _, name := range names {
				if IsGroup(name) && !yield(name) {
					return
				}
			}
		}
	}))
}

const (
	// asked is how often Slack is asked who is in a group, and believed how long its answer is.
	asked    = 2 * time.Minute
	believed = 5 * time.Minute
	// again is the pause after Slack did not say it.
	again = 15 * time.Second
)

// Groups remember who is in user groups. Slack is asked beside the requests, none of which waits for it.
//
// Where Slack does not say it any more, those who answer pages stay what they were known to be, however long ago: they are needed most
// when something is down. Approvers and admins are nobody then.
type Groups struct {
	Ask   func(ctx context.Context, group string) (users []string, err error)
	Clock *clocks.Clock
	Log   *slog.Logger

	mu    sync.Mutex
	known map[string]told
}

// told is what Slack said about a group.
type told struct {
	users []string
	at    time.Time
}

// Run keeps what is known of the groups new, until ctx ends.
func (g *Groups) Run(ctx context.Context, groups func() []string) {
	for {
		pause := asked
		for _, id := range groups() {
			users, err := g.Ask(ctx, id)
			if err != nil {
				g.Log.Warn("Slack does not say who is in a user group that has a role", "group", id, "err", err)
				pause = again
				continue
			}
			g.mu.Lock()
			if g.known == nil {
				g.known = map[string]told{}
			}
			g.known[id] = told{users, g.Clock.Now()}
			g.mu.Unlock()
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause):
		}
	}
}

// Rules are rules with the people of groups in them; names are theirs by their ids in Slack. Of a group that Slack has said nothing about
// since the start nobody is a member, except that then everybody but the viewers answers pages: better a stranger among the responders for a
// moment than none at all. The ids of groups stay: that somebody has a role at all means something.
func (g *Groups) Rules(r Rules, names map[string]string) Rules {
	if len(r.Groups()) == 0 {
		return r
	}
	g.mu.Lock()
	known, now := maps.Clone(g.known), g.Clock.Now()
	g.mu.Unlock()
	all := Rules{}
	for role, holders := range r {
		all[role] = slices.Clone(holders)
		for _, id := range holders {
			old := now.Sub(known[id].at) > believed
			if !IsGroup(id) || old && (role == Approver || role == Admin) {
				continue
			}
			if known[id].at.IsZero() && role == Responder {
				for _, person := range names {
					if !slices.Contains(r[Viewer], person) {
						all[role] = append(all[role], person)
					}
				}
			}
			for _, user := range known[id].users {
				if person := names[user]; person != "" && !slices.Contains(all[role], person) {
					all[role] = append(all[role], person)
				}
			}
		}
	}
	return all
}
