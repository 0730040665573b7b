package pages

import (
	"github.com/oncalm/oncalm/bot/slack"
	"github.com/oncalm/oncalm/paging"
)

// Failure says to paging what a failed call means for a page. Only a refusal is final; whatever is wrong with the line or
// with us does not say that the person cannot be reached.
func Failure(err error) error {
	// such as a closed account: to try again would change nothing
	switch slack.TroubleOf(err) {
	case slack.Refused, slack.Unreadable:
		return &paging.Undeliverable{Err: err}
	}
	return slack.Owed(err)
}
