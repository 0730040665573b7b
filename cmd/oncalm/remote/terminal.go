package remote

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/oncalm/oncalm/cmd/oncalm/cli"
	"github.com/oncalm/oncalm/cmd/oncalm/config"
	"github.com/oncalm/oncalm/cmd/oncalm/config/reading"
	"github.com/oncalm/oncalm/cmd/oncalm/config/secrets"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/postmortems/markdown"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/bolt"
	"github.com/oncalm/oncalm/store/bolt/disk"
	"github.com/oncalm/oncalm/terminal"
	"github.com/oncalm/oncalm/text"
)

// Hand is what the commands have in common by which somebody does something at the terminal. Who does it is believed:
// whoever may write to the socket could as well write into the store. The name is recorded with the event, and has to be
// one of the configuration.
type Hand struct {
	cli.StoreFlag
	cli.JSONFlag
	As string `required:"" placeholder:"PERSON" help:"Who does it: a name in the configuration."`
}

// do has the running bot do it, and says what was done. While none runs, rests does it; nil: nobody.
func (h Hand) do(ctx context.Context, s *cli.Session, r terminal.Request, rests AtRest,
	said func(terminal.Done) string) error {
	path, err := s.StorePath(h.StoreFlag)
	if err != nil {
		return err
	}
	file, err := disk.Locate(path)
	if err != nil {
		return err
	}
	r.As = h.As
	done, err := terminal.Ask(ctx, file, r)
	stopped := errors.Is(err, terminal.ErrNoServer) && rests != nil
	if stopped {
		done, stopped, err = h.atRest(ctx, s, file, r, rests)
	}
	if err != nil {
		return refusal(err)
	}
	if h.JSON {
		return s.JSON(done)
	}
	line := said(done)
	if stopped {
		line += " The bot is stopped: Slack shows it when the bot runs again."
	}
	s.Printf("%s", line)
	return nil
}

// refusal says why nothing was done, or that nobody knows.
func refusal(err error) error {
	refused, no := errors.AsType[*terminal.Refused](err)
	switch {
	case no && refused.Usage:
		return cli.End(cli.ExitUsage, refused.What, refused.Todo)
	case no:
		return cli.End(cli.ExitNo, refused.What, refused.Todo)
	case errors.Is(err, terminal.ErrNoServer):
		return cli.End(cli.ExitNo, err.Error(),
			"start it with oncalm serve; if its store is another one, name that with -store")
	case errors.Is(err, terminal.ErrTooOld):
		return cli.End(cli.ExitNo, err.Error(), "restart it with this one")
	// the connection ended before the reply: it may have been done
	case errors.Is(err, terminal.ErrUnknown):
		return cli.End(cli.ExitUnknown, err.Error(), "look with oncalm incidents and oncalm timeline before you do it again")
	}
	return err
}

// AtRest does what somebody wants on the store of a bot that is stopped, as a configuration has it. It pages nobody, so it is not asked
// for that.
type AtRest func(context.Context, *config.Config, *bolt.DB, terminal.Request) (terminal.Done, error)

const (
	// patience is how long a command waits for a store that another holds: most likely that is a command like it, which is over in a
	// moment.
	patience = 5 * time.Second
	// again is how long it waits before each try.
	again = 100 * time.Millisecond
)

// atRest does it on the file at that path. While another process holds that, and is no bot that can be asked, it waits a moment, and says
// so. A bot that has started meanwhile does it; stopped is false then.
func (h Hand) atRest(ctx context.Context, s *cli.Session, file string, r terminal.Request,
	rests AtRest) (done terminal.Done, stopped bool, err error) {
	cfg, err := unsent(s, h.Config)
	if err != nil {
		return done, true, err
	}
	for end, told := time.Now().Add(patience), false; ; told = true {
		db, err := cli.OpenStore(ctx, file, bolt.Options{MustExist: true})
		if err == nil {
			done, err = rests(ctx, cfg, db, r)
			return done, true, errors.Join(err, db.Close())
		}
		if !errors.Is(err, store.ErrInUse) || time.Now().After(end) {
			return done, true, err
		}
		if !told {
			s.Complain(err.Error() + ", and nobody answers there: waiting for it, " + patience.String() + " at most")
		}
		select {
		case <-ctx.Done():
			return done, true, ctx.Err()
		case <-time.After(again):
		}
		if done, err = terminal.Ask(ctx, file, r); !errors.Is(err, terminal.ErrNoServer) {
			return done, false, err
		}
	}
}

