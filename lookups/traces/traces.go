// Package traces asks X-Ray which services fail in the calls of a service: its graph says how often each of those that it calls has failed
// and how long it took, and summaries of traces lead to single calls that did.
package traces

import (
	"cmp"
	"context"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/xray"
	"github.com/aws/aws-sdk-go-v2/service/xray/types"

	ours "github.com/oncalm/oncalm/alarms/aws"
	"github.com/oncalm/oncalm/lookups"
	"github.com/oncalm/oncalm/text"
)

const (
	// each is how long all calls together may take.
	each = 12 * time.Second
	// shown is how many services are named, and linked how many traces.
	shown, linked = 6, 3
	// pages bounds how many parts of an answer are read.
	pages = 5
	// maxName is how much of a name is kept, in characters.
	maxName = 120
)

// A Search is a question. It can be written down.
type Search struct {
	Region   string    `json:"region,omitempty"` // empty: the program's own
	Services []string  `json:"services"`         // as X-Ray calls them
	From     time.Time `json:"from"`
	To       time.Time `json:"to"`
}

// An Answer is what was found.
type Answer struct {
	// Known reports whether X-Ray knows one of the services at that time.
	Known bool
	// Failing are the services that failed, the one that did most often first; More is how many are left out.
	Failing []Service
	More    int
	Traces  []Trace // with failures, the newest first
	// Partly says that there was more than was read.
	Partly bool
}

// A Service is one that takes part in the calls: the service itself, or one that it calls.
type Service struct {
	Name, Type                       string
	Faults, Errors, Throttles, Calls int
	P90                              time.Duration // of its answers; 0: not known
}

// A Trace is one call.
type Trace struct {
	ID   string
	Took time.Duration
	At   time.Time
	Link string // empty if it is not known where the console is
}

// Filter is which traces are asked for, in X-Ray's language.
func (s Search) Filter() string {
	var all []string
	for _, name := range s.Services {
		all = append(all, `service("`+quotes.Replace(text.Line(name))+`")`)
	}
	return "(fault = true OR error = true OR throttle = true) AND (" + strings.Join(all, " OR ") + ")"
}

