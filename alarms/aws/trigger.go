package aws

import (
	"regexp"
	"slices"
	"strings"

	"github.com/oncalm/oncalm/text"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/store/record/scan"
)

// MaxExpression is the most that is kept of a formula or query, in characters.
const MaxExpression = 2000

// metricOf reads what an alarm measures: the Trigger of the message to SNS, or the
// configuration in EventBridge's form, which spells the same names otherwise. It
// returns nil if there is nothing to read.
func metricOf(t Fields) *incidents.Metric {
	if len(t) == 0 {
		return nil
	}
	m := &incidents.Metric{
		Comparison: Line(either(t, "ComparisonOperator", "comparisonOperator"), MaxName),
		Period:     t.Whole("Period"),
		Periods:    max(t.Whole("EvaluationPeriods"), t.Whole("evaluationPeriods")),
		Datapoints: max(t.Whole("DatapointsToAlarm"), t.Whole("datapointsToAlarm")),
	}
	for _, name := range [...]string{"Threshold", "threshold"} {
		if n, ok := t.Number(name); ok {
			m.Threshold = new(n)
		}
	}
	if list := append(t.List("Metrics"), t.List("metrics")...); len(list) > 0 {
		fromQueries(m, list)
	} else {
		m.Namespace, m.Name = Line(t.Text("Namespace"), MaxName), Line(t.Text("MetricName"), MaxName)
		m.Statistic = statistic(FirstOf(t.Text("ExtendedStatistic"), t.Text("Statistic")))
		m.Unit = Line(t.Text("Unit"), MaxName)
		m.Dimensions = dimensionsOf(t.Get("Dimensions"))
	}
	if m.Name == "" && m.Expression == "" && m.Threshold == nil && m.Comparison == "" {
		return nil
	}
	return m
}

// either returns the first of two members that is a text.
func either(f Fields, one, other string) string { return FirstOf(f.Text(one), f.Text(other)) }

// query is one element of an alarm over several metrics.
type query struct {
	id, expression string
	returned       bool
	period         int
	stat           *incidents.Metric // nil for an expression
}

// fromQueries reads an alarm over several metrics: the query whose result is watched,
// and the metrics that go into it.
func fromQueries(m *incidents.Metric, list []string) {
	var queries []query
	for _, raw := range list[:min(len(list), 500)] {
		queries = append(queries, queryOf(Members(raw)))
	}
	watched := slices.IndexFunc(queries, func(q query) bool { return q.returned && !isBand(q.expression) })
	if watched < 0 {
		return
	}
	q := queries[watched]
	m.Period = max(m.Period, q.period)
	if q.stat != nil {
		fromStats(m, []query{q})
		return
	}
	m.Expression = Line(q.expression, MaxExpression)
	fromStats(m, sources(queries, q.expression))
}

// isBand reports whether an expression is the band of an anomaly detector, not what
// is compared with it.
func isBand(expression string) bool { return strings.HasPrefix(expression, "ANOMALY_DETECTION_BAND") }

func queryOf(f Fields) query {
	q := query{
		id: either(f, "Id", "id"), expression: either(f, "Expression", "expression"),
		period:   max(f.Whole("Period"), f.Whole("period")),
		returned: f.Is("ReturnData") || f.Is("returnData") || !f.Has("ReturnData") && !f.Has("returnData"),
	}
	s := f.Object("MetricStat")
	if s == nil {
		s = f.Object("metricStat")
	}
	if s == nil {
		return q
	}
	metric := s.Object("Metric")
	if metric == nil {
		metric = s.Object("metric")
	}
	dimensions := FirstOf(metric.Get("Dimensions"), metric.Get("dimensions"))
	q.period = max(q.period, s.Whole("Period"), s.Whole("period"))
	q.stat = &incidents.Metric{
		Namespace:  Line(either(metric, "Namespace", "namespace"), MaxName),
		Name:       Line(either(metric, "MetricName", "name"), MaxName),
		Statistic:  statistic(either(s, "Stat", "stat")),
		Unit:       Line(either(s, "Unit", "unit"), MaxName),
		Dimensions: dimensionsOf(dimensions),
	}
	return q
}

var queryID = regexp.MustCompile(`[a-z][a-zA-Z0-9_]*`)

// sources are the metrics that an expression names; all of them if it names none, as
// SUM(METRICS()) does.
func sources(queries []query, expression string) []query {
	named := queryID.FindAllString(expression, -1)
	var all, used []query
	for _, q := range queries {
		if q.stat == nil {
			continue
		}
		all = append(all, q)
		if slices.Contains(named, q.id) {
			used = append(used, q)
		}
	}
	if len(used) > 0 {
		return used
	}
	return all
}

// fromStats takes over what the metrics have in common, and the union of their
// dimensions: these tell which resource it is about.
func fromStats(m *incidents.Metric, from []query) {
	var namespaces, names, statistics, units []string
	for _, q := range from {
		namespaces, names = append(namespaces, q.stat.Namespace), append(names, q.stat.Name)
		statistics, units = append(statistics, q.stat.Statistic), append(units, q.stat.Unit)
		m.Period = max(m.Period, q.period)
		m.Dimensions = append(m.Dimensions, q.stat.Dimensions...)
	}
	m.Namespace, m.Statistic, m.Unit = common(namespaces), common(statistics), common(units)
	slices.Sort(names)
	m.Name = text.ClipRunes(strings.Join(slices.Compact(names), ", "), MaxName)
	m.Dimensions = tidy(m.Dimensions)
}

// common returns the text that all are, or nothing.
func common(texts []string) string {
	slices.Sort(texts)
	if texts = slices.Compact(texts); len(texts) == 1 {
		return texts[0]
	}
	return ""
}

// dimensionsOf reads [{"value":…,"name":…}], or {name: value}.
func dimensionsOf(raw string) []incidents.Dimension {
	var found []incidents.Dimension
	for _, d := range Elements(raw) {
		f := Members(d)
		found = append(found, incidents.Dimension{Name: f.Text("name"), Value: f.Text("value")})
	}
	for _, m := range Members(raw).Distinct() {
		value, _ := scan.Unquote(m.Value)
		found = append(found, incidents.Dimension{Name: m.Name, Value: value})
	}
	for i, d := range found {
		found[i] = incidents.Dimension{Name: Line(d.Name, MaxName), Value: Line(d.Value, MaxValue)}
	}
	return tidy(found)
}

// tidy sorts dimensions, whose order says nothing, and removes repeats.
func tidy(found []incidents.Dimension) []incidents.Dimension {
	slices.SortFunc(found, func(a, b incidents.Dimension) int {
		if a.Name != b.Name {
			return strings.Compare(a.Name, b.Name)
		}
		return strings.Compare(a.Value, b.Value)
	})
	found = slices.Compact(found)
	return found[:min(len(found), MaxPairs)]
}

// statistic writes AVERAGE as Average, as the console does; percentiles stay.
func statistic(s string) string {
	switch s {
	case "AVERAGE":
		return "Average"
	case "SUM":
		return "Sum"
	case "MAXIMUM":
		return "Maximum"
	case "MINIMUM":
		return "Minimum"
	case "SAMPLECOUNT":
		return "SampleCount"
	}
	return Line(s, MaxName)
}

// logMetric reads what an alarm over a query of logs measures.
func logMetric(data Fields) *incidents.Metric {
	m := &incidents.Metric{Periods: data.Whole("queryResultsToEvaluate"), Datapoints: data.Whole("queryResultsToAlarm")}
	if n, ok := data.Number("threshold"); ok {
		m.Threshold = new(n)
	}
	return m
}
