package bot

import (
	"context"
	"maps"
	"slices"

	"github.com/oncalm/oncalm/alarms"
	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/declare"
	"github.com/oncalm/oncalm/bot/rights"
	"github.com/oncalm/oncalm/bot/rollback"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/store"
)

// backs is the conversation about rollbacks.
func backs(b *Bot) *rollback.Room {
	o := &b.o
	return rollback.New(rollback.Options{
		Root: o.Roots.Incident, Desk: o.Rollbacks, Freezes: o.Freezes, Book: o.Book, Out: b.out, Channel: o.Channel,
		Approvers: func(besides string) []string {
			may := o.RightsNow().Who(rights.Approve, slices.Collect(maps.Keys(o.People)))
			return slices.DeleteFunc(may, func(person string) bool { return person == besides })
		},
		Owe: b.notices.Owe, Clock: o.Clock, Log: b.log,
	})
}

// declares has the words by which people begin something themselves.
func declares(b *Bot) *declare.Room {
	o := &b.o
	services := o.Watched
	if len(services.All) == 0 {
		for _, name := range o.Services {
			services.All = append(services.All, alarms.Service{Name: name})
		}
	}
	var schedules []string
	if o.Overrides != nil {
		schedules = slices.Sorted(maps.Keys(o.Overrides.Schedules))
	}
	return declare.New(declare.Options{
		Root: o.Roots.Incident, Book: o.Book, Pager: o.Pager, People: o.People, Services: services, Schedules: schedules,
		PagesNobody: o.PagesNobody,
		Pick: func(c *chat.Call, tx store.Tx) (*incidents.Incident, string, blocks.Message) {
			return b.respond.Hand.Pick(c, tx)
		},
		Once: func(ctx context.Context, c *chat.Call, do func(store.Tx) (blocks.Message, error)) blocks.Message {
			return b.router.Once(ctx, c, do)
		},
		Readable: func(said string) string { return b.router.Readable(said) },
	})
}
