package cloudwatch

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/smithy-go"

	"github.com/oncalm/oncalm/graphs"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/response"
)

// Lag implements [graphs.Source]: the values of a minute may come two minutes later.
func (c *Client) Lag() time.Duration { return 3 * time.Minute }

// Measure implements [graphs.Source]: what an alarm measures is asked for as the alarm has it now, so that formulas are right, and then the
// values. Of a composite alarm that is the first of its alarms that says ALARM.
func (c *Client) Measure(ctx context.Context, a *incidents.Alarm, from, to time.Time) (m response.Measured, err error) {
	client, err := c.in(ctx, a.Region)
	if err != nil {
		return m, err
	}
	alarm, err := measuring(ctx, client,
		&cloudwatch.DescribeAlarmsInput{AlarmTypes: allKinds(), AlarmNames: []string{a.Name}})
	if err != nil {
		return m, err
	}
	queries, watched := queriesOf(alarm)
	if watched == "" {
		return m, graphs.ErrNone
	}
	period := time.Duration(periodOf(queries)) * time.Second
	for to.Sub(from) > graphs.MostValues*period { // whole multiples, so that values stay those of whole periods
		period *= 2
	}
	stretched := stretch(queries, period)
	from, to = from.Truncate(period), to.Truncate(period)
	in := &cloudwatch.GetMetricDataInput{MetricDataQueries: queries, StartTime: &from, EndTime: &to,
		ScanBy: types.ScanByTimestampAscending}
	m = response.Measured{Metric: label(alarm), Unit: string(alarm.Unit), From: from.UTC(),
		Period: int(period / time.Second)}
	if m.Values = make([]*float64, to.Sub(from)/period); len(m.Values) == 0 {
		return m, graphs.ErrNone
	}
	if alarm.ThresholdMetricId == nil && !stretched {
		m.Threshold, m.Comparison = alarm.Threshold, string(alarm.ComparisonOperator)
	}
	return m, collect(ctx, client, in, watched, &m)
}

// measuring is the metric alarm of an answer, or the first below the composite alarm in it that says ALARM.
func measuring(ctx context.Context, client *cloudwatch.Client, in *cloudwatch.DescribeAlarmsInput) (*types.MetricAlarm,
	error) {
	for range 3 { // composites of composites
		out, err := client.DescribeAlarms(ctx, in)
		switch {
		case err != nil:
			return nil, meant("cloudwatch:DescribeAlarms", err)
		case len(out.MetricAlarms) > 0:
			return &out.MetricAlarms[0], nil
		case len(out.CompositeAlarms) == 0:
			return nil, graphs.ErrNone
		}
		below, err := client.DescribeAlarms(ctx,
			&cloudwatch.DescribeAlarmsInput{ChildrenOfAlarmName: out.CompositeAlarms[0].AlarmName,
				MaxRecords: aws.Int32(pageSize)})
		if err != nil {
			return nil, meant("cloudwatch:DescribeAlarms", err)
		}
		var names []string
		for _, a := range read(below) {
			if a.State == incidents.AlarmFiring {
				names = append(names, a.Name)
			}
		}
		if len(names) == 0 {
			return nil, graphs.ErrNone
		}
		in = &cloudwatch.DescribeAlarmsInput{AlarmTypes: allKinds(), AlarmNames: names[:1]}
	}
	return nil, graphs.ErrNone
}

// queriesOf are the queries of what an alarm measures, and the id of the one that it watches; empty if it has none. The band of an anomaly
// is no curve, and is left out.
func queriesOf(a *types.MetricAlarm) (queries []types.MetricDataQuery, watched string) {
	if len(a.Metrics) == 0 {
		if a.MetricName == nil {
			return nil, ""
		}
		stat := string(a.Statistic)
		if a.ExtendedStatistic != nil {
			stat = *a.ExtendedStatistic
		}
		return []types.MetricDataQuery{{Id: aws.String("m1"),
			MetricStat: &types.MetricStat{Stat: &stat, Period: a.Period, Unit: a.Unit,
				Metric: &types.Metric{Namespace: a.Namespace, MetricName: a.MetricName, Dimensions: a.Dimensions}}}}, "m1"
	}
	for _, q := range a.Metrics {
		if aws.ToString(q.Id) == aws.ToString(a.ThresholdMetricId) && a.ThresholdMetricId != nil {
			continue
		}
		if q.ReturnData == nil || *q.ReturnData {
			watched = aws.ToString(q.Id)
		}
		queries = append(queries, q)
	}
	return queries, watched
}

// periodOf is the longest period of some queries, in seconds: that of their result.
func periodOf(queries []types.MetricDataQuery) (seconds int32) {
	for _, q := range queries {
		seconds = max(seconds, aws.ToInt32(q.Period))
		if q.MetricStat != nil {
			seconds = max(seconds, aws.ToInt32(q.MetricStat.Period))
		}
	}
	if seconds == 0 {
		return 60
	}
	return seconds
}

// stretch gives queries a longer period. It reports whether they add up over it, so that their values are no longer those that the
// alarm compares.
func stretch(queries []types.MetricDataQuery, period time.Duration) (adds bool) {
	seconds := int32(period / time.Second)
	for n := range queries {
		if q := &queries[n]; q.MetricStat != nil && aws.ToInt32(q.MetricStat.Period) < seconds {
			stat := *q.MetricStat
			stat.Period, q.MetricStat = &seconds, &stat
			adds = adds || *stat.Stat == string(types.StatisticSum) || *stat.Stat == string(types.StatisticSampleCount)
		} else if q.Expression != nil && q.Period != nil {
			q.Period = &seconds
		}
	}
	return adds
}

// label is what CloudWatch calls what an alarm measures.
func label(a *types.MetricAlarm) string {
	if a.MetricName != nil {
		return *a.MetricName
	}
	for _, q := range a.Metrics {
		if (q.ReturnData == nil || *q.ReturnData) && aws.ToString(q.Label) != "" {
			return *q.Label
		}
	}
	return aws.ToString(a.AlarmName)
}

// collect puts the values of one query into their places.
func collect(ctx context.Context, client *cloudwatch.Client, in *cloudwatch.GetMetricDataInput, id string,
	m *response.Measured) error {
	period := time.Duration(m.Period) * time.Second
	for range 3 {
		out, err := client.GetMetricData(ctx, in)
		if err != nil {
			return meant("cloudwatch:GetMetricData", err)
		}
		for _, r := range out.MetricDataResults {
			if aws.ToString(r.Id) != id {
				continue
			}
			for n, at := range r.Timestamps[:min(len(r.Timestamps), len(r.Values))] {
				v := r.Values[n]
				if at := int(at.Sub(m.From) / period); at >= 0 && at < len(m.Values) && !math.IsNaN(v) && !math.IsInf(v, 0) {
					m.Values[at] = &v
				}
			}
		}
		if in.NextToken = out.NextToken; in.NextToken == nil {
			break
		}
	}
	return nil
}

// meant names the permission that lacks.
func meant(call string, err error) error {
	if api, ok := errors.AsType[smithy.APIError](err); ok && strings.HasPrefix(api.ErrorCode(), "AccessDenied") {
		return fmt.Errorf("%w: %s", graphs.ErrDenied, call)
	}
	return fmt.Errorf("%s: %w", call, err)
}
