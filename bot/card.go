package bot

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/oncalm/oncalm/bot/channels"
	"github.com/oncalm/oncalm/bot/pages"
	"github.com/oncalm/oncalm/bot/slack"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/bot/view"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/text"
)

// cardEvent marks a card in its metadata.
const cardEvent = "oncalm_card"

const (
	// settling is how long a card waits for more to happen before it is drawn.
	settling = 300 * time.Millisecond
	// slowly is how long a card waits that its channel does not take.
	slowly = time.Minute
	// stale is when nobody needs the card of a resolved incident any more.
	stale = 24 * time.Hour
	// recent is how many events a card reads for its newest lines.
	recent = 60
)

// cardRecord is where the card of an incident is.
type cardRecord struct {
	slack.Ref
	Seq int `json:"seq"` // of the newest event that the card tells of
}

func cardRecordKey(id string) string { return store.Key(cardPart, id) }

// cardAtKey holds whose card a message is, for what is said in its thread.
func cardAtKey(channel, ts string) string { return store.Key(cardAtPart, channel, ts) }

func cardKey(id string) string { return id + "/card" }

// cardBody is the body of a card's entry, and of that of its pages.
type cardBody struct {
	Incident string `json:"incident"`
}

// posting and editing are how fast cards go: Slack takes about one message a second in a channel, and fifty edits a minute.
// Severities do not wait for each other.
func posting(severity string) slack.Tempo {
	return slack.Tempo{Kind: "post " + severity, Every: time.Second, Burst: 3}
}
func editing() slack.Tempo {
	return slack.Tempo{Kind: "edit", Every: 1200 * time.Millisecond, Burst: 10}
}

func readCard(tx store.Tx, id string) (cardRecord, error) {
	var r cardRecord
	val := tx.Get(cardRecordKey(id))
	if val == nil {
		return r, nil
	}
	if err := json.Unmarshal(val, &r); err != nil {
		return r, fmt.Errorf("card of incident %s: %w", id, err)
	}
	return r, nil
}

// Follow is the bot's part in each event (see [incidents.Follower]): it enqueues a card, and pages that say how things stand.
func (b *Bot) Follow(tx store.Tx, now time.Time, i *incidents.Incident, e incidents.Event) []incidents.Body {
	queue := outbox.In(tx, now)
	b.pages.Follow(tx, now, i, e)
	b.respond.Follow(tx, now, i, e)
	b.home.Follow(tx, now)
	b.rollback.Follow(tx, now, i, e)
	b.actions.Reminders().Follow(tx, now, i, e)
	if b.o.Channel != "" {
		b.enqueueCard(tx, queue, now, i, e)
	}
	b.channels.Follow(tx, now, i, e)
	return append(b.review.Follow(tx, now, i, e), pages.Delayed(tx, b.watch.Outage(), i, e)...)
}

// enqueueCard enqueues a card, at a time that keeps the pace. What people do is shown without waiting for the cards of a storm.
func (b *Bot) enqueueCard(tx store.Tx, queue outbox.Tx, now time.Time, i *incidents.Incident, e incidents.Event) {
	posted := hasCard(tx, i.ID)
	if !b.storms.Own(tx, now, i, e, posted) {
		return // the card of its storm tells of it
	}
	key, due := cardKey(i.ID), now.Add(settling)
	slot, ok := b.pace.Given(key)
	if ok && slot.After(now) && e.By.Kind != incidents.KindPerson && queue.Waits(outbox.Chores, slot, key) {
		return // it is to be drawn later than this, and will tell of it
	}
	waiting, ok := queue.Get(key)
	idle := !ok || !waiting.Done.IsZero()
	switch {
	case e.By.Kind == incidents.KindPerson && (posted || !idle && waiting.Due.After(now.Add(5*time.Second))): // it waits for its channel
		b.pace.AtOnce(key, due)
	case !idle && waiting.Due.After(now):
		return // the same, found in another way: we have been started since
	case idle && posted:
		due = b.pace.Reserve(key, editing(), due)
	case idle:
		due = b.pace.Reserve(key, posting(i.Severity), due)
	}
	queue.Soon(cardEntry(i.ID, due))
}

// card draws the card of an incident: posts it, or edits the one that is there.
func (b *Bot) card(ctx context.Context, e outbox.Entry) (func(store.Tx) error, error) {
	var body cardBody
	if err := e.Decode(&body); err != nil {
		return nil, err
	}
	now := b.o.Clock.Now()
	i, record, joins, err := b.readForCard(ctx, now, body.Incident)
	if err != nil {
		return nil, err
	}
	if b.o.Channel == "" || record.Seq >= i.Seq ||
		record.TS == "" && i.Status == incidents.StatusResolved && now.Sub(i.Resolved) > stale {
		b.pace.Forget(e.Key)
		b.storms.Posted(i.ID)
		return nil, nil
	}
	if joins {
		b.pace.Forget(e.Key)
		return func(tx store.Tx) error {
			b.storms.Join(tx, now, i.ID)
			return nil
		}, nil
	}
	tempo := editing()
	if record.TS == "" {
		b.storms.Waits(i.Incident)
		tempo = posting(i.Severity)
	}
	if when, ok := b.pace.Start(e.Key, tempo, now); !ok {
		return b.postpone(e, when)
	}
	r, adopted, err := b.out.Put(ctx, slack.Post{
		To: b.o.Channel, Tag: slack.Tag{Event: cardEvent, Key: e.Key}, Name: e.Key, Drawn: blocks.Draw(cardOf(b, i)),
		Since: i.Opened, Perhaps: e.PerhapsDone,
		At: record.Ref, Renew: true,
	})
	edit := record.TS != ""
	if err != nil {
		return b.undrawn(e, edit, err)
	}
	edit = adopted || edit && r == record.Ref
	b.watch.Took(edit)
	b.storms.Posted(i.ID)
	return func(tx store.Tx) error {
		b.took(tx, now, edit)
		b.channels.Carded(tx, now, i.Incident)
		return saveCard(tx, i.ID, cardRecord{r, i.Seq})
	}, nil
}

