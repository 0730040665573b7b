package bot

import (
	"context"
	"time"
)

// An origin is where a request says that it comes from. What Slack leaves out is empty: in an organisation of Enterprise Grid
// the workspace may be missing, or be a sibling of the one in which the app was installed.
type origin struct{ Team, Enterprise, App string }

// A verdict says what is done about a request.
type verdict int

const (
	foreign  verdict = iota // it comes from another workspace, organisation or app
	starting                // Slack has not told yet who we are, so nobody can be told from strangers
	ours
)

// judge tells whether a request comes from our workspace, or our organisation, and through our app. Who signed it knows our
// app's secret anyway.
func (w *watch) judge(ctx context.Context, o origin) verdict {
	if !w.identity().known() { // at the start it is a matter of a moment
		moment := time.NewTimer(introduction)
		defer moment.Stop()
		select {
		case <-w.known:
		case <-moment.C:
		case <-ctx.Done():
		}
	}

	us := w.identity()
	v := foreign
	switch {
	case !us.known():
		return starting
	case us.App != "" && o.App != us.App:
	case us.Enterprise != "" && o.Enterprise != "":
		if o.Enterprise == us.Enterprise {
			v = ours
		}
	case us.Team != "" && o.Team == us.Team:
		v = ours
	}
	if v == foreign {
		w.log.Warn("a request from another workspace, organisation or app was refused", "team", o.Team, "enterprise", o.Enterprise, "app", o.App)
	}
	return v
}

// introduction is how long a request waits for Slack to tell who we are. It leaves some of Slack's patience to carry it out.
const introduction = 1500 * time.Millisecond
