package bot

import (
	"context"
	"time"

	"github.com/oncalm/oncalm/bot/slack/blocks"
)

// An origin is where a request says that it comes from. What Slack leaves out is empty: in an organisation of Enterprise Grid
// the workspace may be missing, or be a sibling of the one in which the app was installed.
type origin struct{ team, enterprise, app string }

// A verdict says what is done about a request.
type verdict int

const (
	foreign  verdict = iota // it comes from another workspace, organisation or app
	starting                // Slack has not told yet who we are, so nobody can be told from strangers
	ours
)

// judge tells whether a request comes from our workspace, or our organisation, and through our app. Who signed it knows our
// app's secret anyway.
func (b *Bot) judge(ctx context.Context, o origin) verdict {
	if !b.watch.identity().known() { // at the start it is a matter of a moment
		moment := time.NewTimer(introduction)
		defer moment.Stop()
		select {
		case <-b.watch.known:
		case <-moment.C:
		case <-ctx.Done():
		}
	}

	us := b.watch.identity()
	v := foreign
	switch {
	case !us.known():
		return starting
	case us.App != "" && o.app != us.App:
	case us.Enterprise != "" && o.enterprise != "":
		if o.enterprise == us.Enterprise {
			v = ours
		}
	case us.Team != "" && o.team == us.Team:
		v = ours
	}
	if v == foreign {
		b.log.Warn("a request from another workspace, organisation or app was refused", "team", o.team, "enterprise", o.enterprise, "app", o.app)
	}
	return v
}

// stillStarting is the answer while it is not known who we are.
func stillStarting() blocks.Message {
	return blocks.Sentence("I am still starting and have not heard from Slack who I am; nothing was done. Try again in a minute.")
}

// introduction is how long a request waits for Slack to tell who we are. It leaves some of Slack's patience to carry it out.
const introduction = 1500 * time.Millisecond