// readForCard also says whether the incident joins a storm instead of getting a card.
func (b *Bot) readForCard(ctx context.Context, now time.Time, id string) (i view.Account, r cardRecord, joins bool,
	err error) {
	err = b.o.Book.Store.View(ctx, func(tx store.Tx) error {
		if r, err = readCard(tx, id); err != nil {
			return err
		}
		if i, err = view.ReadAccount(tx, id, recent); err != nil {
			return err
		}
		i = i.With(tx, now, b.o.Pager)
		if channel, name := channels.Of(tx, id); channel != "" {
			i.Talk = blocks.Button{Label: "#" + name, Action: "open/channel",
				URL: slack.LinkTo(b.watch.Identity().Home, channel)}
		}
		joins = r.TS == "" && b.storms.Takes(tx, now, i.Incident)
		return nil
	})
	return i, r, joins, err
}

// hasCard reports whether an incident has a card of its own.
func hasCard(tx store.Tx, id string) bool { return tx.Get(cardRecordKey(id)) != nil }

// cardEntry is the entry of the card of an incident.
func cardEntry(id string, due time.Time) outbox.Entry {
	return outbox.Entry{Key: cardKey(id), Kind: KindCard, Lane: outbox.Chores, Due: due, Body: outbox.Body(cardBody{id})}
}

// saveCard notes where the card is, unless a newer version has been drawn.
func saveCard(tx store.Tx, id string, r cardRecord) error {
	old, err := readCard(tx, id)
	if err != nil {
		return err
	}
	if old.Seq > r.Seq {
		return nil
	}
	val, err := json.Marshal(r)
	if err != nil {
		return err
	}
	tx.Put(cardRecordKey(id), val)
	if old.Ref != r.Ref {
		tx.Put(cardAtKey(r.Channel, r.TS), []byte(id))
	}
	return nil
}

// postpone leaves a card for its time. That is no failed attempt, unless one has failed before and must not be forgotten.
func (b *Bot) postpone(e outbox.Entry, until time.Time) (func(store.Tx) error, error) {
	now := b.o.Clock.Now()
	if e.PerhapsDone {
		return nil, &outbox.Later{After: until.Sub(now), Err: slack.ErrPaced}
	}
	e.Due = until
	return func(tx store.Tx) error {
		outbox.In(tx, now).Soon(e)
		return nil
	}, nil
}

// cardOf is the card of an incident, with the way back if there may be one.
func cardOf(b *Bot, i view.Account) blocks.Message {
	if back, ok := b.rollback.Button(i.Incident); ok {
		i.Back = []blocks.Button{back}
	}
	return cardMessage(i)
}

// cardMessage is the card of an incident.
func cardMessage(i view.Account) blocks.Message {
	m := blocks.Message{Title: view.Headline(i.Incident), Notice: cardNotice(i.Incident)}
	m.Body = append(m.Body, i.Summary())
	if i.Open() {
		m.Body = append(m.Body, view.Evidence(i.Alarm)...)
	}
	if lines := view.Story(i.Events, 3, incidents.OnCard); len(lines) > 0 {
		m.Body = append(m.Body, blocks.Bullets(lines...))
	}
	links := append(view.Links(i.Incident, i.Alarm), view.Before(i.Past)...)
	if i.Talk.URL != "" {
		links = append(links, i.Talk)
	}
	acts := view.Buttons(i.Incident)
	if i.Open() {
		acts = append(acts, view.AddNote(i.Incident))
	}
	m.Rows = [][]blocks.Button{append(acts, i.Back...), links}
	return m
}

func cardNotice(i *incidents.Incident) string {
	what := string(i.Status)
	switch {
	case i.Status != incidents.StatusTriggered:
	case i.Silence != nil:
		what = "silenced by " + i.Silence.Source() + ": nobody is paged"
	case i.Quiet:
		what = "quiet: nobody is paged"
	case i.Snoozed():
		what = "snoozed by " + i.Held.By
	case i.Held != nil:
		what = "triggered: nobody is paged yet"
	}
	switch i.Status {
	case incidents.StatusAcknowledged:
		what += " by " + view.NameOf(i.AcknowledgedBy)
	case incidents.StatusResolved:
		if i.MergedInto != "" {
			what = "merged into " + i.MergedInto
		}
		what += " by " + view.NameOf(i.ResolvedBy)
	}
	title := text.Clip(text.Line(i.Title), 150) + view.Also(i)
	return fmt.Sprintf("%s: %s. Incident %s, %s, %s.", i.Severity, title, i.ID, i.Service, what)
}
