package reconcile

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/oncalm/oncalm/alarms/aws"
	"github.com/oncalm/oncalm/alarms/known"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/store"
)

// asked is of how many open incidents the alarms are asked for, the oldest first: it bounds what AWS is paid.
const asked = 1000

// fires is what says ALARM in an open incident, as far as we know.
type fires struct {
	series map[string][]string // by the fingerprint of an alarm: those of it that say ALARM
	names  []string
	alarms []opener
}

// opener is the alarm that opened an incident, with the topic that speaks for it.
type opener struct {
	arn, topic string
	opened     time.Time
}

// open reads what fires in the open incidents.
func (l *Loop) open(ctx context.Context) (f fires, err error) {
	err = l.Store.View(ctx, func(tx store.Tx) error {
		f = fires{series: map[string][]string{}}
		names := map[string]bool{}
		for _, id := range incidents.OpenIDs(tx, asked) {
			i, err := incidents.Head(tx, id)
			if err != nil {
				continue // fsck names it
			}
			for series, name := range i.Firing {
				fp := known.FingerprintOf(series)
				f.series[fp] = append(f.series[fp], series)
				names[name] = true
			}
			a, err := incidents.Evidence(tx, i)
			if err != nil || a == nil {
				continue
			}
			if arn, ok := aws.ParseARN(a.ARN); ok && arn.AlarmName() != "" && i.Firing[a.Series] != "" {
				f.alarms = append(f.alarms, opener{a.ARN, known.Of(tx, known.AlarmFingerprint(a.ARN)).Topic, i.Opened})
			}
		}
		f.names = slices.Sorted(maps.Keys(names))
		return nil
	})
	return f, err
}

// over takes in that alarms of open incidents are OK, or were deleted, of which no message came.
func (l *Loop) over(ctx context.Context, rules Rules, region string, firing []Alarm, now time.Time) error {
	open, err := l.open(ctx)
	if err != nil || len(open.names) == 0 {
		return err
	}
	stands, err := l.API.Named(ctx, region, open.names)
	if err != nil {
		return err
	}
	for _, a := range stands {
		for _, series := range open.series[known.AlarmFingerprint(a.ARN)] {
			if a.State != incidents.AlarmOK || now.Sub(a.Changed) < Grace {
				continue
			}
			if err := l.well(ctx, rules, &a, series, now); err != nil {
				return err
			}
		}
	}
	return l.deleted(ctx, rules, region, open, slices.Concat(firing, stands), now)
}

// well takes in that an alarm is OK, or one of its contributors: they are all, if the alarm is. What is known to be newer
// is left alone, so a message that comes meanwhile wins.
func (l *Loop) well(ctx context.Context, rules Rules, a *Alarm, series string, now time.Time) error {
	var rec known.Record
	fp := known.AlarmFingerprint(a.ARN)
	err := l.Store.View(ctx, func(tx store.Tx) error { rec = known.Of(tx, fp); return nil })
	if err != nil || !rec.Series[series].Changed.Before(a.Changed) {
		return err
	}
	topic, ours := a.over(rules.Topics)
	if !ours { // nobody would have told us; over which topic does not matter, if it may speak for the alarm
		topic = rec.Topic
	}
	if _, ok := rules.Topics.Match(topic); !ok {
		return nil
	}
	_, contributor, _ := strings.Cut(series, "#")
	return l.take(ctx, rules, a, topic, contributor, now)
}

// deleted takes in that alarms of open incidents are no more. An alarm of an account that was not asked may well be there.
// Only accounts of which some alarm was heard in this answer count as asked.
func (l *Loop) deleted(ctx context.Context, rules Rules, region string, open fires, there []Alarm,
	now time.Time) error {
	accounts, exists := map[string]bool{}, map[string]bool{}
	for _, a := range there {
		if arn, ok := aws.ParseARN(a.ARN); ok {
			accounts[arn.Account], exists[a.ARN] = true, true
		}
	}
	for _, d := range open.alarms {
		arn, ok := aws.ParseARN(d.arn)
		if !ok || arn.Region != region || !accounts[arn.Account] || exists[d.arn] {
			continue
		}
		if _, ok := rules.Topics.Match(d.topic); !ok {
			continue
		}
		text, err := json.Marshal(map[string]any{
			"version": "0", "id": "deleted", "source": "aws.cloudwatch", "detail-type": "CloudWatch Alarm Configuration Change",
			"account": arn.Account, "region": region, "time": now.Format(time.RFC3339), "resources": []string{d.arn},
			"detail": map[string]any{"alarmName": arn.AlarmName(), "operation": "delete"},
		})
		if err != nil {
			return err
		}
		// One message for each incident: its time is that of the incident.
		if _, err := rules.Take(ctx,
			found(d.topic, string(text), d.arn+" deleted", d.opened, rules.Topics, now)); err != nil {
			return err
		}
	}
	return nil
}
