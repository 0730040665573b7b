package bot

import (
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/paging"
)

// asPage says to paging what a failed call means for a page. Only a refusal is final; whatever is wrong with the line or
// with us does not say that the person cannot be reached.
func asPage(err error) error {
	switch troubleOf(err) {
	case refused, unreadable:
		return &paging.Undeliverable{Err: err}
	}
	return asChore(err)
}

// asChore says to the outbox what a failed call means for anything else.
func asChore(err error) error {
	switch troubleOf(err) {
	case limited:
		return &outbox.Later{After: waitOf(err), Err: err}
	case unreachable, barred:
		return &outbox.Unreachable{Err: err}
	}
	return err
}
