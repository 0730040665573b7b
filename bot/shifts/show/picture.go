package show

import (
	"context"
	"time"

	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/shifts/typed"
	"github.com/oncalm/oncalm/bot/slack"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/rotations/civil"
	"github.com/oncalm/oncalm/rotations/strip"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/text"
)

// KindStrip is the kind of outbox entries that send the picture of a schedule.
const KindStrip = "strip"

// Handlers returns the handlers of outbox entries by kind.
func (b *Board) Handlers() map[string]outbox.Handler {
	return map[string]outbox.Handler{KindStrip: b.picture}
}

// pictureWidth is in pixels; more would be too small to read in a channel.
const pictureWidth = 720

// pictureBody is the body of the entry of a schedule's picture for somebody.
type pictureBody struct {
	Person   string    `json:"person"`
	Schedule string    `json:"schedule"`
	Zone     string    `json:"zone"`
	Now      time.Time `json:"now"`
}

// enqueuePicture enqueues the picture of a schedule for a person, as a direct message: only what is posted can have one. Its key is
// that of the request: the same request makes one picture.
func (b *Board) enqueuePicture(c *chat.Call, tx store.Tx, schedule string) {
	outbox.In(tx, c.Now).Once(outbox.Entry{
		Key: store.Key("picture", typed.ChangeID(c.ID)), Kind: KindStrip, Lane: outbox.Chores, Due: c.Now,
		Body: outbox.Body(pictureBody{c.Person, schedule, b.Reader.Zone(c, schedule).String(), c.Now.UTC()}),
	})
}

// picture draws a schedule and sends it. It is dropped if it comes late, may have come through, or is not taken: all that it
// shows was said in words. An upload cannot be looked for by its key as a message is, so one that may have come through is
// not sent again.
func (b *Board) picture(ctx context.Context, e outbox.Entry) (func(store.Tx) error, error) {
	var body pictureBody
	if err := e.Decode(&body); err != nil {
		return nil, err
	}
	user := b.Reader.People[body.Person].Slack
	if user == "" || !b.Reader.Has(body.Schedule) || b.Clock.Now().Sub(e.Created) > chat.Life ||
		b.Out.Unsure(e.Key, e.PerhapsDone) {
		return nil, nil
	}
	png, err := b.drawSchedule(ctx, body)
	if err != nil {
		return nil, err
	}
	err = b.Out.Upload(ctx, e.Key, user, slack.File{
		Name: "schedule.png", Title: text.Line(body.Schedule) + ", the next 14 days",
		Alt: "Who is on call in the next 14 days, as the message above lists it", Data: png,
	})
	if t := slack.TroubleOf(err); t == slack.Refused || t == slack.Unreadable || slack.CodeOf(err) == "missing_scope" {
		b.Log.Warn("could not send the picture of a schedule; the app needs the scope files:write", "person", body.Person,
			"err", err)
		return nil, nil
	}
	return nil, slack.Owed(err)
}

// drawSchedule draws the next 14 days of a schedule, in the zone of whoever looks.
func (b *Board) drawSchedule(ctx context.Context, body pictureBody) ([]byte, error) {
	zone, err := time.LoadLocation(body.Zone)
	if err != nil {
		zone = time.UTC
	}
	// From midnight to midnight on the clock of the zone: days on which the clock changes are whole, too.
	y, m, d := body.Now.In(zone).Date()
	from := civil.Of(time.Date(y, m, d, 0, 0, 0, 0, time.UTC)).In(zone)
	to := civil.Of(time.Date(y, m, d+scheduleDays, 0, 0, 0, 0, time.UTC)).In(zone)
	p := strip.Picture{Title: body.Schedule, Zone: zone, From: from, To: to, Now: body.Now, Width: pictureWidth}
	err = b.Book.Store.View(ctx, func(tx store.Tx) error {
		s, overrides := b.Overrides.Schedules[body.Schedule], b.Overrides.Of(tx, body.Schedule)
		p.Rows = strip.ByPerson(s, overrides, from, to)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return p.PNG()
}
