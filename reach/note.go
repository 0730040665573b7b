package reach

import (
	"context"

	"github.com/oncalm/oncalm/paging"
)

// A Note is what a channel tells somebody that is no page: a code, a test, what can be answered.
type Note struct {
	Person string
	Title  string // in a few words, where a channel has room for it
	Text   string
	Code   string // that stands in the text, for who reads it out; empty if there is none
	Link   string // to press; empty if there is none
	Label  string // of the link
}

// A Sayer is a channel that takes notes.
type Sayer interface {
	// Say sends a note. Errors are as those of [paging.Channel.Page]; after any but [paging.Unsure] nothing was sent.
	Say(ctx context.Context, key string, n Note) (paging.Receipt, error)
}

// Dead is the reason of a refusal that lies in the contact: a number that has opted out, or an address from which all comes back.
type Dead struct{ Err error }

func (e *Dead) Error() string { return e.Err.Error() }

// Unwrap returns the reason.
func (e *Dead) Unwrap() error { return e.Err }