// unsent reads a configuration without Slack's secrets: nothing is sent, and they may be known to the service alone.
func unsent(s *cli.Session, path string) (*config.Config, error) {
	cfg, problems := config.Load(path, s.Env, s.Now)
	of := map[string]*secrets.Secret{"slack.bot_token": &cfg.Slack.BotToken, "slack.signing_secret": &cfg.Slack.SigningSecret,
		"slack.app_token": &cfg.Slack.AppToken}
	for _, secret := range of {
		if secret.Empty() {
			*secret = secrets.New("none is needed")
		}
	}
	problems = slices.DeleteFunc(problems.Errors(), func(p reading.Problem) bool { return p.Outside || of[p.Key] != nil })
	if len(problems) > 0 {
		return nil, &cli.Refused{Problems: problems}
	}
	return cfg, nil
}

// numbered takes the number of an incident off what was typed, if there is one in front.
func numbered(words []string) (id, rest string) {
	if len(words) > 0 {
		bare := strings.TrimPrefix(words[0], "#")
		if _, err := strconv.ParseUint(bare, 10, 32); err == nil {
			return bare, strings.Join(words[1:], " ")
		}
	}
	return "", strings.Join(words, " ")
}

// oneOnly refuses what names several incidents, as one can in Slack. Each argument of the shell is looked at: a note that begins with a
// number is one if it stands in quotes.
func oneOnly(verb string, words []string) error {
	number := func(word string) bool {
		return strings.Trim(word, "#0123456789,;") == "" && strings.ContainsAny(word, "0123456789")
	}
	if len(words) == 0 || !number(words[0]) {
		return nil
	}
	rest := words[1:]
	if len(rest) > 1 && slices.Contains([]string{"and", "&", "+"}, strings.ToLower(rest[0])) {
		rest = rest[1:]
	}
	if _, _, list := strings.Cut(strings.TrimRight(words[0], ",;"), ","); !list && (len(rest) == 0 || !number(rest[0])) {
		return nil
	}
	return cli.End(cli.ExitUsage, "oncalm "+verb+" takes one incident at a time; nothing was changed",
		"run it for each; put quotes around a text that begins with a number")
}

// named is an incident in a sentence.
func named(d terminal.Done) string { return d.ID + " (" + text.Line(d.Title) + ")" }

// DeclareCommand is oncalm declare.
type DeclareCommand struct {
	Hand
	Service  string   `placeholder:"NAME" help:"What it is about (default: the default service)."`
	Severity string   `placeholder:"SEVERITY" help:"How bad it is (default: that of the service)."`
	Title    []string `arg:"" help:"What is wrong, in a few words."`
}

// Run opens an incident.
func (c *DeclareCommand) Run(ctx context.Context, s *cli.Session) error {
	words := c.Title
	// as one writes it in Slack: declare sev1 checkout is down
	if severities := terminal.Severities(); c.Severity == "" && len(words) > 1 && slices.Contains(severities, words[0]) {
		c.Severity, words = words[0], words[1:]
	}
	r := terminal.Request{Do: terminal.Declare, Text: strings.Join(words, " "), Service: c.Service, Severity: c.Severity}
	return c.do(ctx, s, r, nil, func(d terminal.Done) string {
		opened := "Opened incident " + named(d) + ", " + d.Severity + " for " + d.Service + ". "
		switch {
		case d.Quiet:
			return opened + d.Severity + " pages nobody."
		case len(d.Paged) == 0:
			return opened + "Its policy finds nobody to page now: name somebody with oncalm page."
		}
		return opened + text.List(d.Paged, "and") + " paged."
	})
}

