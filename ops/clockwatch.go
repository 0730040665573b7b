package ops

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/oncalm/oncalm/bot"
	"github.com/oncalm/oncalm/clocks"
)

const (
	clockFirst = 2 * time.Second  // after the start, when Slack has been greeted
	clockLook  = 10 * time.Second // how often it is looked whether the clock is right
	clockAsk   = time.Minute      // how often others are asked at most, while nobody has said what time it is
)

// A ClockWatch tells people that the clock of the machine is wrong. Messages whose time does not fit are refused then, until it is
// set right, and SNS sends them again; so nobody would be paged.
type ClockWatch struct {
	Witness *clocks.Witness
	Clock   *clocks.Clock
	Ask     func(context.Context) error // makes Slack say something
	Self    *SelfPager
	Log     *slog.Logger
}

// Register registers by how much the clock is wrong.
func (c *ClockWatch) Register(reg prometheus.Registerer) {
	reg.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "oncalm_clock_ahead_seconds", Help: "By how much the wall clock is ahead of what Slack and AWS say; 0 while that is not known.",
	}, func() float64 {
		by, known := c.Witness.Ahead()
		if !known {
			return 0
		}
		return by.Seconds()
	}))
}

// Well is a condition for being ready.
func (c *ClockWatch) Well(context.Context, time.Time) error {
	if off := c.Witness.Off(); off != 0 {
		return fmt.Errorf("the clock of this machine is %s, compared with Slack and AWS: set it", slowOrFast(off))
	}
	return nil
}

// slowOrFast says in words by how much a clock is off, about: others say the time in whole seconds.
func slowOrFast(ahead time.Duration) string {
	if ahead < 0 {
		return (-ahead).Round(5*time.Second).String() + " slow"
	}
	return ahead.Round(5*time.Second).String() + " fast"
}

// Run looks from time to time, until ctx ends. Times here are those of the process and not of the clock that is doubted:
// only how long something lasts counts.
func (c *ClockWatch) Run(ctx context.Context) {
	var (
		looks       = time.NewTimer(clockFirst)
		said, asked time.Time
		open        map[string]bool // who is to be told, and was not yet
		told        = map[string]bool{}
		page        bot.SelfPage
	)
	defer looks.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-looks.C:
		}
		looks.Reset(clockLook)
		now := time.Now()
		_, known := c.Witness.Ahead()
		if !known && now.Sub(asked) >= clockAsk {
			asked = now
			known = c.ask(ctx)
		}
		switch off := c.Witness.Off(); {
		case off != 0 && (said.IsZero() || now.Sub(said) >= selfAgain):
			// who is on call follows from the time as it should be
			right := c.Clock.Now().Add(-off)
			said, open, page = now, c.Self.audience(ctx, right), c.wrong(off, right)
			c.Log.Error("the clock of this machine is wrong: messages whose time disagrees with it are refused", "component",
				"clock", "off", slowOrFast(off), "ahead_seconds", off.Seconds())
		case off == 0 && known && !said.IsZero():
			said, open = time.Time{}, nil
			c.Log.Info("the clock of this machine is right again", "component", "clock")
			c.Self.notify(ctx, c.right(), told, map[string]bool{})
		}
		c.Self.notify(ctx, page, open, told)
	}
}

// ask has Slack tell the time, and reports whether that was enough to know it. Who says that we are wrong needs a second.
func (c *ClockWatch) ask(ctx context.Context) bool {
	for range 2 {
		_ = c.Ask(ctx) // that Slack does not answer is told elsewhere
		if _, known := c.Witness.Ahead(); known {
			return true
		}
	}
	return false
}

// wrong is what people are told. The key has the time in it: each time that they are told is a message of its own.
func (c *ClockWatch) wrong(off time.Duration, right time.Time) bot.SelfPage {
	return bot.SelfPage{
		Key: "clock/" + right.UTC().Format(time.RFC3339), Since: right,
		Title: "🔴 The clock on Oncalm's machine is " + slowOrFast(off),
		Text: "Slack and AWS agree on that. Alarms whose time disagrees with it are refused, and nobody is paged for " +
			"them; SNS sends them again for as long as the subscription's retry policy lasts. " +
			"Handoffs come at the wrong time. Set the clock now (chronyc makestep, or timedatectl set-ntp true); nothing " +
			"else is needed.",
	}
}

// right is what those hear who were told that the clock was wrong.
func (c *ClockWatch) right() bot.SelfPage {
	now := c.Clock.Now()
	return bot.SelfPage{
		Key: "clock-right/" + now.UTC().Format(time.RFC3339), Since: now,
		Title: "🟢 The clock on Oncalm's machine is right again",
		Text: "SNS sends what was refused again, for as long as the subscription's retry policy lasts; check AWS for " +
			"alarms that have no incident here.",
	}
}
