package main

import (
	"cmp"
	"context"
	"maps"

	"github.com/oncalm/oncalm/bot/notice"
	"github.com/oncalm/oncalm/bot/report"
	"github.com/oncalm/oncalm/postmortems/learning"
	"github.com/oncalm/oncalm/web"
)

// wireReport wires what tells of weeks.
func (a *assembly) wireReport() {
	weekly := a.cfg.Report
	weekly.Channel = cmp.Or(weekly.Channel, a.cfg.Slack.Channel)
	zones, zone := a.cfg.Zones()
	a.report = &report.Teller{Weekly: weekly, Store: a.store, Source: learning.Source{Store: a.store},
		Zone: zone, Zones: zones,
		Owe: (&notice.Notices{}).OweChannel, Clock: a.clock}
	maps.Copy(a.handlers, a.report.Handlers())
}

// reports are the same as pages.
func (a *assembly) reports() *web.Reports {
	return &web.Reports{Source: a.report.Source, Zone: a.report.Zone, Zones: a.report.Zones, Clock: a.clock, Log: a.log}
}

// planReport enqueues the next report of a week. If the store does not take it, there is none until the next start.
func (a *assembly) planReport(ctx context.Context) {
	if err := a.report.Plan(ctx); err != nil && ctx.Err() == nil {
		a.log.Error("the report of the week cannot be planned; there is none until the next start", "err", err)
	}
}
