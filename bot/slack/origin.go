package slack

import (
	"context"
	"time"
)

// An Origin is where a request says that it comes from. What Slack leaves out is empty: in an organisation of Enterprise Grid
// the workspace may be missing, or be a sibling of the one in which the app was installed.
type Origin struct{ Team, Enterprise, App string }

// A Verdict says what is done about a request.
type Verdict int

// The verdicts.
const (
	Foreign  Verdict = iota // it comes from another workspace, organisation or app
	Starting                // Slack has not told yet who we are, so nobody can be told from strangers
	Ours
)

// Judge tells whether a request comes from our workspace, or our organisation, and through our app. Who signed it knows our
// app's secret anyway.
func (w *Watch) Judge(ctx context.Context, o Origin) Verdict {
	if !w.Identity().Known() { // at the start it is a matter of a moment
		moment := time.NewTimer(introduction)
		defer moment.Stop()
		select {
		case <-w.known:
		case <-moment.C:
		case <-ctx.Done():
		}
	}

	us := w.Identity()
	v := Foreign
	switch {
	case !us.Known():
		return Starting
	case us.App != "" && o.App != us.App:
	case us.Enterprise != "" && o.Enterprise != "":
		if o.Enterprise == us.Enterprise {
			v = Ours
		}
	case us.Team != "" && o.Team == us.Team:
		v = Ours
	}
	if v == Foreign {
		w.log.Warn("a request from another workspace, organisation or app was refused", "team", o.Team, "enterprise",
			o.Enterprise, "app", o.App)
	}
	return v
}

// introduction is how long a request waits for Slack to tell who we are. It leaves some of Slack's patience to carry it out.
const introduction = 1500 * time.Millisecond
