// Package logsfake is a CloudWatch Logs with state, for tests and the demo: groups with lines, and questions to Logs Insights that take
// their time, behind the wire protocol that the real one speaks (awsJson 1.1). It knows only the questions that package lookups/logs asks:
// lines that match, in patterns.
package logsfake

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"

	"github.com/oncalm/oncalm/rollbacks/awsfake"
)

// Logs are the groups of an account. Its fields are set before it is used.
type Logs struct {
	*awsfake.Server
	Takes time.Duration // how long a question takes
	Bytes int           // of each line, as it is charged; 0: its length

	now    func() time.Time
	mu     sync.Mutex
	groups map[string][]line
	asked  map[string]*question
	number int
}

type line struct {
	at   time.Time
	text string
}

type question struct {
	at         time.Time
	groups     []string
	from, to   int64
	conditions []*regexp.Regexp
	limit      int
	stopped    bool
}

// New makes an account without groups.
func New(now func() time.Time) *Logs {
	l := &Logs{now: now, groups: map[string][]line{}, asked: map[string]*question{}}
	l.Server = awsfake.JSON("Logs_20140328", map[string]awsfake.Operation{
		"StartQuery": {In: cloudwatchlogs.StartQueryInput{}, Out: cloudwatchlogs.StartQueryOutput{},
			Required: []string{"startTime", "endTime", "queryString"}, Do: l.start},
		"GetQueryResults": {In: cloudwatchlogs.GetQueryResultsInput{}, Out: cloudwatchlogs.GetQueryResultsOutput{},
			Required: []string{"queryId"}, Do: l.results},
		"StopQuery": {In: cloudwatchlogs.StopQueryInput{}, Out: cloudwatchlogs.StopQueryOutput{},
			Required: []string{"queryId"}, Do: l.stop},
	})
	return l
}

// Write writes lines to a group, which is there from then on.
func (l *Logs) Write(group string, at time.Time, lines ...string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.groups[group] = slices.Grow(l.groups[group], len(lines))
	for _, s := range lines {
		l.groups[group] = append(l.groups[group], line{at, s})
	}
}

// Stopped is how many questions were given up.
func (l *Logs) Stopped() (n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, q := range l.asked {
		if q.stopped {
			n++
		}
	}
	return n
}

func invalid(format string, args ...any) *awsfake.Problem {
	return &awsfake.Problem{Code: "InvalidParameterException", Message: fmt.Sprintf(format, args...)}
}

