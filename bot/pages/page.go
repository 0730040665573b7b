package pages

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/oncalm/oncalm/bot/view"

	"github.com/oncalm/oncalm/bot/slack"

	"github.com/oncalm/oncalm/bot/slack/blocks"

	"github.com/oncalm/oncalm/text"

	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/paging"
)

// Event marks a page in its metadata.
const Event = "oncalm_page"

// Page sends a page as a direct message: one call, unless an earlier attempt may have got through. See [paging.Channel].
// While Slack holds back messages to this person, no call is made: it would be refused, and counted.
func (ps *Pages) Page(ctx context.Context, key string, p paging.Page) (paging.Receipt, error) {
	user, err := ps.addressee(p.Person)
	if err != nil {
		return paging.Receipt{}, err
	}
	if wait := ps.Out.Held(user, time.Now()); wait > 0 {
		ps.Out.Skip(key, p.PerhapsSent)
		return paging.Receipt{}, &outbox.Later{After: wait, Err: errHeld}
	}
	r, adopted, err := ps.Out.Put(ctx, slack.Post{
		To: user, Direct: true, Tag: slack.Tag{Event: Event, Key: key}, Name: key, Drawn: blocks.Draw(pageMessage(p)),
		Since: decided(p, key), Perhaps: p.PerhapsSent, Still: p.Still,
	})
	if err != nil {
		return paging.Receipt{}, Failure(err)
	}
	return receipt(ps.Out.Watch.Identity().Home, r, adopted), nil
}

// addressee is the user in Slack who is a person. The error says for paging that there is none.
func (ps *Pages) addressee(person string) (user string, err error) {
	if !ps.knows(person) {
		return "", &paging.Undeliverable{Err: fmt.Errorf("%s is no longer in the configuration", person)}
	}
	if user = ps.People[person].Slack; user == "" {
		return "", &paging.Undeliverable{Err: fmt.Errorf("%s has no Slack id: add people.%s.slack", person, person)}
	}
	return user, nil
}

// errHeld is why a page waits though it could be tried: Slack has said how long (Retry-After).
var errHeld = errors.New("slack is rate-limiting direct messages to this person")

// decided is when a page was decided, before which it cannot have been sent.
func decided(p paging.Page, key string) time.Time {
	if state, newest := p.Incident.Pages[key]; newest {
		return state.At
	}
	return p.Incident.Opened
}

// receipt tells where a page stands; home is the address of the workspace, as far as it is known.
func receipt(home string, r slack.Ref, adopted bool) paging.Receipt {
	receipt := paging.Receipt{Channel: r.Channel, Message: r.TS, Adopted: adopted}
	if home != "" && r.TS != "" {
		// it is how Slack's own permalinks look, and saves a call to chat.getPermalink
		receipt.Link = home + "archives/" + r.Channel + "/p" + strings.ReplaceAll(r.TS, ".", "")
	}
	return receipt
}

// pageMessage is what a person is told who is paged. Why this person stands on each: who is woken asks that first.
func pageMessage(p paging.Page) blocks.Message {
	i := &p.Incident
	m := blocks.Message{Title: view.Headline(i), Notice: pageNotice(p)}
	if p.Reminder {
		m.Title = "⏰ still open · " + m.Title
	}
	lines := []blocks.Line{blocks.Say(blocks.Strong("Incident "+i.ID), " · ", i.Service, " · since ", i.Opened)}
	if alarms := view.AlarmsOf(i); alarms != nil {
		lines = append(lines, alarms)
	}
	if changed := view.Changes(p.Changes); changed != nil {
		lines = append(lines, changed)
	}
	lines = append(lines, view.Past(p.Past)...)
	lines = append(lines, blocks.Say(blocks.Strong("Why you: "), text.Line(p.Why)))
	m.Body = append(m.Body, blocks.Para(view.WithNext(lines, p.Next)...))
	m.Body = append(m.Body, view.Evidence(p.Alarm)...)
	m.Rows = [][]blocks.Button{view.Buttons(i), append(view.Links(i, p.Alarm), view.Before(p.Past)...)}
	return m
}

// pageNotice is what the telephone shows. Severity and title come first, since telephones cut it.
func pageNotice(p paging.Page) string {
	i := &p.Incident
	title := text.Clip(text.Line(i.Title), 150) + view.Also(i)
	if p.Reminder {
		return "Still open: " + title + ". Incident " + i.ID + ", " + i.Service + ": " + p.Why + "."
	}
	return i.Severity + ": " + title + ". Incident " + i.ID + ", " + i.Service + ". Please acknowledge: " + p.Why + "."
}
