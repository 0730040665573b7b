package pages

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/oncalm/oncalm/bot/view"

	"github.com/oncalm/oncalm/bot/slack"

	"github.com/oncalm/oncalm/bot/slack/blocks"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/paging"
	"github.com/oncalm/oncalm/store"
)

// A sentPage is a page that stands in somebody's direct messages.
type sentPage struct {
	key string
	slack.Ref
	person   string
	why      string
	reminder bool
	joint    string // the joint message that told it, if it was one
	at       int    // the event of its delivery
	run      int    // in which it was decided
}

// runEnd is how a run of an incident ended.
type runEnd struct {
	seq      int
	resolved incidents.Event
}

// sentPages finds the pages of a timeline, and the ends of its runs. Pages by other channels are left out, as are those
// that were never delivered, and ends that were taken back.
func sentPages(events []incidents.Event) (pages []sentPage, ends []runEnd) {
	decided := map[string]sentPage{}
	for _, e := range events {
		switch b := e.Body.(type) {
		case incidents.Paged:
			decided[b.Key] = sentPage{key: b.Key, person: b.Person, why: b.Why, reminder: b.Reminder, run: len(ends)}
		case incidents.Delivered:
			if p, ok := decided[b.Key]; ok && b.Via == incidents.ViaSlack && b.Channel != "" && b.Message != "" {
				p.Ref, p.at, p.joint = slack.Ref{Channel: b.Channel, TS: b.Message}, e.Seq, b.Joint
				pages = append(pages, p)
			}
		case incidents.Resolved:
			ends = append(ends, runEnd{e.Seq, e})
		case incidents.Reopened:
			// who takes a resolution back is not paged anew: the pages of before are those that count
			ends = slices.DeleteFunc(ends, func(end runEnd) bool { return end.seq == b.Undoes })
		}
	}
	return pages, ends
}

// says is what a page says under an incident that has come so far, in a word that changes when the page has to. It is not
// the text, so that the text may change in a new version without an edit of each page there is.
func (p sentPage) says(i *incidents.Incident, ends []runEnd, acked int) string {
	switch {
	case p.run == len(ends)-1 && !i.Open():
		return "resolved, can be reopened " + strconv.Itoa(ends[p.run].seq)
	case p.run < len(ends):
		return "resolved " + strconv.Itoa(ends[p.run].seq)
	case i.Snoozed():
		return "snoozed " + strconv.FormatInt(i.Held.Until.Unix(), 10)
	case i.Status == incidents.StatusAcknowledged && !(p.reminder && p.at > acked):
		return "acknowledged " + strconv.Itoa(acked)
	case i.Status == incidents.StatusTriggered && len(i.Response.Acks.People()) > 0:
		return "answered " + i.Response.Acks.String()
	}
	return asSent
}

// asSent is what a page says when it is delivered: please acknowledge.
const asSent = ""

// update brings the pages of an incident up to date: the buttons are those that make sense.
func (ps *Pages) update(ctx context.Context, e outbox.Entry) (func(store.Tx) error, error) {
	var about body
	if err := e.Decode(&about); err != nil {
		return nil, err
	}
	i, shown, err := ps.read(ctx, about.Incident)
	if err != nil {
		return nil, err
	}
	done, err := ps.edit(ctx, i, shown)
	now := ps.Clock.Now()
	save := func(tx store.Tx) error {
		for joint, at := range done.joints {
			enqueueJoint(tx, now, joint, at)
		}
		return saveShown(tx, i.ID, done.shown)
	}
	if err == nil {
		return save, nil
	}
	// What stands already is not edited again: with many pages Slack's limit would be met before the last one each time.
	if err := ps.Book.Store.Update(ctx, save); err != nil {
		ps.Log.Warn("could not record which pages are up to date", "key", e.Key, "err", err)
	}
	return nil, slack.Owed(err)
}

// edited is what the pages of an incident say, and which joint messages say something about it that is not so any more.
type edited struct {
	shown  map[string]string
	joints map[string]slack.Ref
}

