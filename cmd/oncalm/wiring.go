package main

import (
	"context"
	"errors"
	"net/url"
	"time"

	"github.com/oncalm/oncalm/bot/manifest"
	"github.com/oncalm/oncalm/bot/wiring"
)

// lacking are the scopes that the Slack app lacks, of those that the configuration in force needs.
func (a *app) lacking() []wiring.Finding {
	cfg := a.now().cfg
	return wiring.Lacking(manifest.Needs(manifest.Options{UserGroups: len(cfg.Handoffs.Groups) > 0,
		Channels: cfg.Channels.Opens(), Groups: cfg.ReadsGroups()}), a.line.Watch.Scopes())
}

// scopesWell is a condition for being ready: without some scopes no page goes out. What else is missing does not count.
func (a *app) scopesWell(context.Context, time.Time) error {
	for _, f := range a.lacking() {
		if f.Level == wiring.Error {
			return errors.New(f.What + "; " + f.Mend)
		}
	}
	return nil
}

// groupUsers asks Slack who is in a user group.
func (a *app) groupUsers(ctx context.Context, id string) (users []string, err error) {
	var in struct {
		Users []string `json:"users"`
	}
	err = a.line.Aside(ctx, "usergroups.users.list", url.Values{"usergroup": {id}}, &in)
	return in.Users, err
}

// tellLacking logs which scopes are missing, once Slack has told which there are: better now than at the first alarm.
func (a *app) tellLacking(ctx context.Context) {
	const each = 5 * time.Second
	for a.line.Watch.Scopes() == nil {
		select {
		case <-ctx.Done():
			return
		case <-time.After(each):
		}
	}
	for _, f := range a.lacking() {
		switch f.Level {
		case wiring.Error:
			a.log.Error(f.What+"; "+f.Mend, "check", f.Check)
		case wiring.Warn:
			a.log.Warn(f.What+"; "+f.Mend, "check", f.Check)
		}
	}
}
