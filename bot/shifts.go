package bot

import (
	"context"
	"strings"

	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/slack/blocks"
)

// oncallWords are the words of /oncall besides the names of schedules and services.
func (b *Bot) oncallWords() []chat.Word {
	return []chat.Word{
		{Name: "me", Usage: "2h", Change: b.me,
			Help: "You take over, from now on."},
		{Name: "override", Usage: "@somebody fri 18:00..sat 09:00 [schedule]", Form: b.openForm, Change: b.override,
			Help: "Somebody is put on call."},
		{Name: "cover", Usage: "me fri 18:00..sat 09:00 [schedule]", Form: b.openForm, Change: b.cover,
			Help: "Asks the others of the schedule to stand in for you. The first to accept takes it."},
		{Name: "swap", Usage: "@somebody [your shift] [their shift] [schedule]", Form: b.openForm, Change: b.swap,
			Help: "Asks somebody to exchange two shifts with you; of each the next, or those at the times you name."},
		{Name: "schedule", Usage: "[schedule]", Change: b.schedule,
			Help: "Who is on call in the next 14 days."},
		{Name: "why", Usage: "[schedule] [at fri 18:00]", Show: b.why,
			Help: "For what reason somebody is on call."},
		{Name: "undo", Usage: "", Change: b.undo,
			Help: "Takes your last change back, from now on."},
		{Name: "feed", Usage: "[me or schedule]", Show: b.feed, Help: "Shifts as a calendar to subscribe to."},
		{Name: "help", Usage: "", Show: b.oncallHelp, Help: "This list."},
	}
}

// oncallHelp explains /oncall.
func (b *Bot) oncallHelp(context.Context, *chat.Call) (blocks.Message, error) {
	root := b.o.Roots.OnCall
	m := chat.Help(root, b.oncallWords())
	m.Body[0].Lines = append([]blocks.Line{
		blocks.Say(blocks.Code(root), "  Who is on call, until when, and who is next."),
		blocks.Say(blocks.Code(root+" <service or schedule>"), "  The same for one of them."),
	}, m.Body[0].Lines...)
	m.Body = append(m.Body, blocks.Para(
		blocks.Say("Times are yours: ", blocks.Code("2h"), ", ", blocks.Code("until 18:00"), ", ", blocks.Code("fri 9-17"), ", ", blocks.Code("24 dec..27 dec"), ". What can be misread is shown in full before it counts."),
		blocks.Say("The schedule may be left out if you are in one only."),
	))
	return m, nil
}

// oncallRoom is the conversation of /oncall.
func (b *Bot) oncallRoom() chat.Room {
	return chat.Room{
		Root: b.o.Roots.OnCall, Words: b.oncallWords(), Silent: chat.Word{Show: b.everybody}, Other: &chat.Word{Show: b.oncall}, Bare: true,
		Press: b.pressShifts, Submit: b.submission, Closed: func(m blocks.Message) any { return updated(m, "Close") },
	}
}

// pressShifts is the word of a button about who is on call.
func (b *Bot) pressShifts(c *chat.Call, action, value string) (chat.Word, bool) {
	if action == acceptAction {
		c.Word = action
		return b.accepting(value), true
	}
	verb, ok := strings.CutPrefix(action, oncallAction)
	if !ok {
		return chat.Word{}, false
	}
	c.Word = verb
	return b.pressedOnCall(c, verb, value), true
}
