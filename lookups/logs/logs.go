// Package logs asks CloudWatch Logs Insights which lines of a service's logs look like errors, in patterns: many lines that differ only in
// numbers and names are one.
//
// A question is begun, and then asked after until it is answered, by whoever keeps its id meanwhile ([Asker.Begin], [Asker.Read]): it
// takes from a second to minutes. Asked twice it is paid for twice, and does no harm otherwise.
package logs

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"

	"github.com/oncalm/oncalm/lookups"
	"github.com/oncalm/oncalm/text"
)

const (
	// each is how long a call may take.
	each = 8 * time.Second
	// patterns is how many are asked for.
	patterns = 6
	// maxPattern is how much of one is kept, in characters.
	maxPattern = 240
	// perGB is what a scanned GB costs, in dollars, in most regions of 2026.
	perGB = 0.005
)

// A Search is a question. It can be written down.
type Search struct {
	Region string    `json:"region,omitempty"` // empty: the program's own
	Groups []string  `json:"groups"`           // names, or ARNs
	From   time.Time `json:"from"`
	To     time.Time `json:"to"`
	// Words are what a line has to have in it, all of them; none: something that looks like an error.
	Words []string `json:"words,omitempty"`
}

// An Answer is what was found.
type Answer struct {
	Patterns []Pattern
	Matched  int     // lines
	Lines    int     // that were looked at
	Bytes    float64 // the same
}

// A Pattern is what lines have in common.
type Pattern struct {
	Text  string
	Lines int
}

// Cost is about what the answer costs, in dollars.
func (a Answer) Cost() float64 { return a.Bytes / 1e9 * perGB }

// trouble is what a line has in it that tells of trouble.
const trouble = `/(?i)(error|exception|fatal|panic|timed out)/`

// Query is the question in the language of Logs Insights. A word is matched as it is, in any case of letters: no sign of it has a meaning
// there.
func (s *Search) Query() string {
	conditions := []string{"@message like " + trouble}
	if len(s.Words) > 0 {
		conditions = nil
	}
	for _, w := range s.Words {
		conditions = append(conditions, "@message like /(?i)"+strings.ReplaceAll(regexp.QuoteMeta(text.Line(w)), "/", `\/`)+"/")
	}
	return "filter " + strings.Join(conditions, " and ") + "\n| pattern @message\n| sort @sampleCount desc\n| limit " +
		strconv.Itoa(patterns)
}

// An Asker asks.
type Asker struct{ Ways lookups.Ways }

// client is Logs in the region of a search.
func (a *Asker) client(ctx context.Context, s Search) (*cloudwatchlogs.Client, error) {
	cfg, err := lookups.Dial(ctx, a.Ways, s.Region)
	if err != nil {
		return nil, err
	}
	return cloudwatchlogs.NewFromConfig(cfg), nil
}

// ask is an action on the groups of a search.
func (s *Search) ask(action string) lookups.Ask {
	of := "the log " + text.List(quoted(s.Groups), "and") + " in " + s.Region
	return lookups.Ask{Action: action, Of: of,
		Missing: "correct logs of the service in the configuration; it is the name of a log group"}
}

func quoted(all []string) (list []string) {
	for _, one := range all {
		list = append(list, "“"+text.Clip(text.Line(one), 200)+"”")
	}
	return list
}

// Begin asks the question, and returns the id under which it is answered. A search without a region gets that of the program. Errors are a
// [*lookups.Refusal].
func (a *Asker) Begin(ctx context.Context, s *Search) (id string, err error) {
	ctx, stop := context.WithTimeout(ctx, each)
	defer stop()
	cfg, err := lookups.Dial(ctx, a.Ways, s.Region)
	if err != nil {
		return "", err
	}
	s.Region = cfg.Region
	in := &cloudwatchlogs.StartQueryInput{QueryString: aws.String(s.Query()), StartTime: aws.Int64(s.From.Unix()),
		EndTime: aws.Int64(s.To.Unix())}
	if in.LogGroupNames = s.Groups; strings.HasPrefix(strings.Join(s.Groups, " "), "arn:") {
		in.LogGroupNames, in.LogGroupIdentifiers = nil, s.Groups
	}
	out, err := cloudwatchlogs.NewFromConfig(cfg).StartQuery(ctx, in)
	if err != nil {
		return "", lookups.Refused(err, s.ask("logs:StartQuery"))
	}
	return aws.ToString(out.QueryId), nil
}

// Read returns the answer, and false while there is none yet. Errors are a [*lookups.Refusal].
func (a *Asker) Read(ctx context.Context, s Search, id string) (answer Answer, done bool, err error) {
	ctx, stop := context.WithTimeout(ctx, each)
	defer stop()
	client, err := a.client(ctx, s)
	if err != nil {
		return answer, false, err
	}
	out, err := client.GetQueryResults(ctx, &cloudwatchlogs.GetQueryResultsInput{QueryId: &id})
	if err != nil {
		return answer, false, lookups.Refused(err, s.ask("logs:GetQueryResults"))
	}
	switch out.Status {
	case types.QueryStatusComplete:
		return answerOf(out), true, nil
	case types.QueryStatusScheduled, types.QueryStatusRunning, types.QueryStatusUnknown:
		return answer, false, nil
	}
	return answer, false, &lookups.Refusal{Why: fmt.Sprintf("CloudWatch Logs did not finish: it says %q",
		string(out.Status)), Do: "use the link to ask it there"}
}

// Stop gives a question up. That it fails does not matter: CloudWatch ends it by itself.
func (a *Asker) Stop(ctx context.Context, s Search, id string) error {
	ctx, stop := context.WithTimeout(ctx, each)
	defer stop()
	client, err := a.client(ctx, s)
	if err != nil {
		return err
	}
	_, err = client.StopQuery(ctx, &cloudwatchlogs.StopQueryInput{QueryId: &id})
	return err
}

// answerOf reads an answer. What it cannot read is left out.
func answerOf(out *cloudwatchlogs.GetQueryResultsOutput) (a Answer) {
	if s := out.Statistics; s != nil {
		a.Matched, a.Lines, a.Bytes = int(s.RecordsMatched), int(s.RecordsScanned), s.BytesScanned
	}
	for _, row := range out.Results[:min(len(out.Results), patterns)] {
		var p Pattern
		for _, f := range row {
			switch aws.ToString(f.Field) {
			case "@pattern":
				p.Text = text.Clip(text.Line(lookups.Masked(text.Clip(aws.ToString(f.Value), 4*maxPattern))), maxPattern)
			case "@sampleCount":
				n, _ := strconv.ParseFloat(aws.ToString(f.Value), 64)
				p.Lines = int(n)
			}
		}
		if p.Text != "" {
			a.Patterns = append(a.Patterns, p)
		}
	}
	return a
}
