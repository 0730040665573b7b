package contacts

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/history"
	"github.com/oncalm/oncalm/paging"
	"github.com/oncalm/oncalm/reach"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/text"
)

func severities() []string {
	return []string{incidents.Sev1, incidents.Sev2, incidents.Sev3, incidents.Sev4}
}

// notify says by which channels whoever asks is paged, and what is missing.
func (r *Room) notify(ctx context.Context, c *chat.Call) (m blocks.Message, err error) {
	err = r.Store.View(ctx, func(tx store.Tx) error {
		m = r.rules(tx, c)
		return nil
	})
	return m, err
}

func (r *Room) rules(tx store.Tx, c *chat.Call) blocks.Message {
	m := blocks.Sentence("You are paged by:")
	var lines []blocks.Line
	for _, severity := range severities() {
		l := blocks.Say(blocks.Strong(severity), ": ", orNothing(ways(r.Reach(c.Person, severity))))
		if r.Quiet(severity) {
			l = append(l, blocks.Say(" (but ", severity, " pages nobody)")...)
		}
		lines = append(lines, l)
	}
	m.Body = append(m.Body, blocks.Bullets(lines...))
	if lines = r.standing(tx, c); len(lines) > 0 {
		m.Body = append(m.Body, blocks.Para(blocks.Say("Your contacts:")), blocks.Bullets(lines...))
	}
	return m
}

// ways are channels with their times.
func ways(vias []paging.Via) string {
	var all []string
	for _, via := range vias {
		s := incidents.ChannelName(via.Name)
		if via.After > 0 {
			s += " after " + text.Written(via.After)
		}
		all = append(all, s)
	}
	return text.List(all, "and")
}

func orNothing(s string) string { return cmp.Or(s, "nothing: you cannot be reached") }

// standing is how it stands with the contacts that there are, and with those that are named in rules and missing.
func (r *Room) standing(tx store.Tx, c *chat.Call) (lines []blocks.Line) {
	uses := r.Contacts.Uses(c.Person)
	for _, via := range reach.Channels() {
		s := r.Contacts.Look(tx, c.Now, c.Person, via)
		used := slices.Contains(uses, via)
		if !s.There && !used {
			continue
		}
		l := blocks.Say(incidents.ChannelName(via), ": ", s.Says(c.Now))
		switch {
		case !s.There:
			l = append(l, blocks.Say("; have ", blocks.Code("people."+c.Person+"."+key(via)), " added")...)
		case !r.Can(via):
			l = append(l, blocks.Say("; the configuration does not say how it goes out")...)
		case !s.Proven || s.Old:
			l = append(l, blocks.Say("; ", blocks.Code(c.Root+" verify "+via))...)
		}
		if s.There && !used {
			l = append(l, blocks.Say("; no rule pages you by it")...)
		}
		lines = append(lines, l)
	}
	return lines
}

// lately is how many incidents are looked at for the last page.
const lately = 50

// status says whether people are reached now.
func (r *Room) status(ctx context.Context, c *chat.Call) (blocks.Message, error) {
	lines := []blocks.Line{blocks.Say("Slack: ", cmp.Or(r.Slack(), "works"))}
	err := r.Store.View(ctx, func(tx store.Tx) error {
		for _, via := range reach.Channels() {
			if l, there := r.channel(tx, c.Now, via); there {
				lines = append(lines, l)
			}
		}
		return nil
	})
	if err != nil {
		return blocks.Message{}, err
	}
	last, err := r.lastPage(ctx)
	if err != nil {
		return blocks.Message{}, err
	}
	behind, err := r.Behind(ctx)
	if err != nil {
		return blocks.Message{}, err
	}
	if behind < time.Second {
		lines = append(lines, last, blocks.Say("Outbox: no page waits"))
	} else {
		lines = append(lines, last, blocks.Say("Outbox: a page has been waiting for ", behind.Round(time.Second).String()))
	}
	if r.More != nil {
		more, err := r.More(ctx)
		if err != nil {
			return blocks.Message{}, err
		}
		lines = append(lines, more...)
	}
	m := blocks.Sentence("How people are reached:")
	m.Body = append(m.Body, blocks.Bullets(lines...))
	return m, nil
}

// channel says of a channel who has a contact for it, and how many have proven it.
func (r *Room) channel(tx store.Tx, now time.Time, via string) (l blocks.Line, there bool) {
	with, proven := 0, 0
	for _, person := range r.Contacts.People {
		s := r.Contacts.Look(tx, now, person, via)
		if s.There {
			with++
		}
		if s.Proven && !s.Old {
			proven++
		}
	}
	if with == 0 {
		return nil, false
	}
	name := incidents.ChannelName(via)
	if !r.Can(via) {
		return blocks.Say(name, ": the configuration does not say how it goes out"), true
	}
	return blocks.Say(name, ": ", text.Count(with, "person has", "people have"), " a contact, of whom ", proven,
		" proved it within 90 days"), true
}

// lastPage says whom the newest page of the last incidents went to.
func (r *Room) lastPage(ctx context.Context) (l blocks.Line, err error) {
	var ids []string
	err = history.List(ctx, r.Store, history.Query{Limit: lately}, func(rows []history.Row) error {
		for _, row := range rows {
			ids = append(ids, row.ID)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	var newest incidents.PageState
	of := ""
	err = r.Store.View(ctx, func(tx store.Tx) error {
		newest, of = incidents.PageState{}, ""
		for _, id := range ids {
			i, err := incidents.Head(tx, id)
			if err != nil {
				continue // fsck names what cannot be read
			}
			for _, page := range i.Pages {
				if !page.Delivered.IsZero() {
					page.At = page.Delivered
				} else if !page.Failed {
					continue // its time has not come, or it was withheld
				}
				if page.At.After(newest.At) {
					newest, of = page, id
				}
			}
		}
		return nil
	})
	if of == "" || err != nil {
		return blocks.Say("Last page: none lately"), err
	}
	how := ""
	if newest.Failed {
		how = ", which could not be delivered"
	}
	return blocks.Say("Last page: ", newest.At, " to ", blocks.Strong(newest.Person), " by ",
		incidents.ChannelName(newest.Via), " for incident ", of, how), nil
}
