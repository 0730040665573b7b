package templates

import (
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// An alarm is what CloudWatch goes by when it evaluates one.
type alarm struct {
	periods, toAlarm int
	threshold        float64
	comparison       string
	missing          string
}

// state evaluates an alarm as CloudWatch says that it does (Configuring how CloudWatch alarms treat missing data): of the values that it
// looks at, which are more than the alarm asks for, the newest count that are there. Only if these are fewer than the alarm asks for
// are missing ones filled in. The oldest value stands first; nil is one that is missing.
func (a alarm) state(values []*float64, before string) string {
	var there []*float64
	for _, v := range values {
		if v != nil {
			there = append(there, v)
		}
	}
	there = there[max(0, len(there)-a.periods):]
	filled := a.periods - len(there)
	breaching := 0
	for _, v := range there {
		if a.comparison == "LessThanThreshold" && *v < a.threshold || a.comparison == "GreaterThanThreshold" && *v > a.threshold {
			breaching++
		}
	}
	switch {
	case filled == a.periods && a.missing == "missing":
		return "INSUFFICIENT_DATA"
	case filled == a.periods && a.missing == "ignore":
		return before
	case a.missing == "breaching":
		breaching += filled
	}
	if breaching >= a.toAlarm {
		return "ALARM"
	}
	return "OK"
}

// shippedAlarm reads an alarm of the template.
func shippedAlarm(t *testing.T, text []byte, name string) (a alarm, actions string) {
	t.Helper()
	var doc struct {
		Resources map[string]struct {
			Properties yaml.Node `yaml:"Properties"`
		} `yaml:"Resources"`
	}
	if err := yaml.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	node := doc.Resources[name].Properties
	p, _ := valueOf(&node, map[string]bool{}).(map[string]any)
	number := func(key string) float64 {
		n, err := strconv.ParseFloat(fmt.Sprint(p[key]), 64)
		if err != nil {
			t.Fatalf("%s of %s is %v", key, name, p[key])
		}
		return n
	}
	if number("Period") != 60 || p["Statistic"] != "SampleCount" {
		t.Errorf("it looks at %v of %v s", p["Statistic"], p["Period"])
	}
	return alarm{int(number("EvaluationPeriods")), int(number("DatapointsToAlarm")), number("Threshold"),
		fmt.Sprint(p["ComparisonOperator"]), fmt.Sprint(p["TreatMissingData"])}, fmt.Sprint(p["AlarmActions"])
}

// TestDeadAlarm: with a heartbeat each minute, or one or two that were lost, the alarm is OK; five minutes after the last one, at most, it
// says ALARM, to a topic that does not lead to Oncalm.
func TestDeadAlarm(t *testing.T) {
	text, err := os.ReadFile("aws/oncalm.yaml")
	if err != nil {
		t.Fatal(err)
	}
	a, actions := shippedAlarm(t, text, "Dead")
	if actions != "[ref Watch]" {
		t.Errorf("it acts on %s", actions)
	}
	if n := strings.Count(string(text), "TopicArn: !Ref Watch"); n != 2 {
		t.Errorf("%d subscriptions to that topic", n)
	}
	if m := regexp.MustCompile(`(?s)TopicArn: !Ref Watch\n\s+Protocol: https`).Find(text); m != nil {
		t.Errorf("the topic leads to a program: %s", m)
	}
	const looksAt = 5 // values for an alarm that asks for three, as CloudWatch's documents have it
	if got := a.after(t, looksAt); got != looksAt {
		t.Errorf("it says ALARM after %d minutes without a heartbeat", got)
	}
	for lost := range 3 { // and one after them
		var values []*float64
		for n := range looksAt {
			if n < looksAt-1-lost || n == looksAt-1 {
				values = append(values, new(1.0))
			} else {
				values = append(values, nil)
			}
		}
		if got := a.state(values, "OK"); got != "OK" {
			t.Errorf("%d lost: %s", lost, got)
		}
	}
	if got := a.state(make([]*float64, looksAt), "INSUFFICIENT_DATA"); got != "ALARM" {
		t.Errorf("of a heartbeat that never was it says %s", got)
	}
	for _, missing := range []string{"missing", "ignore", "notBreaching"} { // the control
		other := a
		other.missing = missing
		if got := other.after(t, looksAt); got != 0 {
			t.Errorf("with %s it says ALARM after %d minutes", missing, got)
		}
	}
}

// after is after how many minutes without a heartbeat the alarm says ALARM, of ten; 0 if it does not.
func (a alarm) after(t *testing.T, looksAt int) int {
	t.Helper()
	var values []*float64
	for range looksAt {
		values = append(values, new(1.0))
	}
	state := a.state(values, "OK")
	if state != "OK" {
		t.Fatalf("with a heartbeat each minute it says %s", state)
	}
	for minute := 1; minute <= 10; minute++ {
		values = append(values, nil)
		if state = a.state(values[len(values)-looksAt:], state); state == "ALARM" {
			return minute
		}
	}
	return 0
}
