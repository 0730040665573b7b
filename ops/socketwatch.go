package ops

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/oncalm/oncalm/bot"
)

const (
	socketPatience = time.Minute     // how long there may be no connection before people are told
	socketLook     = 5 * time.Second // how often it is looked
)

// A SocketWatch tells people that Slack has no connection to us: pages go out, but no button and no command comes in, so nobody
// can acknowledge. Pages need no connection, so this gets through.
type SocketWatch struct {
	// Lost says since when there is no connection, and why; a zero time if there is one.
	Lost func(now time.Time) (since time.Time, why string)
	Self *SelfPager
	Log  *slog.Logger
}

// Register registers for how long there has been no connection.
func (s *SocketWatch) Register(reg prometheus.Registerer) {
	reg.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "oncalm_slack_socket_lost_seconds",
		Help: "For how long there has been no connection of Slack's Socket Mode; 0 while there is one.",
	}, func() float64 {
		now := time.Now()
		if since, _ := s.Lost(now); !since.IsZero() {
			return now.Sub(since).Seconds()
		}
		return 0
	}))
}

// Check is a condition that is told, and is ignored for being ready: pages go out without a connection.
func (s *SocketWatch) Check() Check {
	return Check{Name: "socket", Aside: true, Run: func(_ context.Context, now time.Time) error {
		if since, why := s.Lost(now); !since.IsZero() {
			return errors.New("there is no connection to Slack: " + why)
		}
		return nil
	}}
}

// Run looks from time to time, until ctx ends.
func (s *SocketWatch) Run(ctx context.Context) {
	var (
		looks = time.NewTicker(socketLook)
		said  time.Time       // when it was decided to tell
		open  map[string]bool // who is to be told, and was not yet
		told  = map[string]bool{}
		page  bot.SelfPage
	)
	defer looks.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-looks.C:
		}
		now := time.Now()
		switch since, why := s.Lost(now); {
		case since.IsZero() && !said.IsZero():
			said, open = time.Time{}, nil
			s.Log.Info("Slack has a connection again")
			s.Self.notify(ctx, socketBack(now), told, map[string]bool{})
			told = map[string]bool{}
		// all is well, or it is too early: Slack replaces connections all the time
		case since.IsZero() || now.Sub(since) < socketPatience:
		case said.IsZero() || now.Sub(said) >= selfAgain:
			said, open, page = now, s.Self.audience(ctx, now), socketLost(now, since, why)
			s.Log.Error("E2011 Slack has no connection to Oncalm: buttons and commands do not work", "since", since.UTC(),
				"why", why)
		}
		s.Self.notify(ctx, page, open, told)
	}
}

// socketLost is what people are told of a connection that is gone.
func socketLost(now, since time.Time, why string) bot.SelfPage {
	return bot.SelfPage{
		Key: "socket/" + now.UTC().Format(time.RFC3339), Since: now,
		Title: "🔴 Oncalm hears nothing from Slack",
		Text: fmt.Sprintf("There has been no connection since %s (%s). Alarms still open incidents and page people, but "+
			"buttons and commands do not work, so pages go on until somebody can acknowledge. Check that the machine "+
			"reaches Slack over WebSocket (wss), and that Socket Mode is on and slack.app_token is valid.",
			since.UTC().Format("15:04 MST"), why),
	}
}

func socketBack(now time.Time) bot.SelfPage {
	return bot.SelfPage{
		Key: "socket-back/" + now.UTC().Format(time.RFC3339), Since: now,
		Title: "🟢 Oncalm hears from Slack again",
		Text:  "Buttons and commands work again. What was pressed or typed meanwhile did not come in: do it again.",
	}
}
