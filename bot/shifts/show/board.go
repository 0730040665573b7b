// Package show is the part of /oncall that only looks: who is on call, until when and who is next, for what reason, the shifts to come
// in words and as a picture, and links to calendars of them.
//
// A [Board] answers from the schedules and the overrides as they are at one moment; what it says is not kept. What is more than an
// answer is owed with it: the picture of a schedule goes out as a direct message of its own, since an answer can have none. [Feeds] keep
// the links that people made; whoever has one can read the calendar, so it is shown once and never written down with the answer.
//
//	picture/<change>    entry: the picture of a schedule
package show

import (
	"log/slog"

	"github.com/oncalm/oncalm/bot/shifts/typed"
	"github.com/oncalm/oncalm/bot/slack"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/clocks"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/overrides"
	"github.com/oncalm/oncalm/paging"
)

// A Board shows who is on call. Its fields are set before it is used and not changed afterwards.
type Board struct {
	Reader    *typed.Reader
	Book      *incidents.Book // its store
	Overrides *overrides.Book
	Pager     *paging.Pager
	Services  []string                          // the names of all services
	Words     []string                          // of /oncall, for whoever has mistyped one
	Absent    func(people []string) blocks.Line // why some of them cannot be reached
	Out       *slack.Sender
	Clock     *clocks.Clock
	Log       *slog.Logger
}
