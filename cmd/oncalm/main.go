// Command oncalm is an incident bot: it takes alarms in over SNS, pages the person on
// call in Slack, and turns what happened into a postmortem.
//
// serve is the bot itself. The other commands look into its configuration or its
// store; those that need the store ask the running server if it holds it. args.go
// lists the commands.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // schedules name time zones, and not every machine knows them
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.LookupEnv, os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// built is the version that the linker was given, for builds that do not see version
// control: -ldflags "-X main.built=v1.2.3". Nothing else sets it.
var built string
