package chat

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/oncalm/oncalm/bot/when"
)

// A Person is what Slack needs to know of somebody.
type Person struct {
	Slack string         // id of the user in Slack, U…; "" if they have none
	Zone  *time.Location // for times in texts without markup; nil means UTC
}

// Users are the names of people by their ids in Slack. The error names two that have the same.
func Users(people map[string]Person) (map[string]string, error) {
	users := map[string]string{}
	for name, p := range people {
		if p.Slack == "" {
			continue
		}
		if other, taken := users[p.Slack]; taken {
			return nil, fmt.Errorf("%s and %s have the same Slack id %s", min(name, other), max(name, other), p.Slack)
		}
		users[p.Slack] = name
	}
	return users, nil
}

// zone is where a person lives, for times in plain text.
func (r *Router) zone(person string) *time.Location {
	if z := r.o.People[person].Zone; z != nil {
		return z
	}
	return time.UTC
}

// ZoneOf is the zone in which somebody means the times that they write: that of the configuration, or else Slack's, or else UTC.
func (r *Router) ZoneOf(c *Call) *time.Location {
	if r.o.People[c.Person].Zone == nil && c.Zone != nil {
		return c.Zone
	}
	return r.zone(c.Person)
}

// timed reports whether there is a time in front of what was typed, or behind the number of an incident.
func (c *Call) timed() bool {
	for _, arg := range c.Args[:min(len(c.Args), 2)] {
		if when.Timed(c.Rest[arg.From:]) {
			return true
		}
	}
	return false
}

const (
	// asking is how long a request waits for Slack to tell somebody's zone. There is an answer without it as well.
	asking = 700 * time.Millisecond
	// zonesKept is how long it is believed. People travel.
	zonesKept = time.Hour
)

// zones remembers what Slack told about where people are. The zero value is ready.
type zones struct {
	mu    sync.Mutex
	known map[string]zoneTold
}

type zoneTold struct {
	zone *time.Location // nil if Slack did not tell
	at   time.Time
}

// learnZone asks Slack for the zone of a person of whom the configuration does not say it.
func (r *Router) learnZone(ctx context.Context, c *Call) {
	user := r.o.People[c.Person].Slack
	if r.o.People[c.Person].Zone != nil || user == "" {
		return
	}
	r.zones.mu.Lock()
	told, ok := r.zones.known[user]
	r.zones.mu.Unlock()
	if ok && c.Now.Sub(told.at) < zonesKept {
		c.Zone = told.zone
		return
	}
	short, cancel := context.WithTimeout(ctx, asking)
	defer cancel()
	u, err := r.o.Out.UserInfo(short, user)
	if err != nil {
		r.o.Log.Info("Slack does not say what somebody's time zone is; using the schedule's", "person", c.Person, "err", err)
	}
	c.Zone = u.Zone
	r.zones.mu.Lock()
	defer r.zones.mu.Unlock()
	if r.zones.known == nil {
		r.zones.known = map[string]zoneTold{}
	}
	r.zones.known[user] = zoneTold{c.Zone, c.Now}
}
