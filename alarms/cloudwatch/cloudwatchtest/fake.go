// Package cloudwatchtest is a CloudWatch that keeps alarms and mute rules, and tells of them over the wire as the real one does:
// Smithy RPC v2 with CBOR (https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html). It is for tests.
package cloudwatchtest

import (
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/smithy-go/encoding/cbor"
)

// An Alarm is one that the fake keeps.
type Alarm struct {
	Kind       string // MetricAlarm, CompositeAlarm or LogAlarm
	ARN        string
	State      string
	Changed    time.Time
	Off        bool // its actions are off
	Acts, OK   []string
	Suppressed bool
	Dimensions map[string]string
	// Formula makes it an alarm on this formula of two metrics instead of one on a metric.
	Formula string
	Below   []string // of a composite alarm: the names of the alarms that it is made of
}

// Name is the name in its ARN.
func (a *Alarm) Name() string { _, name, _ := strings.Cut(a.ARN, ":alarm:"); return name }

// CloudWatch is the fake.
type CloudWatch struct {
	URL string

	mu     sync.Mutex
	alarms []Alarm
	muted  map[string]bool
	denied map[string]bool
	calls  map[string]int
	// measured is what all metrics were, and queries what was asked of them.
	measured measured
	queries  []string
	puts     []string
}

// New starts a fake that ends with the test.
func New(t testing.TB) *CloudWatch {
	c := &CloudWatch{muted: map[string]bool{}, denied: map[string]bool{}, calls: map[string]int{}}
	s := httptest.NewServer(http.HandlerFunc(c.serve))
	t.Cleanup(s.Close)
	c.URL = s.URL
	return c
}

// Put keeps an alarm, instead of the one of that ARN.
func (c *CloudWatch) Put(a Alarm) {
	c.Delete(a.ARN)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.alarms = append(c.alarms, a)
}

// Delete forgets an alarm.
func (c *CloudWatch) Delete(arn string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.alarms = slices.DeleteFunc(c.alarms, func(a Alarm) bool { return a.ARN == arn })
}

// Mute begins, or ends, a mute rule of the alarm of that name.
func (c *CloudWatch) Mute(name string, on bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.muted[name] = on
}

// Deny refuses an operation for want of a permission, or takes it again.
func (c *CloudWatch) Deny(operation string, on bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.denied[operation] = on
}

// Calls is how often an operation was called.
func (c *CloudWatch) Calls(operation string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.calls[operation]
}

// serve answers one operation, whose name is the end of the path. Denied ones are counted, too.
func (c *CloudWatch) serve(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("smithy-protocol", "rpc-v2-cbor")
	w.Header().Set("Content-Type", "application/cbor")
	operation := r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:]
	body, _ := io.ReadAll(r.Body)
	in, err := cbor.Decode(body)
	asked, ok := in.(cbor.Map)
	if err != nil || !ok || r.Header.Get("smithy-protocol") != "rpc-v2-cbor" {
		fail(w, "SerializationException", "not a map of CBOR")
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.calls[operation]++
	if c.denied[operation] {
		fail(w, "AccessDenied", "User is not authorized to perform: cloudwatch:"+operation)
		return
	}
	switch operation {
	case "DescribeAlarms":
		answer(w, c.describe(asked))
	case "GetMetricData":
		answer(w, c.data(asked))
	case "PutMetricData":
		c.puts = append(c.puts, put(asked)...)
		answer(w, cbor.Map{})
	case "ListAlarmMuteRules":
		answer(w, c.rules(asked))
	default:
		fail(w, "UnknownOperationException", operation)
	}
}

// Puts are the values that were put, as namespace/name=value.
func (c *CloudWatch) Puts() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.puts)
}

// put reads the values of a PutMetricData.
func put(in cbor.Map) (all []string) {
	data, _ := in["MetricData"].(cbor.List)
	for _, d := range data {
		datum, _ := d.(cbor.Map)
		value, _ := datum["Value"].(cbor.Float64)
		all = append(all, word(in["Namespace"])+"/"+word(datum["MetricName"])+"="+strconv.FormatFloat(float64(value), 'g', -1, 64))
	}
	return all
}

func answer(w io.Writer, m cbor.Map) { _, _ = w.Write(cbor.Encode(m)) }

// fail answers with an error as the protocol has it: the name of the exception in __type.
func fail(w http.ResponseWriter, kind, text string) {
	w.WriteHeader(http.StatusBadRequest)
	answer(w, cbor.Map{"__type": cbor.String(kind), "message": cbor.String(text)})
}