// edit edits the pages that say something else than they should, and returns what they all say now, as far as it came. A
// page that Slack does not let us edit counts as done: its owner may have deleted it.
func (ps *Pages) edit(ctx context.Context, i view.Account, shown map[string]string) (now edited, err error) {
	pages, ends := sentPages(i.Events)
	acked := lastAcknowledgement(i.Events)
	now = edited{map[string]string{}, map[string]slack.Ref{}}
	maps.Copy(now.shown, shown)
	for _, p := range pages {
		says := p.says(i.Incident, ends, acked)
		if says == now.shown[p.key] {
			continue
		}
		if p.joint != "" {
			now.joints[p.joint], now.shown[p.key] = p.Ref, says
			continue
		}
		m := p.message(i, ends, says, ps.Root)
		if err := ps.Out.Edit(ctx, p.Ref, blocks.Draw(m), slack.Tag{Event: Event, Key: p.key}); err != nil {
			if t := slack.TroubleOf(err); t != slack.Refused && t != slack.Unreadable {
				return now, err
			}
			ps.Log.Warn("a page cannot be updated", "key", p.key, "err", err)
		}
		now.shown[p.key] = says
	}
	return now, nil
}

// saveShown keeps what the pages of an incident say; what they said when they were sent needs no word.
func saveShown(tx store.Tx, id string, shown map[string]string) error {
	maps.DeleteFunc(shown, func(_, says string) bool { return says == asSent })
	val, err := json.Marshal(shown)
	if err != nil {
		return err
	}
	tx.Put(shownKey(id), val)
	return nil
}

// shownKey is where that stands.
func shownKey(id string) string { return store.Key(shownPart, id) }

// read also reads what the pages say now, by key.
func (ps *Pages) read(ctx context.Context, id string) (i view.Account, shown map[string]string, err error) {
	err = ps.Book.Store.View(ctx, func(tx store.Tx) error {
		if val := tx.Get(shownKey(id)); val != nil {
			if err := json.Unmarshal(val, &shown); err != nil {
				return fmt.Errorf("pages of incident %s: %w", id, err)
			}
		}
		i, err = view.ReadAccount(tx, id, view.AllEvents)
		return err
	})
	return i, shown, err
}

// lastAcknowledgement is the number of the newest one; 0 if there is none. A reminder that came after it asks anew.
func lastAcknowledgement(events []incidents.Event) (seq int) {
	for _, e := range events {
		if paging.TakesCare(e.Body) {
			seq = e.Seq
		}
	}
	return seq
}

// message is the page as it should stand now. Above what the page said stands what is so now; notifications show that only.
func (p sentPage) message(i view.Account, ends []runEnd, says, root string) blocks.Message {
	m := pageMessage(paging.Page{Incident: *i.Incident, Alarm: i.Alarm, Person: p.person, Why: p.why,
		Reminder: p.reminder, Changes: i.Changes, Past: i.Past})
	if says == asSent {
		return m
	}
	m.Rows = [][]blocks.Button{view.Buttons(i.Incident), view.Links(i.Incident, i.Alarm)}
	if p.run < len(ends) && i.Open() { // it is of a run that is over
		m.Rows = m.Rows[1:]
	}
	var news []blocks.Line
	if p.run < len(ends) {
		end := ends[p.run].resolved
		line := blocks.Say("✅ ", blocks.Strong("Resolved"), " by ", blocks.Strong(view.NameOf(end.By)), ", ", end.At)
		if b, ok := end.Body.(incidents.Resolved); ok && b.Into != "" {
			line = view.Merged(b.Into, end.By, end.At)
		}
		news = append(news, line)
	} else {
		news = append(news, view.Standing(i.Incident))
		if i.AcknowledgedBy == incidents.Person(p.person) {
			news = append(news, blocks.Say("When it is over: ", blocks.Code(root+" resolve "+i.ID)))
		}
	}
	m.Notice = fmt.Sprintf("Incident %s: %s", i.ID, news[0].Plain(nil))
	m.Body = append([]blocks.Paragraph{blocks.Para(news...)}, m.Body...)
	return m
}
