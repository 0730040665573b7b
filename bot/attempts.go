package bot

import (
	"github.com/oncalm/oncalm/bot/slack"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/paging"
)

// asPage says to paging what a failed call means for a page. Only a refusal is final; whatever is wrong with the line or
// with us does not say that the person cannot be reached.
func asPage(err error) error {
	switch slack.TroubleOf(err) {
	case slack.Refused, slack.Unreadable:
		return &paging.Undeliverable{Err: err}
	}
	return asChore(err)
}

// asChore says to the outbox what a failed call means for anything else.
func asChore(err error) error {
	switch slack.TroubleOf(err) {
	case slack.Limited:
		return &outbox.Later{After: slack.WaitOf(err), Err: err}
	case slack.Unreachable, slack.Barred:
		return &outbox.Unreachable{Err: err}
	}
	return err
}
