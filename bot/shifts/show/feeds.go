package show

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/oncalm/oncalm/bot/argument"
	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/shifts/typed"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/requests"
	"github.com/oncalm/oncalm/rotations/feed"
	"github.com/oncalm/oncalm/store"
)

// Feeds are the links to calendars that people have made. The fields are set before it is used and not changed afterwards.
type Feeds struct {
	Reader *typed.Reader
	Book   *incidents.Book // its store
	// PublicURL is where the program is reached from outside, without a slash at the end; "" if that is not known.
	PublicURL string
}

// Feed is /oncall feed: it makes a link to a calendar, lists those of the one who asks, or revokes them.
//
// A link is made while it is shown, and not as other changes are: what those answered is kept, and the token is not to be.
// That word therefore looks (Show) and writes all the same, with its own record of the request.
func (f *Feeds) Feed(ctx context.Context, c *chat.Call) (blocks.Message, error) {
	if len(c.Args) == 0 {
		return f.ownFeeds(ctx, c)
	}
	said := c.Args[0].Text
	if strings.EqualFold(said, "revoke") && len(c.Args) > 1 {
		return f.revokeFeed(ctx, c, c.Args[1].Text)
	}
	wanted, ok := f.feedOf(c, said)
	switch {
	case strings.EqualFold(said, "revoke"):
		return blocks.Sentence("Which one? ", blocks.Code(c.Root+" feed revoke me"),
			", or the name of a schedule in place of ", blocks.Code("me"), "."), nil
	case !ok:
		return f.Reader.Names().None(said, "no link was made", argument.Schedule), nil
	case f.PublicURL == "":
		return blocks.Sentence("I do not know my public address, so I cannot make a link. ",
			"Ask whoever maintains the configuration to set ", blocks.Code("public_url"), "."), nil
	}
	return f.makeFeed(ctx, c, wanted)
}

// feedOf is the feed that was named. A schedule counts although nobody is in it; one that is gone does not.
func (f *Feeds) feedOf(c *chat.Call, said string) (feed.Feed, bool) {
	if strings.EqualFold(said, "me") {
		return feed.Feed{Kind: feed.Person, Name: c.Person}, true
	}
	name, ok := f.Reader.Schedule(said)
	if !ok {
		name = said
	}
	return feed.Feed{Kind: feed.Schedule, Name: name}, ok
}

// makeFeed makes a link, once for each request.
func (f *Feeds) makeFeed(ctx context.Context, c *chat.Call, wanted feed.Feed) (blocks.Message, error) {
	token, again := feed.NewToken(), false
	err := f.Book.Store.Update(ctx, func(tx store.Tx) error {
		// Slack may send a request twice. The second is told nothing: only a hash of the token is kept.
		if _, again = requests.Recall(tx, c.ID); again {
			return nil
		}
		requests.Remember(tx, c.Now, c.ID, "")
		_, err := feed.Add(tx, wanted, token, c.Person, c.Now)
		return err
	})
	switch {
	case errors.Is(err, feed.ErrLinks):
		return blocks.Sentence("There are too many links to this calendar. Revoke yours with ",
			blocks.Code(c.Root+" feed revoke "+spokenFeed(wanted)), "."), nil
	case err != nil:
		return blocks.Message{}, err
	case again:
		return blocks.Sentence("This request was already answered. Repeat it for another link."), nil
	}
	address := wanted.URL(f.PublicURL, token)
	m := blocks.Sentence("Subscribe to this address in your calendar app to see ", titleOfFeed(wanted), ":")
	m.Body = append(m.Body,
		blocks.Para(blocks.Say(blocks.Link(address, address))),
		blocks.Para(blocks.Say("It is shown only once. Whoever has it can read the calendar, until you run ",
			blocks.Code(c.Root+" feed revoke "+spokenFeed(wanted)), ".")))
	return m, nil
}

// revokeFeed revokes the links to one's own shifts, whoever made them, or those that one has made to a schedule. A calendar
// of a person is about that person, so they decide about each link to it; a schedule is of many, so each decides about
// their own.
func (f *Feeds) revokeFeed(ctx context.Context, c *chat.Call, said string) (blocks.Message, error) {
	wanted, _ := f.feedOf(c, said) // that of a schedule which is gone can be revoked, too
	count := 0
	err := f.Book.Store.Update(ctx, func(tx store.Tx) error {
		count = len(feed.Remove(tx, wanted, func(l feed.Link) bool { return wanted.Kind == feed.Person || l.By == c.Person }))
		return nil
	})
	if err != nil {
		return blocks.Message{}, err
	}
	switch count {
	case 0:
		return blocks.Sentence("You have no link to ", titleOfFeed(wanted), "."), nil
	case 1:
		return blocks.Sentence("Revoked: your link to ", titleOfFeed(wanted),
			". Calendar apps that use it get nothing new from now on."), nil
	}
	return blocks.Sentence("Revoked: ", count, " links to ", titleOfFeed(wanted),
		". Calendar apps that use them get nothing new from now on."), nil
}

// ownFeeds lists the links of the one who asks. Links to their own shifts that others have made are among them, since they
// may revoke those, too.
func (f *Feeds) ownFeeds(ctx context.Context, c *chat.Call) (blocks.Message, error) {
	var lines []blocks.Line
	err := f.Book.Store.View(ctx, func(tx store.Tx) error {
		lines = nil
		for _, l := range feed.All(tx) {
			if l.By == c.Person || l.Feed == (feed.Feed{Kind: feed.Person, Name: c.Person}) {
				lines = append(lines, blocks.Say(titleOfFeed(l.Feed), ", made ", l.Made.Truncate(time.Second)))
			}
		}
		return nil
	})
	if err != nil {
		return blocks.Message{}, err
	}
	m := blocks.Message{}
	if len(lines) > 0 {
		m = blocks.Sentence("Your links to calendars:")
		m.Body = append(m.Body, blocks.Bullets(lines...))
	}
	m.Body = append(m.Body, blocks.Para(
		blocks.Say(blocks.Code(c.Root+" feed me"), " makes a link to your own shifts, ",
			blocks.Code(c.Root+" feed <schedule>"), " one to a schedule, and ",
			blocks.Code(c.Root+" feed revoke me"), " revokes."),
	))
	return m, nil
}

// titleOfFeed names what a calendar shows, for the middle of a sentence.
func titleOfFeed(f feed.Feed) blocks.Line {
	if f.Kind == feed.Person {
		return blocks.Say("the shifts of ", blocks.Strong(f.Name))
	}
	return blocks.Say("the shifts of the schedule ", blocks.Strong(f.Name))
}

// spokenFeed is how a feed is named after the word, so that what is shown can be typed.
func spokenFeed(f feed.Feed) string {
	if f.Kind == feed.Person {
		return "me"
	}
	return f.Name
}
