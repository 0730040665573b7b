package bot

import (
	"cmp"
	"slices"

	"github.com/oncalm/oncalm/bot/actions"
	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/command"
	"github.com/oncalm/oncalm/bot/contacts"
	"github.com/oncalm/oncalm/bot/declare"
	"github.com/oncalm/oncalm/bot/lookup"
	"github.com/oncalm/oncalm/bot/respond"
	"github.com/oncalm/oncalm/bot/review"
	"github.com/oncalm/oncalm/bot/rollback"
	"github.com/oncalm/oncalm/bot/shifts"
	"github.com/oncalm/oncalm/bot/silence"
	"github.com/oncalm/oncalm/bot/timeline"
	"github.com/oncalm/oncalm/bot/trace"
)

// withDefaults are the roots with their usual names where they have none.
func (r Roots) withDefaults() Roots {
	return Roots{cmp.Or(r.Incident, "/incident"), cmp.Or(r.OnCall, "/oncall")}
}

// Words are the slash commands with their words, in the order of help, with nothing behind them that could carry one out: for all
// that tells which words there are. It is the same table that a [Bot] has.
func Words(roots Roots) []chat.Room {
	roots = roots.withDefaults()
	more := slices.Concat((&silence.Talk{}).Words(), (&contacts.Room{}).Words(), []chat.Word{trace.Word(nil)})
	words := slices.Concat(declare.New(declare.Options{}).Words(), respond.New(respond.Options{}).Words(),
		actions.New(actions.Options{}).Words(), review.New(review.Options{}).Words(),
		rollback.New(rollback.Options{}).Words(), (&timeline.Lines{}).Words(),
		lookup.New(lookup.Options{}).Words())
	incident := command.Options{Root: roots.Incident, OnCall: roots.OnCall, More: words}
	return []chat.Room{
		command.New(incident).Room(),
		shifts.New(shifts.Options{Root: roots.OnCall, More: more}).Room(),
	}
}
