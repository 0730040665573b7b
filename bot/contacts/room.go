// Package contacts is what people say about how they are reached: they prove their contacts, see what is missing, and try it.
package contacts

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/oncalm/oncalm/bot/argument"
	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/paging"
	"github.com/oncalm/oncalm/reach"
	"github.com/oncalm/oncalm/reach/drill"
	"github.com/oncalm/oncalm/reach/proof"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/text"
)

// A Room has words of /oncall. Its fields are set before anything is said; the zero value tells which words there are.
type Room struct {
	Store    store.Store
	Contacts *proof.Contacts
	Drills   *drill.Drills
	Can      func(via string) bool                                                  // whether notes go by a channel
	Owe      func(tx store.Tx, now time.Time, key, person string, m blocks.Message) // a notice
	Reach    func(person, severity string) []paging.Via                             // by which channels somebody is paged
	Quiet    func(severity string) bool                                             // whether it pages nobody
	Slack    func() string                                                          // what keeps pages from going out; empty: nothing
	Behind   func(ctx context.Context) (time.Duration, error)                       // how long the oldest page that is due waits
	More     func(ctx context.Context) ([]blocks.Line, error)                       // of what else is well, or is not; nil: nothing is
}

// Words are the words of the room.
func (r *Room) Words() []chat.Word {
	return []chat.Word{
		{Name: "verify",
			Args: argument.List{argument.Needs("sms, call, email or push", argument.Fixed),
				argument.May("code", argument.Fixed)},
			Change: r.verify,
			Help:   "Proves a phone number, an address or a topic of yours: it sends a code there, and takes it.",
			More: "A code serves for 10 minutes and 5 tries. Who is not proven is paged all the same; answers by SMS are " +
				"taken only from proven numbers."},
		{Name: "notify", Show: r.notify,
			Help: "By which channels you are paged, and what is missing for that."},
		{Name: "test", Change: r.test,
			Help: "Sends you a message that says that it is a test, by all your channels, and tells what became of it."},
		{Name: "status", Show: r.status,
			Help: "Whether people are reached: Slack, the channels, the last page, and what waits."},
	}
}

// verify sends a code, or takes it.
func (r *Room) verify(c *chat.Call, tx store.Tx) (blocks.Message, error) {
	if len(c.Args) == 0 {
		return blocks.Sentence("Say by which channel: ", blocks.Code(c.Root+" verify "+text.List(reach.Channels(), "or")),
			"."), nil
	}
	via := strings.ToLower(strings.ReplaceAll(c.Args[0].Text, "-", ""))
	if !slices.Contains(reach.Channels(), via) {
		return blocks.Sentence("There is no channel “", text.Clip(text.Line(c.Args[0].Text), 40), "” to prove; nothing was ",
			"sent. There are ", text.List(reach.Channels(), "and"), "."), nil
	}
	var code []string // a phone may show it with a space in it
	for _, a := range c.Args[1:] {
		code = append(code, a.Text)
	}
	if len(code) > 0 {
		return r.prove(c, tx, via, strings.Join(code, "")), nil
	}
	return r.ask(c, tx, via), nil
}

func (r *Room) ask(c *chat.Call, tx store.Tx, via string) blocks.Message {
	if !r.Can(via) {
		return blocks.Sentence("Nothing goes out by ", incidents.ChannelName(via), " here: the configuration does not say ",
			"how.")
	}
	switch err := r.Contacts.Ask(tx, c.Now, c.Person, via); {
	case errors.Is(err, proof.ErrNoContact):
		return blocks.Sentence("You have no ", missing(via), " in the configuration. Ask whoever maintains it to add ",
			blocks.Code("people."+c.Person+"."+key(via)), ".")
	case errors.Is(err, proof.ErrTooMany):
		return blocks.Sentence("You have asked for many codes; nothing was sent. Try again in an hour.")
	}
	return blocks.Sentence("A code is on its way by ", incidents.ChannelName(via), ". Type ",
		blocks.Code(c.Root+" verify "+via+" CODE"), " within 10 minutes.")
}

func (r *Room) prove(c *chat.Call, tx store.Tx, via, code string) blocks.Message {
	again := blocks.Say(" ", blocks.Code(c.Root+" verify "+via), " sends one.")
	switch v, left := r.Contacts.Prove(tx, c.Now, c.Person, via, code); v {
	case proof.Proven:
		return blocks.Sentence("Proven: you are reached by ", incidents.ChannelName(via), ".")
	case proof.Wrong:
		return blocks.Sentence("That is not the code; ", text.Count(left, "try is", "tries are"), " left.")
	case proof.Spent:
		return blocks.Sentence("That is not the code, and there are no tries left; a new one is needed.", again)
	case proof.Expired:
		return blocks.Sentence("That code does not serve any more: it is older than 10 minutes, or your contact has ",
			"changed.", again)
	}
	return blocks.Sentence("No code was asked for.", again)
}

// missing is what somebody lacks for a channel.
func missing(via string) string {
	switch via {
	case reach.SMS, "call":
		return "phone number"
	case reach.Push:
		return "topic for push messages"
	case "email":
		return "e-mail address"
	}
	return "contact for " + via
}

// key is the key of people that has the contact for a channel.
func key(via string) string {
	switch via {
	case reach.SMS, "call":
		return "phone"
	case reach.Push:
		return "ntfy"
	}
	return via
}

// Failed tells somebody that a code could not be sent.
func (r *Room) Failed(tx store.Tx, now time.Time, person, via string, err error) {
	r.Owe(tx, now, store.Key("told", "code", via, now.UTC().Format(time.RFC3339Nano), person), person,
		blocks.Sentence("The code could not be sent by ", incidents.ChannelName(via), ": ", text.Line(err.Error()), "."))
}
