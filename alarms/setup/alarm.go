package setup

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/oncalm/oncalm/alarms/reconcile"
	"github.com/oncalm/oncalm/alarms/sns"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/text"
)

// blind is how long an alarm may be without data before somebody should look. Some alarms have data only at times, such as
// those of a nightly job; three days leave a weekend out.
const blind = 3 * 24 * time.Hour

// mostMuted is how many alarms are looked at for mute rules: those that fire.
const mostMuted = 20

// A kind of findings about alarms, of which all are told in one.
type kind struct {
	check, level string
	what         string // of one or many: it follows their number
	mend         string
	found        func(a *reconcile.Alarm, acts bool, now time.Time) bool
}

// kinds are what can be amiss with alarms. acts says that an alarm acts on a topic of ours. They are a list, so that a new
// kind is one more entry. Names of the checks are what programs go by, and stay.
func (o *Options) kinds(region string) []kind {
	ours := o.ours()
	put := "aws cloudwatch put-metric-alarm --region " + region + " … "
	return []kind{
		{"alarm-without-ok-action", Warn, "tell our topic that they fire, and never that they are OK again: their incidents stay open",
			put + "--ok-actions " + o.first(region),
			func(a *reconcile.Alarm, acts bool, _ time.Time) bool { return acts && !overOurs(ours, a.Recovers) }},
		{"alarm-without-action", Info, "have no action on a topic of sns.topics: nobody here hears of them",
			put + "--alarm-actions " + o.first(region) + " --ok-actions " + o.first(region),
			func(a *reconcile.Alarm, acts bool, _ time.Time) bool { return !acts && !a.Off }},
		{"alarm-actions-off", Warn, "have their actions switched off: they fire, and nobody hears of it",
			"aws cloudwatch enable-alarm-actions --region " + region + " --alarm-names …",
			func(a *reconcile.Alarm, _ bool, _ time.Time) bool { return a.Off }},
		{"alarm-without-data", Warn, "have had insufficient data for more than three days: they cannot fire",
			"correct their metric and dimensions, or say with --treat-missing-data what that means",
			func(a *reconcile.Alarm, acts bool, now time.Time) bool {
				return acts && a.State == incidents.AlarmUnknown && now.Sub(a.Changed) > blind
			}},
		{"alarm-suppressed", Info, "are suppressed by another alarm now: they page nobody",
			"see ActionsSuppressor of the composite alarm",
			func(a *reconcile.Alarm, acts bool, _ time.Time) bool { return acts && a.Suppressed }},
		{"alarm-unclaimed", Info, "match no service, and go to the default service", "add patterns to services.NAME.alarms",
			func(a *reconcile.Alarm, acts bool, _ time.Time) bool {
				return acts && o.Claimed != nil && !o.Claimed(a)
			}},
	}
}

// overOurs reports whether a topic of ours is among the actions of an alarm.
func overOurs(ours sns.Topics, actions []string) bool {
	return slices.ContainsFunc(actions, func(arn string) bool { _, ok := ours.Match(arn); return ok })
}

// first is the topic of a region that is named in advice. ARN stands in its place if only a wildcard is configured: advice
// needs a topic that is there.
func (o *Options) first(region string) string {
	for _, arn := range o.Topics {
		if strings.Contains(arn, ":sns:"+region+":") {
			return arn
		}
	}
	return "ARN"
}

// alarms looks at the alarms of a region. Of each kind all alarms are one finding: a thousand lines of the same would hide
// the rest.
func (o *Options) alarms(ctx context.Context, region string, now time.Time) (found []Finding) {
	all, more, err := o.CloudWatch.Alarms(ctx, region)
	if err != nil {
		f, _ := unknown(err, "the alarms of "+region, "cloudwatch:DescribeAlarms")
		if o.Reconciles && f.Check == "aws-permission" {
			f.Level, f.What = Error, f.What+"; cloudwatch.reconcile cannot work"
		}
		return []Finding{f}
	}
	ours := o.ours()
	for _, k := range o.kinds(region) {
		var names []string
		for n := range all {
			a := &all[n]
			if k.found(a, overOurs(ours, a.Listed), now) {
				names = append(names, a.Name)
			}
		}
		if len(names) > 0 {
			found = append(found, Finding{k.check, k.level,
				text.Count(len(names), "alarm", "alarms") + " of " + region + " " + k.what + " (" + some(names) + ")", k.mend})
		}
	}
	if more {
		found = append(found, Finding{"alarms-many", Info,
			"only the first " + text.Count(len(all), "alarm", "alarms") + " of " + region + " were looked at",
			"nothing is wrong with that"})
	}
	return append(found, o.muted(ctx, region, all)...)
}

// muted looks which of the alarms that fire are muted, and whether that can be known. Each alarm is a call of its own, so
// only a few are asked about: what is muted and does not fire hurts nobody now.
func (o *Options) muted(ctx context.Context, region string, all []reconcile.Alarm) (found []Finding) {
	var names []string
	looked := 0
	for _, a := range all {
		if a.State != incidents.AlarmFiring || looked == mostMuted {
			continue
		}
		looked++
		muted, err := o.CloudWatch.Muted(ctx, region, a.Name)
		if err != nil {
			f, _ := unknown(err, "the mute rules of "+region, "cloudwatch:ListAlarmMuteRules")
			if o.Reconciles && f.Check == "aws-permission" {
				f.Level, f.What = Error, f.What+"; cloudwatch.reconcile opens nothing without it"
			}
			return []Finding{f}
		}
		if muted {
			names = append(names, a.Name)
		}
	}
	if len(names) > 0 {
		return []Finding{{"alarm-muted", Info,
			text.Count(len(names), "alarm", "alarms") + " of " + region + " in ALARM: a mute rule holds them back (" +
				some(names) + ")", "aws cloudwatch list-alarm-mute-rules --region " + region}}
	}
	return nil
}
