package trial

import (
	"cmp"
	"context"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/oncalm/oncalm/alarms"
	"github.com/oncalm/oncalm/alarms/judge"
	"github.com/oncalm/oncalm/alarms/sns"
	"github.com/oncalm/oncalm/cmd/oncalm/cli"
	"github.com/oncalm/oncalm/cmd/oncalm/config"
	"github.com/oncalm/oncalm/silences"
)

// judged is how a message is judged, and whom it would page. The first of a message is the one that pages, if any does; the
// others stand in it.
type judged struct {
	Treat    judge.Treatment `json:"treat"`
	Family   string          `json:"family"`
	Key      string          `json:"key"`
	Title    string          `json:"title"`
	Severity string          `json:"severity"`
	Service  string          `json:"service"`
	Run      []simulated     `json:"run"`
	hold     time.Duration   // how long nobody is paged
	// Silenced says by whom it is silenced, until when and why; empty if it is not.
	Silenced string `json:"silenced,omitempty"`
	// Also is what else the message tells: a relay's or a group of alerts may tell of several things.
	Also []judged `json:"also,omitempty"`
}

// judge shows what the message in a file amounts to. It looks at the message alone: whether an incident is open that it would join or resolve
// is not asked.
func (c *SimulateCommand) judge(ctx context.Context, s *cli.Session, cfg *config.Config) error {
	text, err := readMessage(c.Message)
	if err != nil {
		return err
	}
	// a file may be tried that names no topic yet: the message then comes over one of an account that nobody has
	topics, _ := sns.ParseTopics(cfg.SNS.Topics) // what is wrong with them was said
	topic := cmp.Or(slices.Concat(cfg.SNS.Topics, []string{"arn:aws:sns:us-east-1:000000000000:simulated"})[0])
	at := c.At.Or(s.Now.UTC())
	var all []judged
	for _, sig := range alarms.Classify(alarms.Unsigned(text, c.Subject, topic, at), topics, cfg.Messages) {
		all = append(all, c.judged(ctx, s, cfg, &sig))
	}
	// what pages is what one asks for
	main := slices.IndexFunc(all, func(j judged) bool { return j.Treat == judge.Page })
	if main > 0 {
		all[0], all[main] = all[main], all[0]
	}
	all[0].Also = all[1:]
	if c.JSON {
		return s.JSON(all[0])
	}
	for _, j := range all {
		printJudged(s, cfg, j)
	}
	return nil
}

// judged is one thing that a message tells, as intake would take it if nothing were open: its service, its severity, and
// why nobody is paged or whom the policy pages.
func (c *SimulateCommand) judged(ctx context.Context, s *cli.Session, cfg *config.Config, sig *alarms.Signal) judged {
	service := cfg.Services.For(sig)
	j := judged{Treat: sig.Treatment(), Family: sig.Kind, Key: cmp.Or(sig.Key, sig.ARN), Title: sig.Title,
		Service: service.Name, Run: []simulated{}}
	if sig.Effect == alarms.EffectAlarm {
		j.Family = "cloudwatch"
	}
	if j.Treat != judge.Page && j.Treat != judge.Quiet {
		return j
	}
	j.Severity = cmp.Or(sig.Severity, service.Severity)
	switch {
	case j.Treat == judge.Quiet:
	// the severity says so, though the message is one that pages
	case cfg.PagesNobody(j.Severity):
		j.Treat = judge.Quiet
	default:
		of := silences.Subject{Alarm: &sig.Alarm, Service: service.Name, Topic: sig.Topic}
		if by := c.silenced(ctx, s, cfg, of); by != nil {
			j.Silenced = bySilence(by)
			return j
		}
		j.Run = c.run(ctx, s, cfg, service, j.Severity)
		j.hold = service.Hold
	}
	return j
}

// readMessage reads a file of at most the size that a message may have. Editors may put a byte order mark in front, which
// is no JSON.
func readMessage(path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", cli.End(cli.ExitUsage, "the message cannot be read: "+err.Error(), "name its file with --message=FILE")
	}
	defer func() { _ = file.Close() }() // it was only read
	text, err := io.ReadAll(io.LimitReader(file, sns.MaxBody+1))
	switch {
	case err != nil:
		return "", cli.End(cli.ExitUsage, "the message cannot be read: "+err.Error(), "name its file with --message=FILE")
	case len(text) > sns.MaxBody:
		return "", cli.End(cli.ExitUsage, "the message is larger than 1 MiB, which SNS never sends",
			"name the file of one message")
	}
	return strings.TrimPrefix(string(text), "\ufeff"), nil
}

// printJudged says the same in words.
func printJudged(s *cli.Session, cfg *config.Config, j judged) {
	s.Printf("%s", j.Title)
	s.Printf("  kind: %s, about: %s", j.Family, j.Key)
	switch j.Treat {
	case judge.Marker:
		s.Printf("  marker: kept as a change; nobody is notified")
	case judge.Resolve:
		s.Printf("  resolve: resolves the open incident about the same thing; if there is none, it is kept as a change")
	case judge.Quiet:
		s.Printf("  quiet: an incident of %s (%s), with a card and no page", j.Service, j.Severity)
	case judge.Page:
		if j.Silenced != "" {
			s.Printf("  silenced: an incident of %s (%s), with a card and no page: %s", j.Service, j.Severity, j.Silenced)
			return
		}
		policy := cfg.PolicyOf(j.Service)
		s.Printf("  page: an incident of %s (%s), which goes through policy %s until somebody acknowledges:", j.Service,
			j.Severity, policy.Name)
		printHold(s, "  ", j.hold)
		printRun(s, policy, j.Run)
	}
}
