// Package watching puts together what a configuration has of the watch: who outside hears that the pager lives, and what must be well
// for that.
package watching

import (
	"context"
	"log/slog"
	"maps"
	"net/http"
	"slices"

	"github.com/oncalm/oncalm/alarms"
	"github.com/oncalm/oncalm/alarms/cloudwatch"
	"github.com/oncalm/oncalm/bot/notice"
	"github.com/oncalm/oncalm/clocks"
	"github.com/oncalm/oncalm/cmd/oncalm/amazon"
	"github.com/oncalm/oncalm/cmd/oncalm/config"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/paging"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/watch"
)

// Kept is what stays over reloads.
type Kept struct {
	Topic   watch.Topic
	Audits  watch.Audits
	Metrics *watch.Metrics
	Started clocks.Moment
}

// Parts are those of the program that a watch looks at.
type Parts struct {
	Kept   *Kept
	Store  store.Store
	Intake *alarms.Intake
	Look   func(context.Context) (outbox.State, error) // [outbox.Runner.Look]
	Slack  func(context.Context) error                 // asks Slack whether it is there and takes our token
	// Checks are what has to hold, and OfSlack what has to if there is no other way to people.
	Checks, OfSlack []watch.Check
	Ways            amazon.Ways
	// Transport is that to watch.url; nil is the network.
	Transport http.RoundTripper
	Clock     *clocks.Clock
	Log       *slog.Logger
}

// New wires the watch. Where a page may go by another channel than Slack, Slack's being away is no reason for no heartbeat.
func New(cfg *config.Config, p Parts) *watch.Watch {
	via := other(cfg)
	w := &watch.Watch{
		On: cfg.Watch.On, Store: p.Store, Topic: &p.Kept.Topic, Lane: paging.Lanes(via)[0],
		Checks: append([]watch.Check{watch.Behind(p.Look, lanes(via)...)}, p.Checks...), Audits: &p.Kept.Audits,
		Away:    watch.Away{Channel: cfg.Slack.Channel, Reconciles: cfg.Reconcile > 0, Owe: (&notice.Notices{}).OweChannel},
		Started: p.Kept.Started, Clock: p.Clock, Metrics: p.Kept.Metrics, Log: p.Log.With("component", "watch"),
	}
	if via == incidents.ViaSlack {
		w.Reach, w.Checks = p.Slack, append(w.Checks, p.OfSlack...)
	}
	w.Taker = alarms.Rehearsal{Intake: p.Intake, Then: w.Taken}
	if url := cfg.Watch.URL; !url.Empty() {
		w.Beats = append(w.Beats, watch.URL(url.Reveal(), p.Transport))
	}
	if cfg.Watch.Metric != "" {
		w.Beats = append(w.Beats, watch.Metric(cfg.Watch.Metric, cloudwatch.New(p.Ways.Own).Put))
	}
	return w
}

// other is a channel by which pages go while Slack is away; Slack if there is somebody who could not be paged then.
func other(cfg *config.Config) string {
	found := incidents.ViaSlack
	for _, person := range slices.Sorted(maps.Keys(cfg.People)) {
		vias := cfg.Reach(person, incidents.Sev1)
		n := slices.IndexFunc(vias, func(via paging.Via) bool { return via.Name != incidents.ViaSlack })
		switch {
		case len(vias) == 0: // who cannot be paged at all
		case n < 0:
			return incidents.ViaSlack
		case found == incidents.ViaSlack:
			found = vias[n].Name
		}
	}
	return found
}

// lanes are those in which nothing may wait.
func lanes(via string) []outbox.Lane {
	pages := paging.Lanes(via)
	return append([]outbox.Lane{outbox.Decisions}, pages[:]...)
}
