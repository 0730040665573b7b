// Package tracesfake is an X-Ray with state, for tests and the demo: traces of calls through services, and the graph that comes of them,
// behind the wire protocol that the real one speaks (rest-json). It knows only the questions that package lookups/traces asks.
package tracesfake

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/xray"

	"github.com/oncalm/oncalm/rollbacks/awsfake"
)

// Traces are those of an account. Its fields are set before it is used.
type Traces struct {
	*awsfake.Server
	Page int // how many stand in one part of an answer; 0: all

	mu    sync.Mutex
	calls []Call
}

// A Call is a trace: a way from service to service.
type Call struct {
	At  time.Time
	Way []Hop
}

// A Hop is what one service did of a call.
type Hop struct {
	Name, Type             string
	Took                   time.Duration
	Fault, Error, Throttle bool
}

func (h Hop) failed() bool { return h.Fault || h.Error || h.Throttle }

// New makes an account without traces.
func New() *Traces {
	t := &Traces{}
	t.Server = awsfake.REST(map[string]string{
		"POST /ServiceGraph": "GetServiceGraph", "POST /TraceSummaries": "GetTraceSummaries",
	}, map[string]awsfake.Operation{
		"GetServiceGraph": {In: xray.GetServiceGraphInput{}, Out: xray.GetServiceGraphOutput{},
			Required: []string{"StartTime", "EndTime"}, Do: t.graph},
		"GetTraceSummaries": {In: xray.GetTraceSummariesInput{}, Out: xray.GetTraceSummariesOutput{},
			Required: []string{"StartTime", "EndTime"}, Do: t.summaries},
	})
	return t
}

// Add adds traces.
func (t *Traces) Add(calls ...Call) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.calls = append(t.calls, calls...)
}

// asked is what both questions have.
type asked struct {
	StartTime, EndTime          float64
	FilterExpression, NextToken string
}

// within are the calls of a time, by their numbers.
func (t *Traces) within(in asked) (found []int) {
	for n, c := range t.calls {
		if at := awsfake.Stamp(c.At); at >= in.StartTime && at <= in.EndTime {
			found = append(found, n)
		}
	}
	return found
}

// part is one part of a list, and the token of the next.
func part[T any](t *Traces, all []T, token string) ([]T, string) {
	from, _ := strconv.Atoi(token)
	if from = min(max(from, 0), len(all)); t.Page == 0 || from+t.Page >= len(all) {
		return all[from:], ""
	}
	return all[from : from+t.Page], strconv.Itoa(from + t.Page)
}

func read(c awsfake.Call) (in asked, wrong *awsfake.Problem) {
	if wrong = c.Read(&in); wrong == nil && (in.StartTime > in.EndTime || in.EndTime-in.StartTime > 6*60*60) {
		wrong = &awsfake.Problem{Code: "InvalidRequestException", Message: "the time is more than 6 hours"}
	}
	return in, wrong
}

// A node is a service in the graph.
type node struct {
	id                              int
	kind                            string
	calls, faults, errors, throttle int
	took                            float64
	times                           map[float64]int
	edges                           map[int]bool
}

func (t *Traces) graph(c awsfake.Call) (any, *awsfake.Problem) {
	in, wrong := read(c)
	if wrong != nil {
		return nil, wrong
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	nodes := map[string]*node{}
	for _, n := range t.within(in) {
		var before *node
		for _, h := range t.calls[n].Way {
			s := nodes[h.Name]
			if s == nil {
				s = &node{id: len(nodes), kind: h.Type, times: map[float64]int{}, edges: map[int]bool{}}
				nodes[h.Name] = s
			}
			s.count(h)
			if before != nil {
				before.edges[s.id] = true
			}
			before = s
		}
	}
	var all []map[string]any
	for _, name := range slices.Sorted(maps.Keys(nodes)) {
		all = append(all, nodes[name].spelled(name))
	}
	all, token := part(t, all, in.NextToken)
	out := map[string]any{"StartTime": in.StartTime, "EndTime": in.EndTime, "Services": all}
	if token != "" {
		out["NextToken"] = token
	}
	return out, nil
}

func (s *node) count(h Hop) {
	s.calls++
	s.took += h.Took.Seconds()
	s.times[h.Took.Seconds()]++
	switch {
	case h.Fault:
		s.faults++
	case h.Throttle:
		s.throttle++
	case h.Error:
		s.errors++
	}
}

// spelled is a service as X-Ray answers it.
func (s *node) spelled(name string) map[string]any {
	edges, times := []map[string]any{}, []map[string]any{}
	for _, id := range slices.Sorted(maps.Keys(s.edges)) {
		edges = append(edges, map[string]any{"ReferenceId": id})
	}
	for _, v := range slices.Sorted(maps.Keys(s.times)) {
		times = append(times, map[string]any{"Value": v, "Count": s.times[v]})
	}
	return map[string]any{"ReferenceId": s.id, "Name": name, "Names": []string{name}, "Type": s.kind, "Edges": edges,
		"ResponseTimeHistogram": times, "SummaryStatistics": map[string]any{
			"OkCount": s.calls - s.faults - s.errors - s.throttle, "TotalCount": s.calls, "TotalResponseTime": s.took,
			"FaultStatistics": map[string]any{"TotalCount": s.faults, "OtherCount": s.faults},
			"ErrorStatistics": map[string]any{"TotalCount": s.errors + s.throttle, "ThrottleCount": s.throttle, "OtherCount": s.errors},
		}}
}

var (
	filter  = regexp.MustCompile(`^\(fault = true OR error = true OR throttle = true\) AND \((service\("[^"]*"\)(?: OR service\("[^"]*"\))*)\)$`)
	service = regexp.MustCompile(`service\("([^"]*)"\)`)
)

func (t *Traces) summaries(c awsfake.Call) (any, *awsfake.Problem) {
	in, wrong := read(c)
	if wrong != nil {
		return nil, wrong
	}
	m := filter.FindStringSubmatch(in.FilterExpression)
	if m == nil {
		return nil, &awsfake.Problem{Code: "InvalidRequestException", Message: "the filter is not understood: " + in.FilterExpression}
	}
	var names []string
	for _, one := range service.FindAllStringSubmatch(m[1], -1) {
		names = append(names, one[1])
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	all := []map[string]any{}
	for _, n := range t.within(in) {
		way := t.calls[n].Way
		if slices.ContainsFunc(way, Hop.failed) && slices.ContainsFunc(way,
			func(h Hop) bool { return slices.Contains(names, h.Name) }) {
			all = append(all, t.summary(n))
		}
	}
	all, token := part(t, all, in.NextToken)
	out := map[string]any{"TraceSummaries": all, "TracesProcessedCount": len(t.calls)}
	if token != "" {
		out["NextToken"] = token
	}
	return out, nil
}

// ID is that of the call of a number.
func (t *Traces) id(n int) string {
	return fmt.Sprintf("1-%08x-%s%08x", t.calls[n].At.Unix(), strings.Repeat("0", 16), n)
}

func (t *Traces) summary(n int) map[string]any {
	c := t.calls[n]
	took := c.Way[0].Took.Seconds()
	has := func(which func(Hop) bool) bool { return slices.ContainsFunc(c.Way, which) }
	return map[string]any{"Id": t.id(n), "StartTime": awsfake.Stamp(c.At), "Duration": took, "ResponseTime": took,
		"HasFault":    has(func(h Hop) bool { return h.Fault }),
		"HasError":    has(func(h Hop) bool { return h.Error }),
		"HasThrottle": has(func(h Hop) bool { return h.Throttle })}
}
