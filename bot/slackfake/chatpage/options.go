package chatpage

import (
	"context"

	"github.com/oncalm/oncalm/bot/slackfake/workspace"
)

// Options describe what the chat page offers besides the conversations.
type Options struct {
	Title    string // of the product, shown in the bar; default: the team's name
	Actor    string // user id of who acts at first; default: the first person
	Beside   string // id of a channel that stands beside the direct messages where there is room for it
	Welcome  string // what the first actor reads before there is any message
	Farewell string // what to try when the tour is done
	// LocalTime shows times to the Actor in the browser's own zone, not in that of the
	// person.
	LocalTime bool

	Commands []CommandHelp
	Controls []Control
	Steps    []Step
	Links    []Link
	// Shortcuts are those of the app: in the menu of a message, or beside the message box.
	Shortcuts []Shortcut

	// Run does what a control says. The message, or the error, is shown for a moment.
	Run func(ctx context.Context, controlID string) (message string, err error)
	// Phone are all that came to somebody's phone, the oldest first; nil: nobody has one. It is asked with the workspace locked.
	Phone func(userID string) []Arrival
	// Opened is told when somebody opens a file in the page.
	Opened func(workspace.FileRef)
}

// CommandHelp is one line of the suggestions under the command line.
type CommandHelp struct {
	Command string // "/incident"
	Word    string // "ack"; "" for the bare command
	Args    string // "[id]"
	Help    string // "take it: stops the pages"
}

// Control is a button of the stage: something that happens outside Slack, or a switch.
type Control struct {
	ID    string
	Label string
	Hint  string
	Kind  string // "", "primary" or "danger"
	// On tells whether a switch is on; nil is for a button. It is asked with the workspace locked.
	On func() bool
}

// Step is one line of the guided tour; [Page.Done] ticks it off.
type Step struct {
	ID    string
	Title string
	Hint  string
}

// Shortcut is one that the app has; Callback is what the bot is told.
type Shortcut struct {
	Callback  string
	Name      string
	Hint      string
	OnMessage bool // it is about a message
}

// Link leads elsewhere: the postmortem, the web pages.
type Link struct{ Label, URL string }

// Done ticks a step of the guided tour off. A step may be done in any order, and more than once.
func (p *Page) Done(stepID string) {
	p.ws.Lock()
	defer p.ws.Unlock()
	if !p.done[stepID] {
		p.done[stepID] = true
		p.ws.Changes.Mark()
	}
}