func (l *Logs) start(c awsfake.Call) (any, *awsfake.Problem) {
	var in struct {
		Names       []string `json:"logGroupNames"`
		Identifiers []string `json:"logGroupIdentifiers"`
		Query       string   `json:"queryString"`
		From        int64    `json:"startTime"`
		To          int64    `json:"endTime"`
	}
	if p := c.Read(&in); p != nil {
		return nil, p
	}
	if (len(in.Names) == 0) == (len(in.Identifiers) == 0) {
		return nil, invalid("exactly one of logGroupNames and logGroupIdentifiers is needed")
	}
	if in.From > in.To {
		return nil, invalid("the end is before the start")
	}
	q, wrong := read(in.Query)
	if wrong != nil {
		return nil, wrong
	}
	q.from, q.to, q.at, q.groups = in.From, in.To, l.now(), in.Names
	for _, arn := range in.Identifiers {
		_, name, ok := strings.Cut(arn, ":log-group:")
		if !ok {
			return nil, invalid("%s is no ARN of a log group", arn)
		}
		q.groups = append(q.groups, name)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, g := range q.groups {
		if _, ok := l.groups[g]; !ok {
			return nil, &awsfake.Problem{Code: "ResourceNotFoundException", Message: "Log group '" + g + "' does not exist"}
		}
	}
	l.number++
	id := fmt.Sprintf("12ab3456-12ab-123a-789e-%012d", l.number)
	l.asked[id] = q
	return map[string]any{"queryId": id}, nil
}

var (
	condition = regexp.MustCompile(`^@message like /((?:[^/\\]|\\.)*)/`)
	commands  = []string{"filter ", "pattern @message", "sort @sampleCount desc", "limit "}
)

// read reads a question of the one form that is known.
func read(text string) (*question, *awsfake.Problem) {
	wrong := &awsfake.Problem{Code: "MalformedQueryException", Message: "unexpected symbol found in " + text}
	q := &question{}
	parts := strings.Split(text, "\n| ")
	if len(parts) != len(commands) {
		return nil, wrong
	}
	for n, part := range parts {
		if !strings.HasPrefix(part, commands[n]) {
			return nil, wrong
		}
	}
	for rest := strings.TrimPrefix(parts[0], commands[0]); rest != ""; {
		m := condition.FindStringSubmatch(rest)
		if m == nil {
			return nil, wrong
		}
		form, err := regexp.Compile(strings.ReplaceAll(m[1], `\/`, "/"))
		if err != nil {
			return nil, wrong
		}
		q.conditions = append(q.conditions, form)
		if rest = rest[len(m[0]):]; rest != "" && !strings.HasPrefix(rest, " and ") {
			return nil, wrong
		}
		rest = strings.TrimPrefix(rest, " and ")
	}
	n, err := strconv.Atoi(strings.TrimPrefix(parts[3], commands[3]))
	if err != nil {
		return nil, wrong
	}
	q.limit = n
	return q, nil
}

func (l *Logs) find(c awsfake.Call) (*question, *awsfake.Problem) {
	var in struct {
		ID string `json:"queryId"`
	}
	if p := c.Read(&in); p != nil {
		return nil, p
	}
	if q := l.asked[in.ID]; q != nil {
		return q, nil
	}
	return nil, &awsfake.Problem{Code: "ResourceNotFoundException", Message: "no such query"}
}

func (l *Logs) stop(c awsfake.Call) (any, *awsfake.Problem) {
	l.mu.Lock()
	defer l.mu.Unlock()
	q, wrong := l.find(c)
	if wrong != nil {
		return nil, wrong
	}
	if l.now().Sub(q.at) >= l.Takes {
		return nil, invalid("the query is not running")
	}
	q.stopped = true
	return map[string]any{"success": true}, nil
}

func (l *Logs) results(c awsfake.Call) (any, *awsfake.Problem) {
	l.mu.Lock()
	defer l.mu.Unlock()
	q, wrong := l.find(c)
	if wrong != nil {
		return nil, wrong
	}
	switch took := l.now().Sub(q.at); {
	case q.stopped:
		return map[string]any{"status": "Cancelled", "results": []any{}}, nil
	case took < l.Takes/4:
		return map[string]any{"status": "Scheduled", "results": []any{}}, nil
	case took < l.Takes:
		return map[string]any{"status": "Running", "results": []any{}}, nil
	}
	return l.answer(q), nil
}

// answer looks at the lines: both ends of the time are part of it.
func (l *Logs) answer(q *question) map[string]any {
	scanned, matched, bytes := 0, 0, 0
	counts := map[string]int{}
	for _, g := range q.groups {
		for _, line := range l.groups[g] {
			if at := line.at.Unix(); at < q.from || at > q.to {
				continue
			}
			scanned++
			bytes += cmp.Or(l.Bytes, len(line.text))
			if !slices.ContainsFunc(q.conditions, func(re *regexp.Regexp) bool { return !re.MatchString(line.text) }) {
				matched++
				counts[pattern(line.text)]++
			}
		}
	}
	all := slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		return cmp.Or(counts[b]-counts[a],
			strings.Compare(a, b))
	})
	rows := [][]map[string]any{}
	for _, p := range all[:min(len(all), q.limit)] {
		ratio := math.Round(float64(counts[p])/float64(matched)*10000) / 10000
		rows = append(rows, []map[string]any{{"field": "@pattern", "value": p}, {"field": "@ratio", "value": fmt.Sprint(ratio)},
			{"field": "@sampleCount", "value": fmt.Sprint(counts[p])}, {"field": "@severityLabel", "value": "ERROR"}})
	}
	return map[string]any{"status": "Complete", "results": rows, "statistics": map[string]any{
		"bytesScanned": bytes, "recordsScanned": scanned, "recordsMatched": matched,
	}}
}

// pattern is a line with a token where a word of it has digits.
func pattern(text string) string {
	words := strings.Fields(text)
	n := 0
	for i, w := range words {
		if strings.ContainsAny(w, "0123456789") {
			n++
			words[i] = fmt.Sprintf("<Token-%d>", n)
		}
	}
	return strings.Join(words, " ")
}
