package fsck

import (
	"slices"

	"github.com/oncalm/oncalm/actions"
	"github.com/oncalm/oncalm/alarms/groups"
	"github.com/oncalm/oncalm/alarms/known"
	"github.com/oncalm/oncalm/alarms/reconcile"
	"github.com/oncalm/oncalm/alarms/sns"
	"github.com/oncalm/oncalm/bot"
	"github.com/oncalm/oncalm/bot/capture"
	"github.com/oncalm/oncalm/bot/channels"
	"github.com/oncalm/oncalm/bot/pages"
	"github.com/oncalm/oncalm/bot/review"
	"github.com/oncalm/oncalm/bot/rollback"
	"github.com/oncalm/oncalm/bot/storm"
	"github.com/oncalm/oncalm/changes"
	"github.com/oncalm/oncalm/fates"
	"github.com/oncalm/oncalm/handoffs"
	"github.com/oncalm/oncalm/heartbeats"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/check"
	"github.com/oncalm/oncalm/incidents/history"
	"github.com/oncalm/oncalm/incidents/past"
	"github.com/oncalm/oncalm/incidents/requests"
	"github.com/oncalm/oncalm/ops"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/outbox/steady"
	"github.com/oncalm/oncalm/overrides"
	"github.com/oncalm/oncalm/paging"
	"github.com/oncalm/oncalm/postmortems/learning"
	"github.com/oncalm/oncalm/postmortems/publish"
	"github.com/oncalm/oncalm/reach/drill"
	"github.com/oncalm/oncalm/reach/links"
	"github.com/oncalm/oncalm/reach/notes"
	"github.com/oncalm/oncalm/reach/proof"
	"github.com/oncalm/oncalm/reach/replies"
	"github.com/oncalm/oncalm/rollbacks"
	"github.com/oncalm/oncalm/rollbacks/freeze"
	"github.com/oncalm/oncalm/rotations/feed"
	"github.com/oncalm/oncalm/silences"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/tickets"
	"github.com/oncalm/oncalm/watch"
)

// owners are all who have keys in a store, with their checks, for one inspection, in the order in which they
// look.
func owners() []store.Check {
	return slices.Concat(
		[]store.Check{{Prefix: store.SchemaKey}, {Prefix: AsidePrefix, Look: countSetAside}},
		steady.Keys(),
		outbox.Keys(),
		check.Looks(incidents.Keys(), paging.CheckIncident),
		history.Keys(),
		actions.Keys(),
		past.Looks(past.Keys(), learning.Of),
		paging.Keys(),
		requests.Keys(),
		overrides.Keys(),
		changes.Keys(),
		reconcile.Keys(),
		rollbacks.Keys(),
		freeze.Keys(),
		fates.Keys(),
		silences.Keys(),
		known.Keys(),
		groups.Keys(),
		heartbeats.Keys(),
		sns.Keys(),
		handoffs.Keys(),
		feed.Keys(),
		links.Keys(),
		notes.Keys(),
		proof.Keys(),
		replies.Keys(),
		drill.Keys(),
		pages.Keys(),
		capture.Keys(),
		rollback.Keys(),
		review.Keys(),
		channels.Keys(),
		publish.Keys(),
		tickets.Keys(),
		bot.Keys(),
		storm.Keys(),
		ops.Keys(),
		watch.Keys(),
	)
}
