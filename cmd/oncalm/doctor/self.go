package doctor

import (
	"context"
	"fmt"
	"time"

	"github.com/oncalm/oncalm/alarms/setup"
	"github.com/oncalm/oncalm/cmd/oncalm/config"
	"github.com/oncalm/oncalm/heartbeats"
	"github.com/oncalm/oncalm/store/bolt/disk"
	"github.com/oncalm/oncalm/text"
	"github.com/oncalm/oncalm/watch"
)

// lookAtSelf says when the last canary and the last heartbeat were, and when others beat last, as far as the configuration has such.
// Who runs no server yet has nothing wrong with that.
func lookAtSelf(ctx context.Context, cfg *config.Config, now time.Time) (all []finding) {
	if !cfg.Watch.On && len(cfg.Heartbeats) == 0 {
		return nil
	}
	path, err := disk.Locate(cfg.Store)
	if err != nil {
		path = cfg.Store // where nobody listens
	}
	report, ok := watch.Ask(ctx, path)
	if !ok {
		return []finding{{Check: "watch-server", Level: setup.Info, What: "no server runs that could say when the last heartbeats were",
			Mend: "start it with oncalm serve"}}
	}
	if cfg.Watch.On {
		all = append(all, ofWatch(report.State, now))
	}
	for _, h := range report.Others {
		all = append(all, ofHeartbeat(h, now))
	}
	return all
}

// ofWatch says how the watch stands.
func ofWatch(s watch.State, now time.Time) finding {
	said := "no canary has arrived yet"
	if !s.Canary.IsZero() {
		said = fmt.Sprintf("the last canary arrived %s, in %s", ago(s.Canary, now),
			max(s.Took.Round(time.Millisecond), time.Millisecond))
	}
	if s.Heartbeat.IsZero() {
		said += "; no heartbeat has been sent yet"
	} else {
		said += "; the last heartbeat went " + ago(s.Heartbeat, now)
	}
	// one that was begun just now has not had the time
	if s.Problem == "" || now.Sub(s.Since) < watch.Each {
		return finding{Check: "watch", Level: setup.Info, What: said, Mend: "nothing to do"}
	}
	return finding{Check: "watch", Level: setup.Error,
		What: "no heartbeat has been sent since " + utc(s.Since) + ": " + text.Line(s.Problem) + "; " + said,
		Mend: "see the log of the server, and docs/heartbeats.md"}
}

// ofHeartbeat says when something beat last.
func ofHeartbeat(h heartbeats.Standing, now time.Time) finding {
	said := "the heartbeat " + h.Name + " has not beaten yet"
	if !h.Beat.IsZero() {
		said = "the heartbeat " + h.Name + " beat " + ago(h.Beat, now)
	}
	if !h.Missing.IsZero() {
		return finding{Check: "heartbeat", Level: setup.Warn,
			What: said + ", and is missing since " + utc(h.Missing) + " (incident " + h.Incident + ")",
			Mend: "let what beats run, or take it out of heartbeats"}
	}
	return finding{Check: "heartbeat", Level: setup.Info,
		What: said + "; it is missing if it does not beat again by " + utc(h.Due), Mend: "nothing to do"}
}

// ago says when something was.
func ago(t, now time.Time) string {
	return now.Sub(t).Round(time.Second).String() + " ago, at " + utc(t)
}

func utc(t time.Time) string { return t.UTC().Format(time.DateTime) + " UTC" }
