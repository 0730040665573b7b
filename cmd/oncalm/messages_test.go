package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/oncalm/oncalm/alarms"
	"github.com/oncalm/oncalm/alarms/sns"
	"github.com/oncalm/oncalm/clocks"
	"github.com/oncalm/oncalm/cmd/oncalm/cli"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/overrides"
	"github.com/oncalm/oncalm/paging"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/bolt"
)

// scriptReceive makes a store into which messages came: receive FILE. What fires in the night is acknowledged after ten minutes.
func scriptReceive(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: receive FILE")
	}
	ts.Check(receive(ts.MkAbs(args[0])))
}

// alarmText is what CloudWatch writes about an alarm.
func alarmText(name, state string, at time.Time) string {
	return fmt.Sprintf(`{"AlarmName":%q,"NewStateValue":%q,"OldStateValue":"OK","StateChangeTime":%q,"NewStateReason":"r",`+
		`"AlarmArn":"arn:aws:cloudwatch:eu-central-1:123456789012:alarm:%s","AWSAccountId":"123456789012","OKActions":["%s"]}`,
		name, state, at.Format("2006-01-02T15:04:05.000+0000"), name, scriptTopic)
}

const scriptTopic = "arn:aws:sns:eu-central-1:123456789012:alarms"

func receive(path string) (err error) {
	ctx := context.Background()
	db, err := cli.OpenStore(ctx, path, bolt.Options{NoSync: true})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	now := scriptNoon
	clock := &clocks.Clock{Wall: func() time.Time { return now }, Up: func() time.Duration { return now.Sub(scriptNoon) }}
	book := &incidents.Book{Store: db, Clock: clock}
	policy := paging.Policy{
		Name: "all", Rounds: 1, Fallback: []paging.Target{"person:bo"},
		Steps: []paging.Step{{Page: []paging.Target{"person:ana"}, Wait: 5 * time.Minute}},
	}
	pager := &paging.Pager{Book: book, Policy: func(string) paging.Policy { return policy }, Overrides: &overrides.Book{},
		Clock: clock, Channels: map[string]paging.Channel{incidents.ViaSlack: takes{}}}
	until := func(then time.Time) error {
		for {
			var key string
			var due time.Time
			var ok bool
			err := db.View(ctx, func(tx store.Tx) error {
				key, due, ok = outbox.In(tx, now).Next()
				return nil
			})
			if err != nil || !ok || due.After(then) {
				now = then
				return err
			}
			now = due
			if err := outbox.Play(ctx, db, pager.Handlers(), key, now); err != nil {
				return err
			}
		}
	}
	book.Followers = []incidents.Follower{pager.Follow}
	topics, err := sns.ParseTopics([]string{scriptTopic})
	if err != nil {
		return err
	}
	intake := &alarms.Intake{Book: book, Topics: topics, Quiet: []string{"sev4"}, Services: alarms.Services{
		Default: "search", All: []alarms.Service{
			{Name: "checkout", Severity: "sev2", Matches: []alarms.Match{{Alarm: "checkout-*"}}},
			{Name: "nightly", Severity: "sev4", Matches: []alarms.Match{{Alarm: "nightly-*"}}},
			{Name: "search", Severity: "sev3"},
		},
	}}
	for n, m := range []struct {
		after time.Duration
		text  string
	}{
		{0, alarmText("checkout-5xx", "ALARM", scriptNoon)},
		{time.Minute, alarmText("checkout-5xx", "ALARM", scriptNoon)},
		{2 * time.Minute, alarmText("nightly-copy", "ALARM", scriptNoon.Add(2*time.Minute))},
		{10 * time.Minute, alarmText("checkout-5xx", "OK", scriptNoon.Add(10*time.Minute))},
		{11 * time.Hour, alarmText("checkout-p99", "ALARM", scriptNoon.Add(11*time.Hour))},
		{12 * time.Hour, "the lift is stuck \x1b[31m\u202e"},
		{13 * time.Hour, alarmText("checkout-p99", "OK", scriptNoon.Add(13*time.Hour))},
	} {
		v := alarms.Unsigned(m.text, "", scriptTopic, scriptNoon.Add(m.after))
		v.MessageID = fmt.Sprint("message-", n)
		if err := until(v.Received); err != nil {
			return err
		}
		if _, err := intake.Take(ctx, v); err != nil {
			return err
		}
		if m.after == 11*time.Hour {
			if err := until(v.Received.Add(10 * time.Minute)); err != nil {
				return err
			}
			if err := acknowledge(ctx, book, "3", now); err != nil {
				return err
			}
		}
	}
	if err := until(scriptNoon.Add(14 * time.Hour)); err != nil {
		return err
	}
	return refuse(ctx, db)
}

// takes is a channel that takes every page.
type takes struct{}

func (takes) Page(context.Context, string, paging.Page) (paging.Receipt, error) {
	return paging.Receipt{}, nil
}

// acknowledge has ana acknowledge an incident at a time.
func acknowledge(ctx context.Context, book *incidents.Book, id string, at time.Time) error {
	return book.Store.Update(ctx, func(tx store.Tx) error {
		_, err := book.Append(tx, at, id, incidents.Event{By: incidents.Person("ana"), Body: incidents.Acknowledged{}})
		return err
	})
}

// refuse writes down some messages that were refused.
func refuse(ctx context.Context, s store.Store) error {
	return s.Update(ctx, func(tx store.Tx) error {
		tx.Put("refused/E1014", []byte(`{"code":"E1014","hours":{"2026-03-28T12":3000},"newest":[{"at":"2026-03-28T12:00:30Z",`+
			`"code":"E1014","text":"the signature does not match the message","topic":"`+scriptTopic+`","id":"x","from":"192.0.2.1:7"}]}`))
		return nil
	})
}