// AckCommand is oncalm ack.
type AckCommand struct {
	Hand
	Words []string `arg:"" optional:"" name:"id-and-note" help:"The number of the incident, which may be left out while one is open, and a note."`
}

// Run acknowledges an incident.
func (c *AckCommand) Run(ctx context.Context, s *cli.Session, rests AtRest) error {
	if err := oneOnly("ack", c.Words); err != nil {
		return err
	}
	id, note := numbered(c.Words)
	return c.do(ctx, s, terminal.Request{Do: terminal.Ack, ID: id, Text: note}, rests, func(d terminal.Done) string {
		if d.Status == incidents.StatusTriggered {
			return c.As + " acknowledged incident " + named(d) + ": " + d.Acks + ". More people have to, and are paged."
		}
		return c.As + " acknowledged incident " + named(d) + ". Nobody else is paged for it now."
	})
}

// ResolveCommand is oncalm resolve.
type ResolveCommand struct {
	Hand
	Anyway bool     `help:"Also while an alarm of it says ALARM."`
	Words  []string `arg:"" optional:"" name:"id-and-reason" help:"The number of the incident, which may be left out while one is open, and a reason."`
}

// Run resolves an incident.
func (c *ResolveCommand) Run(ctx context.Context, s *cli.Session, rests AtRest) error {
	if err := oneOnly("resolve", c.Words); err != nil {
		return err
	}
	id, reason := numbered(c.Words)
	r := terminal.Request{Do: terminal.Resolve, ID: id, Text: reason, Anyway: c.Anyway}
	return c.do(ctx, s, r, rests, func(d terminal.Done) string { return c.As + " resolved incident " + named(d) + "." })
}

// NoteCommand is oncalm note.
type NoteCommand struct {
	Hand
	Words []string `arg:"" name:"id-and-text" help:"The number of the incident, which may be left out while one is open, and the text; a time such as 14:02 in front of it is when that was."`
}

// Run puts a line on a timeline.
func (c *NoteCommand) Run(ctx context.Context, s *cli.Session, rests AtRest) error {
	id, note := numbered(c.Words)
	return c.do(ctx, s, terminal.Request{Do: terminal.Note, ID: id, Text: note}, rests, func(d terminal.Done) string {
		return "Noted on incident " + named(d) + "."
	})
}

// PageCommand is oncalm page.
type PageCommand struct {
	Hand
	Incident string   `placeholder:"ID" help:"For which incident (default: the only one that is open)."`
	Whom     string   `arg:"" help:"A person, a schedule or a service. The number of the incident may stand in front."`
	Reason   []string `arg:"" optional:"" help:"Why, which they read."`
}

// Run pages people for an incident, besides whom its policy pages.
func (c *PageCommand) Run(ctx context.Context, s *cli.Session) error {
	if id, _ := numbered([]string{c.Whom}); id != "" && c.Incident == "" && len(c.Reason) > 0 { // as one writes it in Slack: page 3 bo
		c.Incident, c.Whom, c.Reason = id, c.Reason[0], c.Reason[1:]
	}
	r := terminal.Request{Do: terminal.Page, ID: strings.TrimPrefix(c.Incident, "#"), Whom: c.Whom,
		Text: strings.Join(c.Reason, " ")}
	return c.do(ctx, s, r, nil, func(d terminal.Done) string {
		return text.List(d.Paged, "and") + " paged for incident " + named(d) + "."
	})
}

// Write has sections of a postmortem recorded.
func (h Hand) Write(ctx context.Context, s *cli.Session, id string, sections []markdown.Written, rests AtRest) error {
	r := terminal.Request{Do: terminal.Write, ID: id, Sections: sections}
	return h.do(ctx, s, r, rests, func(d terminal.Done) string {
		if len(d.Written) == 0 {
			return "Nothing in the postmortem of incident " + named(d) + " is different."
		}
		return "Wrote in the postmortem of incident " + named(d) + ": " + text.List(d.Written, "and") + "."
	})
}
