package main

import (
	"context"
	"net"
	"strings"

	"github.com/oncalm/oncalm/bot/slack"
	"github.com/oncalm/oncalm/bot/slack/incoming"
	"github.com/oncalm/oncalm/bot/slack/socket"
	"github.com/oncalm/oncalm/cmd/oncalm/config"
	"github.com/oncalm/oncalm/ops"
)

// A dialer connects to an address.
type dialer func(ctx context.Context, network, address string) (net.Conn, error)

// wireSocket wires the door over which Slack sends what people do, if the configuration wants it. It belongs to the app: a reload
// does not end the connection, and what comes over it is for the assembly in force.
func (a *app) wireSocket(cfg *config.Config) {
	if !cfg.Slack.Socket() {
		return
	}
	log, token := a.log.With("component", "bot"), cfg.Slack.AppToken.Reveal()
	a.socket = socket.New(socket.Options{
		Link:     func(ctx context.Context) (string, error) { return a.line.Link(ctx, token) },
		Insecure: strings.HasPrefix(cfg.Slack.APIURL, "http:"),
		Dial:     a.outside.dial,
		Desk:     &incoming.Desk{Clock: a.clock, Log: log, Ours: a.line.Ours, Handle: a.handle},
		Answer:   a.line.Answer, Log: log,
		Back: func(ctx context.Context) {
			now := a.enter()
			defer now.leave()
			now.bot.CatchUp(ctx)
		},
	})
	a.hearing = &ops.SocketWatch{Lost: a.socket.Lost, Self: a.self, Log: log}
	a.hearing.Register(a.reg)
	a.health.Add(a.hearing.Check())
}

// handle has the assembly in force handle a request.
func (a *app) handle(ctx context.Context, r slack.Request) slack.Reply {
	now := a.enter()
	defer now.leave()
	return now.bot.Serve(ctx, r)
}
