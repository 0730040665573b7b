package pages

import (
	"time"

	"github.com/oncalm/oncalm/bot/slack"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/store"
)

// tardy is how late a page must be for the reason to stand on the timeline.
const tardy = time.Minute

// Delayed says of a page that was late why, if Slack was away meanwhile: once for each outage.
func Delayed(tx store.Tx, o slack.Outage, i *incidents.Incident, e incidents.Event) []incidents.Body {
	var key string
	switch body := e.Body.(type) {
	case incidents.Delivered:
		key = body.Key
	case incidents.Withheld:
		key = body.Key
	}
	page, ok := i.Pages[key]
	if !ok || page.Via != incidents.ViaSlack || o.Until.IsZero() {
		return nil
	}
	due := page.At
	if page.Due.After(due) {
		due = page.Due
	}
	if e.At.Sub(due) < tardy || o.Until.Before(due) || o.Since.After(e.At) {
		return nil
	}
	const near = 100 // events among which an earlier page of the same outage has said so
	events, err := incidents.TimelineFrom(tx, i.ID, i.Seq-near)
	if err != nil {
		return nil // the timeline is damaged, which fsck says; the page is told of all the same
	}
	since := o.Since.Round(0).UTC()
	for _, other := range events {
		if d, ok := other.Body.(incidents.Delayed); ok && d.Since.Equal(since) {
			return nil
		}
	}
	return []incidents.Body{incidents.Delayed{
		Via: incidents.ViaSlack, Since: since, Until: o.Until.Round(0).UTC(), Barred: o.Barred,
	}}
}
