package slack

import (
	"context"
	"time"

	"github.com/oncalm/oncalm/bot/slack/spoken"
)

// A Request is something that a person did in Slack, or that Slack tells us of. Of its last five fields it has one. It comes from
// Slack; whether from our workspace, [Watch.Judge] says.
type Request struct {
	ID      string // names it: the same request comes with the same id
	From    Origin
	User    string    // the id in Slack of who did it
	Trigger string    // the right to open a form, for three seconds; "" if there is none
	ReplyTo string    // an address of Slack's for answers; "" if there is none
	At      time.Time // when it came
	// Channel is where it was done; "" if that is not told.
	Channel string

	Command *Command
	Action  *Action
	Form    *Form
	Event   *Event

	Shortcut *Shortcut
}

// A Command is what somebody typed.
type Command struct {
	Root string // the slash command
	Text string // what was typed behind it
}

// An Action is a button that somebody pressed.
type Action struct {
	ID      string
	Value   string
	Private bool // it stands in a message that only its presser sees
	Home    bool // it stands in the home tab
}

// A Form is one that somebody sent.
type Form struct {
	Callback string // what the form is for
	Metadata string // what we put into it
	Values   map[string]Value
}

// A Value is what was filled into a field; of its parts it has one at the most.
type Value struct {
	User   string
	Time   int64 // seconds since 1970; 0 for none
	Option string
	Text   string
}

// An Event is something that Slack tells us of.
type Event struct {
	Type    string
	Revoked bool // our token was

	// Message is what it is about; nil if that is no message. Of one that is reacted to or pinned, only where it stands is told.
	Message  *spoken.Message
	User     string // who did it
	Reaction string // what was put under the message, or taken away
	Gone     bool   // the message was deleted
}

// A Shortcut is one that somebody has chosen: in the menu of a message, or else where Slack lists them.
type Shortcut struct {
	Callback string         // which
	Message  spoken.Message // without a time stamp if there is none
}

// A Reply is what Slack gets back at once.
type Reply struct {
	JSON  string // a message to who asked, or what Slack is to do with a form; "" for nothing
	Again bool   // nothing could be done: Slack is to send an event once more
}

// A Handler carries out requests. Whatever goes on when its context ends has to be told later.
type Handler func(context.Context, Request) Reply
