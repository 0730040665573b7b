// Package reaching puts the channels together by which a configuration reaches people.
package reaching

import (
	"maps"
	"slices"

	"github.com/oncalm/oncalm/bot/pages"
	"github.com/oncalm/oncalm/cmd/oncalm/amazon"
	"github.com/oncalm/oncalm/cmd/oncalm/config"
	"github.com/oncalm/oncalm/cmd/oncalm/config/contacts"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/paging"
	"github.com/oncalm/oncalm/reach"
	"github.com/oncalm/oncalm/reach/call"
	"github.com/oncalm/oncalm/reach/email"
	"github.com/oncalm/oncalm/reach/links"
	"github.com/oncalm/oncalm/reach/proof"
	"github.com/oncalm/oncalm/reach/push"
	"github.com/oncalm/oncalm/reach/sms"
	"github.com/oncalm/oncalm/reach/telephony"
	"github.com/oncalm/oncalm/store"
)

// Contacts are those of a configuration.
func Contacts(cfg *config.Config) *proof.Contacts {
	return &proof.Contacts{People: slices.Sorted(maps.Keys(cfg.People)), Of: cfg.Contact, Uses: cfg.Uses,
		Token: cfg.Slack.BotToken.Reveal()}
}

// Channels are all by which pages go out: Slack, and what the configuration has a section for. Those of them that take notes are sayers,
// too.
func Channels(cfg *config.Config, s store.Store, slack *pages.Pages, ways amazon.Ways) (all map[string]paging.Channel,
	sayers map[string]reach.Sayer) {
	all = map[string]paging.Channel{incidents.ViaSlack: paging.Singly{Channel: slack}}
	if cfg.Slack.JoinedPages {
		all[incidents.ViaSlack] = slack
	}
	link := (&links.Links{Store: s, URL: cfg.PublicURL}).For
	phone := func(person string) string { return cfg.People[person].Phone }
	if cfg.SMS.Via != "" {
		texts := &sms.Channel{AWS: ways.Own, From: cfg.SMS.From, Link: link, Phone: phone}
		if cfg.SMS.Via == contacts.ViaMessaging {
			texts.Send = telephony.Text
		}
		all[reach.SMS] = texts
	}
	if cfg.Call.From != "" {
		all[reach.Call] = &call.Channel{AWS: ways.Own, From: cfg.Call.From, Voice: cfg.Call.Voice, Phone: phone}
	}
	if cfg.Email.From != "" {
		all[reach.Email] = &email.Channel{
			AWS: ways.Own, From: cfg.Email.From, Link: link,
			Address: func(person string) string { return cfg.People[person].Email },
		}
	}
	all[reach.Push] = &push.Channel{Link: link, Topic: func(person string) string { return cfg.People[person].Ntfy }}
	sayers = map[string]reach.Sayer{}
	for via, c := range all {
		if sayer, ok := c.(reach.Sayer); ok {
			sayers[via] = sayer
		}
	}
	return all, sayers
}