// quotes takes out of a name what could end it early.
var quotes = strings.NewReplacer(`"`, "", `\`, "")

// An Asker asks.
type Asker struct{ Ways lookups.Ways }

// Find asks the question. Errors are a [*lookups.Refusal]. That there are no links to traces is none.
func (a *Asker) Find(ctx context.Context, s Search) (answer Answer, err error) {
	ctx, stop := context.WithTimeout(ctx, each)
	defer stop()
	cfg, err := lookups.Dial(ctx, a.Ways, s.Region)
	if err != nil {
		return answer, err
	}
	client := xray.NewFromConfig(cfg)
	all, partly, err := graph(ctx, client, s)
	if err != nil {
		return answer, err
	}
	answer.rank(below(all, s.Services))
	traces, more, err := failed(ctx, client, s, cfg.Region)
	answer.Traces, answer.Partly = traces, partly || more
	return answer, err
}

// ask is an action, as a policy names it.
func ask(action string) lookups.Ask {
	return lookups.Ask{Action: action, Of: "the traces", Missing: "correct traces of the service in the configuration"}
}

// graph are all services of the time.
func graph(ctx context.Context, c *xray.Client, s Search) (all []types.Service, more bool, err error) {
	in := &xray.GetServiceGraphInput{StartTime: &s.From, EndTime: &s.To}
	for range pages {
		out, err := c.GetServiceGraph(ctx, in)
		if err != nil {
			return nil, false, lookups.Refused(err, ask("xray:GetServiceGraph"))
		}
		all = append(all, out.Services...)
		if in.NextToken = out.NextToken; aws.ToString(in.NextToken) == "" {
			return all, false, nil
		}
	}
	return all, true, nil
}

// below are the services of some names, and all that they call.
func below(all []types.Service, names []string) (found []types.Service) {
	by := map[int32]types.Service{}
	var left []int32
	for _, s := range all {
		id := aws.ToInt32(s.ReferenceId)
		by[id] = s
		if aws.ToString(s.Type) != "client" && slices.Contains(names, aws.ToString(s.Name)) {
			left = append(left, id)
		}
	}
	seen := map[int32]bool{}
	for len(left) > 0 {
		id := left[len(left)-1]
		left = left[:len(left)-1]
		s, known := by[id]
		if seen[id] || !known {
			continue
		}
		seen[id] = true
		found = append(found, s)
		for _, e := range s.Edges {
			left = append(left, aws.ToInt32(e.ReferenceId))
		}
	}
	return found
}

// rank keeps the services that failed.
func (a *Answer) rank(all []types.Service) {
	a.Known = len(all) > 0
	for _, s := range all {
		one := Service{Name: named(s.Name), Type: named(s.Type), P90: p90(s.ResponseTimeHistogram)}
		sum := s.SummaryStatistics
		if sum == nil {
			continue
		}
		one.Calls = int(aws.ToInt64(sum.TotalCount))
		if f := sum.FaultStatistics; f != nil {
			one.Faults = int(aws.ToInt64(f.TotalCount))
		}
		if e := sum.ErrorStatistics; e != nil {
			one.Throttles = int(aws.ToInt64(e.ThrottleCount))
			one.Errors = int(aws.ToInt64(e.TotalCount)) - one.Throttles
		}
		if one.Faults+one.Errors+one.Throttles > 0 && one.Name != "" {
			a.Failing = append(a.Failing, one)
		}
	}
	slices.SortFunc(a.Failing, func(x, y Service) int {
		return cmp.Or(y.Faults-x.Faults, y.Errors+y.Throttles-x.Errors-x.Throttles, strings.Compare(x.Name, y.Name))
	})
	a.More = max(len(a.Failing)-shown, 0)
	a.Failing = a.Failing[:len(a.Failing)-a.More]
}

func named(s *string) string { return text.Clip(text.Line(aws.ToString(s)), maxName) }

// p90 is what nine of ten answers did not take longer than, as far as a histogram says it.
func p90(all []types.HistogramEntry) time.Duration {
	all = slices.SortedFunc(slices.Values(all), func(a, b types.HistogramEntry) int {
		return cmp.Compare(a.Value,
			b.Value)
	})
	sum, seen := 0, 0
	for _, e := range all {
		sum += int(e.Count)
	}
	for _, e := range all {
		if seen += int(e.Count); sum > 0 && seen*10 >= sum*9 {
			return seconds(e.Value)
		}
	}
	return 0
}

// seconds is a number of them, within bounds.
func seconds(n float64) time.Duration {
	const most = 24 * 60 * 60
	return time.Duration(min(max(n, 0), most) * float64(time.Second))
}

// form is that of the id of a trace.
var form = regexp.MustCompile(`^1-[0-9a-f]{8}-[0-9a-f]{24}$`)

// failed are some traces with failures, the newest first.
func failed(ctx context.Context, c *xray.Client, s Search, region string) (all []Trace, more bool, err error) {
	in := &xray.GetTraceSummariesInput{StartTime: &s.From, EndTime: &s.To, FilterExpression: aws.String(s.Filter()),
		Sampling: aws.Bool(false)}
	for range pages {
		out, err := c.GetTraceSummaries(ctx, in)
		if err != nil {
			return nil, false, lookups.Refused(err, ask("xray:GetTraceSummaries"))
		}
		for _, t := range out.TraceSummaries {
			if id := aws.ToString(t.Id); form.MatchString(id) {
				all = append(all, Trace{ID: id, Took: seconds(aws.ToFloat64(t.ResponseTime)), At: aws.ToTime(t.StartTime),
					Link: link(region, id)})
			}
		}
		if in.NextToken = out.NextToken; aws.ToString(in.NextToken) == "" {
			break
		}
	}
	slices.SortStableFunc(all, func(a, b Trace) int { return b.At.Compare(a.At) })
	return all[:min(len(all), linked)], aws.ToString(in.NextToken) != "", nil
}

// link leads to a trace in the console.
func link(region, id string) string {
	console := ours.Console(region)
	if console == "" {
		return ""
	}
	return console + "/cloudwatch/home?region=" + region + "#xray:traces/" + id
}