// describe answers with metric alarms only if no kinds are named, as CloudWatch does. The token of the next page is the
// number of the alarm with which it begins.
func (c *CloudWatch) describe(in cbor.Map) cbor.Map {
	kinds, names, state := texts(in["AlarmTypes"]), texts(in["AlarmNames"]), word(in["StateValue"])
	if whole := word(in["ChildrenOfAlarmName"]); whole != "" {
		kinds, names = []string{"MetricAlarm", "CompositeAlarm"}, []string{}
		for _, a := range c.alarms {
			if a.Name() == whole {
				names = append(names, a.Below...)
			}
		}
	}
	if kinds == nil {
		kinds = []string{"MetricAlarm"}
	}
	var found []Alarm
	for _, a := range c.alarms {
		if slices.Contains(kinds, a.Kind) && (names == nil || slices.Contains(names, a.Name())) &&
			(state == "" || a.State == state) {
			found = append(found, a)
		}
	}
	from, _ := strconv.Atoi(word(in["NextToken"]))
	size := 50
	if n, err := cbor.AsInt32(in["MaxRecords"]); err == nil {
		size = int(n)
	}
	page := found[min(from, len(found)):min(from+size, len(found))]
	out := cbor.Map{}
	for _, kind := range [...]string{"MetricAlarm", "CompositeAlarm", "LogAlarm"} {
		list := cbor.List{}
		for _, a := range page {
			if a.Kind == kind {
				list = append(list, a.wire())
			}
		}
		out[kind+"s"] = list
	}
	if from+size < len(found) {
		out["NextToken"] = cbor.String(strconv.Itoa(from + size))
	}
	return out
}

// rules lists the mute rules of an alarm, if active ones are asked for.
func (c *CloudWatch) rules(in cbor.Map) cbor.Map {
	list := cbor.List{}
	if c.muted[word(in["AlarmName"])] && slices.Contains(texts(in["Statuses"]), "ACTIVE") {
		list = append(list, cbor.Map{"Status": cbor.String("ACTIVE"),
			"AlarmMuteRuleArn": cbor.String("arn:aws:cloudwatch:eu-central-1:123456789012:alarm-mute-rule:night")})
	}
	return cbor.Map{"AlarmMuteRuleSummaries": list}
}

// wire is an alarm as it is sent.
func (a *Alarm) wire() cbor.Map {
	m := cbor.Map{
		"AlarmArn": cbor.String(a.ARN), "AlarmName": cbor.String(a.Name()), "StateValue": cbor.String(a.State),
		"ActionsEnabled": cbor.Bool(!a.Off), "StateReason": cbor.String("Threshold Crossed: 1 datapoint [12.0] was greater than 5.0."),
		"StateTransitionedTimestamp": moment(a.Changed), "StateUpdatedTimestamp": moment(a.Changed.Add(time.Minute)),
		"AlarmActions": list(a.Acts), "OKActions": list(a.OK), "InsufficientDataActions": cbor.List{},
	}
	switch a.Kind {
	case "MetricAlarm":
		dimensions := cbor.List{}
		for name, value := range a.Dimensions {
			dimensions = append(dimensions, cbor.Map{"Name": cbor.String(name), "Value": cbor.String(value)})
		}
		m["MetricName"], m["Namespace"], m["Dimensions"] = cbor.String("Errors"), cbor.String("AWS/ECS"), dimensions
		m["Period"], m["EvaluationPeriods"], m["Threshold"] = cbor.Uint(60), cbor.Uint(1), cbor.Float64(5)
		m["Statistic"], m["ComparisonOperator"] = cbor.String("Sum"), cbor.String("GreaterThanThreshold")
		if a.Formula != "" {
			for _, name := range [...]string{"MetricName", "Namespace", "Dimensions", "Period", "Statistic"} {
				delete(m, name)
			}
			m["Metrics"] = formula(a.Formula)
		}
	case "CompositeAlarm":
		m["AlarmRule"] = cbor.String(`ALARM("a")`)
		if a.Suppressed {
			m["ActionsSuppressedBy"] = cbor.String("Alarm")
		}
	}
	return m
}

// moment is a time on the wire: tag 1, seconds since 1970.
func moment(t time.Time) cbor.Value {
	return &cbor.Tag{ID: 1, Value: cbor.Float64(float64(t.UnixMilli()) / 1000)}
}

func list(all []string) cbor.List {
	l := cbor.List{}
	for _, s := range all {
		l = append(l, cbor.String(s))
	}
	return l
}

// texts are the strings of a list; nil if there is no list.
func texts(v cbor.Value) (all []string) {
	l, _ := v.(cbor.List)
	for _, one := range l {
		all = append(all, word(one))
	}
	return all
}

// word is a string; empty if there is none.
func word(v cbor.Value) string { s, _ := v.(cbor.String); return string(s) }
