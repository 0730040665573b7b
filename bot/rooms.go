package bot

import (
	"slices"

	"github.com/oncalm/oncalm/bot/actions"
	"github.com/oncalm/oncalm/bot/channels"
	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/lookup"
	"github.com/oncalm/oncalm/bot/review"
	"github.com/oncalm/oncalm/bot/silence"
	"github.com/oncalm/oncalm/bot/timeline"
	"github.com/oncalm/oncalm/bot/trace"
	"github.com/oncalm/oncalm/store"
)

// dutyWords are the words of others about who is on call. It makes those that follow what happens.
func dutyWords(b *Bot) []chat.Word {
	o := b.o
	var more []chat.Word
	if o.Silences != nil {
		b.Silence = &silence.Talk{
			Book: o.Silences, Pager: o.Pager, Services: o.Watched, PagesNobody: o.PagesNobody, People: o.People,
			Owe: b.notices.Owe, Clock: o.Clock,
		}
		more = b.Silence.Words()
	}
	if o.Contacts != nil {
		o.Contacts.Owe = b.notices.Owe
		more = append(more, o.Contacts.Words()...)
	}
	return append(more, trace.Word(o.Book))
}

// wordsOf are the words of others about incidents.
func wordsOf(b *Bot, lines *timeline.Lines) []chat.Word {
	return slices.Concat(declares(b).Words(), b.respond.Words(), b.actions.Words(), b.review.Words(), b.rollback.Words(),
		lines.Words(), b.lookup.Words())
}

// looks is the conversation about logs and traces.
func looks(b *Bot) *lookup.Room {
	o := b.o.Lookups
	o.Book, o.Clock, o.Log = b.o.Book, b.o.Clock, b.log
	return lookup.New(o)
}

// items is the conversation about action items.
func items(b *Bot, users map[string]string) *actions.Room {
	return actions.New(actions.Options{Root: b.o.Roots.Incident, Book: b.o.Book, People: b.o.People, Users: users,
		Services: b.o.Services, Overrides: b.o.Overrides, Owe: b.notices.Owe, Clock: b.o.Clock, Log: b.log})
}

// reviews is the conversation about postmortems.
func reviews(b *Bot) *review.Room {
	return review.New(review.Options{Root: b.o.Roots.Incident, Book: b.o.Book, Pager: b.o.Pager, Overrides: b.o.Overrides,
		People: b.o.People, Rules: b.o.Reviews, Owe: b.notices.Owe, OweChannel: b.notices.OweChannel, Clock: b.o.Clock,
		Post: b.o.Post, Out: b.out, Channel: b.o.Channel, Log: b.log,
		Own: func(tx store.Tx, id string) string { channel, _ := channels.Of(tx, id); return channel }})
}

// roomsOf are all conversations: what is in none of them cannot be said.
func roomsOf(b *Bot) []chat.Room {
	return []chat.Room{b.command.Room(), b.shifts.Room(), b.storms.Room(), b.capture.Room(), b.rollback.Room(),
		b.actions.Room()}
}
