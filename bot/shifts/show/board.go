// Package show is the part of /oncall that only looks: who is on call, until when, who is next and why, the
// shifts to come in words and as a picture, and links to calendars.
//
// A [Board] makes a reply from the schedules and the overrides as they are at one moment; nothing of it is kept.
// The picture of a schedule is enqueued with the reply, as a direct message of its own, since a reply can have
// no picture. [Feeds] keep the links that people made. Whoever has a link can read the calendar, so it is shown
// once and never stored with the reply.
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
	"github.com/oncalm/oncalm/silences"
)

// A Board shows who is on call. Its fields are set before it is used and not changed afterwards.
type Board struct {
	Reader    *typed.Reader
	Book      *incidents.Book // its store
	Overrides *overrides.Book
	Pager     *paging.Pager
	Silences  *silences.Book                    // nil if there are none
	Services  []string                          // the names of all services
	Words     []string                          // of /oncall, for whoever has mistyped one
	Absent    func(people []string) blocks.Line // why some of them cannot be reached
	Out       *slack.Sender
	Clock     *clocks.Clock
	Log       *slog.Logger
}
