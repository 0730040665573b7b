package watching

import (
	"context"

	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/cmd/oncalm/config"
	"github.com/oncalm/oncalm/heartbeats"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/text"
	"github.com/oncalm/oncalm/watch"
)

// Status returns what tells people in Slack when the last canary and the last heartbeats were; nothing of what is not configured.
func Status(cfg *config.Config, s store.Store) func(context.Context) ([]blocks.Line, error) {
	return func(ctx context.Context) (lines []blocks.Line, err error) {
		if !cfg.Watch.On && len(cfg.Heartbeats) == 0 {
			return nil, nil
		}
		report, err := watch.Read(ctx, s, cfg.Heartbeats)
		if err != nil {
			return nil, err
		}
		if cfg.Watch.On {
			lines = append(lines, ofWatch(report.State))
		}
		for _, h := range report.Others {
			lines = append(lines, ofHeartbeat(h))
		}
		return lines, nil
	}
}

func ofWatch(s watch.State) blocks.Line {
	l := blocks.Say("Oncalm itself: no canary has arrived yet")
	if !s.Canary.IsZero() {
		l = blocks.Say("Oncalm itself: the last canary arrived ", s.Canary)
	}
	switch {
	case s.Problem != "":
		return append(l, blocks.Say("; no heartbeat has been sent since ", s.Since, ": ",
			text.Clip(text.Line(s.Problem), 200))...)
	case s.Heartbeat.IsZero():
		return append(l, blocks.Say("; no heartbeat has been sent yet")...)
	}
	return append(l, blocks.Say("; the last heartbeat was sent ", s.Heartbeat)...)
}

func ofHeartbeat(h heartbeats.Standing) blocks.Line {
	l := blocks.Say("Heartbeat ", h.Name, ": has not beaten yet")
	if !h.Beat.IsZero() {
		l = blocks.Say("Heartbeat ", h.Name, ": beat ", h.Beat)
	}
	if !h.Missing.IsZero() {
		return append(l, blocks.Say("; missing since ", h.Missing, " (incident ", h.Incident, ")")...)
	}
	return append(l, blocks.Say("; expected by ", h.Due)...)
}
