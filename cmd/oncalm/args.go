package main

import (
	"context"
	"errors"
	"io"
	"math"
	"regexp"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"github.com/oncalm/oncalm/cmd/oncalm/cli"
	"github.com/oncalm/oncalm/cmd/oncalm/doctor"
	"github.com/oncalm/oncalm/cmd/oncalm/documents"
	"github.com/oncalm/oncalm/cmd/oncalm/records"
	"github.com/oncalm/oncalm/cmd/oncalm/remote"
	"github.com/oncalm/oncalm/cmd/oncalm/shifts"
	"github.com/oncalm/oncalm/cmd/oncalm/transfer"
	"github.com/oncalm/oncalm/cmd/oncalm/trial"
)

// commands are all there are, with their flags and arguments. serve and demo are in this package, since they wire all
// parts; each of the others is in one below.
type commands struct {
	Serve       serveCommand              `cmd:"" help:"Run the bot."`
	Demo        demoCommand               `cmd:"" help:"Run the whole product with no account: Slack in the browser, alarms at the press of a button."`
	Check       trial.CheckCommand        `cmd:"" help:"Say what is wrong with a configuration."`
	Doctor      doctor.Command            `cmd:"" help:"Ask Slack whether all is as the configuration needs it, before the first alarm."`
	Manifest    trial.ManifestCommand     `cmd:"" help:"Print the manifest of the Slack app for a configuration."`
	Oncall      shifts.OncallCommand      `cmd:"" help:"Say who is on call, until when, who is next, and why."`
	Shifts      shifts.Command            `cmd:"" help:"List who is on call in a span of time."`
	Simulate    trial.SimulateCommand     `cmd:"" help:"Show whom an incident would page, and when. Sends nothing."`
	Feed        shifts.FeedCommand        `cmd:"" help:"List, make or revoke links to calendars of shifts."`
	Import      transfer.ImportCommand    `cmd:"" help:"Turn schedules of other on-call programs into a part of a configuration."`
	Incidents   records.IncidentsCommand  `cmd:"" help:"List the incidents, the newest first."`
	Messages    records.MessagesCommand   `cmd:"" help:"List the messages that came in or were refused, and what became of each."`
	Declare     remote.DeclareCommand     `cmd:"" help:"Open an incident, at the terminal, while the bot runs."`
	Ack         remote.AckCommand         `cmd:"" help:"Acknowledge an incident: nobody else is paged for it."`
	Resolve     remote.ResolveCommand     `cmd:"" help:"Say that an incident is over."`
	Note        remote.NoteCommand        `cmd:"" help:"Put a line on the timeline of an incident."`
	Page        remote.PageCommand        `cmd:"" help:"Page somebody for an incident, besides whom its policy pages."`
	Timeline    records.TimelineCommand   `cmd:"" help:"Print what happened to an incident."`
	Actions     records.ActionsCommand    `cmd:"" help:"List the action items that are open, what is due first in front."`
	Postmortem  documents.Command         `cmd:"" help:"Make a document from an incident's timeline, or look through one."`
	Report      records.ReportCommand     `cmd:"" help:"Say what the incidents of a week, or of another time, amount to."`
	Backup      records.BackupCommand     `cmd:"" help:"Write a copy of the store, also while the bot runs."`
	Restore     records.RestoreCommand    `cmd:"" help:"Put a backup into the place of the store."`
	Fsck        records.FsckCommand       `cmd:"" help:"Check the store: its pages, and that every incident is what its timeline says."`
	Compact     records.CompactCommand    `cmd:"" help:"Rewrite the store without the space that deleted data has left, while the bot is stopped."`
	Reload      remote.ReloadCommand      `cmd:"" help:"Have the running bot read its configuration again, without a restart."`
	Healthcheck remote.HealthcheckCommand `cmd:"" help:"Ask a running bot whether it is alive."`
	Version     records.VersionCommand    `cmd:"" help:"Print the version, and what it was built from."`
}

// run carries out one call of the program and returns its exit code.
func run(ctx context.Context, args []string, env func(string) (string, bool), stdin io.Reader, stdout,
	stderr io.Writer) int {
	s := &cli.Session{Env: env, Now: time.Now(), Stdin: stdin, Stdout: stdout, Stderr: stderr}
	helped := false
	parser, err := kong.New(&commands{},
		kong.Name("oncalm"),
		kong.Description("Alarms become incidents, incidents page the person on call, and what happened becomes a "+
			"postmortem."),
		kong.Writers(stdout, stderr),
		kong.Exit(func(int) { helped = true }), // called after the help was printed
		kong.ConfigureHelp(kong.HelpOptions{NoExpandSubcommands: true, WrapUpperBound: 100}),
		kong.Bind(s, remote.AtRest(atRest), records.Built(built)),
		kong.BindTo(ctx, (*context.Context)(nil)),
	)
	if err != nil {
		return s.Fail(err) // a mistake in commands
	}
	call, err := parser.Parse(twoDashes(args))
	switch {
	case helped:
		return cli.ExitFine
	case err != nil:
		return s.Fail(usage(err))
	}
	return s.Fail(unlessInterrupted(ctx, patience(call.Command()), func() error { return call.Run() }))
}

// patience is how long a command may go on after it was told to end. Those with connections and debts end in their own order;
// those that write get time to take away what is half done; the others only read.
func patience(command string) time.Duration {
	switch name, _, _ := strings.Cut(command, " "); name {
	case "serve", "demo":
		return forever
	case "backup", "restore", "fsck", "feed", "ack", "resolve", "note":
		return 5 * time.Second
	}
	return 0
}

const forever = time.Duration(math.MaxInt64)

// unlessInterrupted runs a command, but not much longer than until ctx is done: not all that a command does can look at ctx,
// such as reading a file. The process ends when this returns, and with it what is still going on.
func unlessInterrupted(ctx context.Context, patience time.Duration, command func() error) error {
	if patience == forever {
		return command()
	}
	ended := make(chan error, 1)
	go func() { ended <- command() }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	select {
	case err := <-ended:
		return err
	case <-time.After(patience):
		return &cli.Stop{Code: cli.ExitInterrupted}
	}
}

// usage is what is said about a wrong call.
func usage(err error) error {
	help := "run oncalm --help"
	if parse, ok := errors.AsType[*kong.ParseError](err); ok && parse.Context != nil && parse.Context.Command() != "" {
		name, _, _ := strings.Cut(parse.Context.Command(), " ")
		help = "run oncalm " + name + " --help"
	}
	return &cli.Stop{Code: cli.ExitUsage, What: strings.ReplaceAll(err.Error(), "\n", " "), Todo: help}
}

// twoDashes lets long flags be written with one dash, as Go programs do: -config is
// --config, and so is a word that is no flag, so that what is said about it names all of it.
func twoDashes(args []string) []string {
	out := make([]string, 0, len(args))
	for n, arg := range args {
		if arg == "--" {
			return append(out, args[n:]...)
		}
		name, single := strings.CutPrefix(arg, "-")
		if single && longName.MatchString(name) {
			arg = "-" + arg
		}
		out = append(out, arg)
	}
	return out
}

// longName is the beginning of a long flag; -h is the only short one.
var longName = regexp.MustCompile(`^[a-z][a-z-]`)
