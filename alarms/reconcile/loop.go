package reconcile

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"log/slog"
	"time"

	"github.com/oncalm/oncalm/alarms/aws"
	"github.com/oncalm/oncalm/alarms/known"
	"github.com/oncalm/oncalm/alarms/sns"
	"github.com/oncalm/oncalm/clocks"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/store"
)

// A Loop asks CloudWatch again and again. Its fields are set before it runs and not changed afterwards.
type Loop struct {
	Store store.Store
	API   API
	// Rules are those in force now: they may change while it runs.
	Rules   func() Rules
	Clock   *clocks.Clock
	Log     *slog.Logger
	Metrics *Metrics // may be nil
}

// Rules are what a configuration decides of a Loop.
type Rules struct {
	Every  time.Duration // 0: never
	Topics sns.Topics
	// Take takes in a message; see [sns.Taker].
	Take func(context.Context, *sns.Verified) (seen bool, err error)
}

// idle is how long a loop that is off waits before it looks whether it still is.
const idle = time.Minute

// Run asks now, and then each [Rules.Every], until ctx ends. The wait begins when a run has ended, so that slow ones do not
// pile up.
func (l *Loop) Run(ctx context.Context) {
	failed := ""
	for ctx.Err() == nil {
		rules := l.Rules()
		wait := idle
		if rules.Every > 0 {
			wait = rules.Every
			err := l.Once(ctx, rules, l.Clock.Now())
			l.say(ctx, err, &failed)
		}
		select {
		case <-ctx.Done():
		case <-time.After(wait):
		}
	}
}

// say logs what is wrong once, and that it is right again.
func (l *Loop) say(ctx context.Context, err error, failed *string) {
	l.Metrics.ran(l.Clock.Now(), err)
	switch {
	case ctx.Err() != nil:
	case err != nil && err.Error() != *failed:
		*failed = err.Error()
		l.Log.Warn("cannot ask CloudWatch how its alarms stand; lost messages are not made up for", "err", err)
	case err == nil && *failed != "":
		*failed = ""
		l.Log.Info("CloudWatch answers again how its alarms stand")
	}
}

// Once makes up for what was lost. What can be done in one region is done though another fails.
func (l *Loop) Once(ctx context.Context, rules Rules, now time.Time) error {
	var problems []error
	for _, region := range rules.Topics.Regions() {
		if err := l.region(ctx, rules, region, now); err != nil {
			problems = append(problems, errors.New(region+": "+err.Error()))
		}
	}
	return errors.Join(problems...)
}

// region makes up for what was lost in one: first for what fires, since an incident may be reopened rather than end.
func (l *Loop) region(ctx context.Context, rules Rules, region string, now time.Time) error {
	firing, err := l.API.Firing(ctx, region)
	if err != nil {
		return err
	}
	if err := l.missing(ctx, rules, region, firing, now); err != nil {
		return err
	}
	return l.over(ctx, rules, region, firing, now)
}

// missing opens incidents for alarms that say ALARM and of which no message came.
func (l *Loop) missing(ctx context.Context, rules Rules, region string, firing []Alarm, now time.Time) error {
	since := now.Add(-Fresh)
	var lost []Alarm
	err := l.Store.View(ctx, func(tx store.Tx) error {
		if last, err := time.Parse(time.RFC3339, string(tx.Get(keyOf(region)))); err == nil && last.Before(since) {
			since = last
		}
		lost = nil
		for _, a := range firing {
			if _, ours := a.over(rules.Topics); ours && !a.Suppressed && a.Changed.After(since) &&
				now.Sub(a.Changed) >= Grace && !knows(tx, &a) {
				lost = append(lost, a)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, a := range lost {
		topic, _ := a.over(rules.Topics)
		// If nobody says whether an alarm is muted, it is not taken in: who muted it must not be paged for it.
		muted, err := l.API.Muted(ctx, region, a.Name)
		if err == nil && !muted {
			err = l.take(ctx, rules, &a, topic, "", now)
		}
		if err != nil {
			return err
		}
	}
	return l.Store.Update(ctx, func(tx store.Tx) error {
		tx.Put(keyOf(region), []byte(now.Format(time.RFC3339)))
		return nil
	})
}

// alike is how far apart the times may be that a message and CloudWatch itself give for one change.
const alike = time.Minute

// knows reports whether it is known that an alarm says ALARM, by itself or by a contributor, since when it does, or something newer. One
// that is known to say it since long before was OK in between, and fired again.
func knows(tx store.Tx, a *Alarm) bool {
	var newest time.Time
	fires := false
	for _, last := range known.Of(tx, known.AlarmFingerprint(a.ARN)).Series {
		fires = fires || last.State == incidents.AlarmFiring
		if last.Changed.After(newest) {
			newest = last.Changed
		}
	}
	if fires {
		newest = newest.Add(alike)
	}
	return !newest.Before(a.Changed)
}

// take takes in the message that should have come.
func (l *Loop) take(ctx context.Context, rules Rules, a *Alarm, topic, contributor string, now time.Time) error {
	v, err := a.message(topic, contributor, rules.Topics, now)
	if err != nil {
		return err
	}
	seen, err := rules.Take(ctx, v)
	if err == nil && !seen {
		l.Metrics.made(a.State)
		l.Log.Warn("a message of CloudWatch never came; it was made up for", "alarm", a.ARN, "state", a.State, "since", a.Changed)
	}
	return err
}

// IDPrefix begins the ids of messages that never came, and were made up for.
const IDPrefix = "reconciled-"

// found is a message that was not sent. Its id and its time are those of what it says, so that it is taken in once.
func found(topic, text, about string, changed time.Time, topics sns.Topics, now time.Time) *sns.Verified {
	sum := sha256.Sum256([]byte(about))
	v := &sns.Verified{Envelope: sns.Envelope{Type: sns.Reconciled, MessageID: IDPrefix + hex.EncodeToString(sum[:8]),
		TopicARN: topic, Message: text, Sent: changed.UTC()}, Received: now}
	if v.Topic, _ = topics.Match(topic); v.Topic == (aws.ARN{}) {
		v.Topic, _ = aws.ParseARN(topic)
	}
	return v
}

func keyOf(region string) string { return store.Key(keyPart, region) }

const keyPart = "reconciled"

// Keys are all keys of this package.
func Keys() []store.Check { return []store.Check{{Prefix: keyPart + "/"}} }
