package cloudwatchtest

import (
	"time"

	"github.com/aws/smithy-go/encoding/cbor"
)

// Measure sets what every metric measured: its values from a time on, each of a period, and how many an answer has at most.
func (c *CloudWatch) Measure(from time.Time, period time.Duration, page int, values ...float64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.measured = measured{from, period, page, values}
}

// measured are the values of all metrics.
type measured struct {
	from   time.Time
	period time.Duration
	page   int
	values []float64
}

// data answers GetMetricData: for each query that asks for it, the values of the time that is asked for, in pages. A formula has ten times
// the values.
func (c *CloudWatch) data(in cbor.Map) cbor.Map {
	c.queries = nil
	var results cbor.List
	queries, _ := in["MetricDataQueries"].(cbor.List)
	from, to := instant(in["StartTime"]), instant(in["EndTime"])
	var skip int
	if word(in["NextToken"]) != "" {
		skip = c.measured.page
	}
	more := false
	for _, q := range queries {
		query, _ := q.(cbor.Map)
		c.queries = append(c.queries, word(query["Id"])+" "+word(query["Expression"]))
		if yes, ok := query["ReturnData"].(cbor.Bool); ok && !bool(yes) {
			continue
		}
		times, values := cbor.List{}, cbor.List{}
		for n, v := range c.measured.values {
			at := c.measured.from.Add(time.Duration(n) * c.measured.period)
			switch {
			case n < skip, at.Before(from), !at.Before(to):
				continue
			case len(values) == c.measured.page:
				more = true
				continue
			}
			if word(query["Expression"]) != "" {
				v *= 10
			}
			times, values = append(times, moment(at)), append(values, cbor.Float64(v))
		}
		results = append(results, cbor.Map{"Id": query["Id"], "Label": cbor.String("label"), "Timestamps": times, "Values": values,
			"StatusCode": cbor.String("Complete")})
	}
	out := cbor.Map{"MetricDataResults": results, "Messages": cbor.List{}}
	if more {
		out["NextToken"] = cbor.String("more")
	}
	return out
}

// Queries are the ids and formulas of the queries that were asked for last.
func (c *CloudWatch) Queries() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.queries
}

// formula are the metrics of an alarm on a formula: it watches the formula, and not what goes into it.
func formula(text string) cbor.List {
	stat := func(id, name string) cbor.Value {
		return cbor.Map{"Id": cbor.String(id), "ReturnData": cbor.Bool(false), "MetricStat": cbor.Map{
			"Stat": cbor.String("Sum"), "Period": cbor.Uint(300),
			"Metric": cbor.Map{"Namespace": cbor.String("Shop"), "MetricName": cbor.String(name), "Dimensions": cbor.List{}}}}
	}
	return cbor.List{stat("m1", "Failed"), stat("m2", "All"), cbor.Map{"Id": cbor.String("e1"), "Expression": cbor.String(text),
		"Label": cbor.String("Share that failed"), "ReturnData": cbor.Bool(true)}}
}

// instant is a time on the wire.
func instant(v cbor.Value) time.Time {
	tag, ok := v.(*cbor.Tag)
	if !ok {
		return time.Time{}
	}
	seconds, _ := cbor.AsFloat64(tag.Value)
	return time.UnixMilli(int64(seconds * 1000)).UTC()
}
