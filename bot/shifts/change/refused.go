package change

import (
	"errors"

	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/overrides"
)

// refusedOverride is what people read about an override that cannot be made. Other errors are passed on. The errors of
// package overrides are sentences for people where no other words are here.
func refusedOverride(err error) (blocks.Message, error) {
	for _, known := range []error{
		overrides.ErrUnknownSchedule, overrides.ErrUnknownPerson, overrides.ErrBackwards, overrides.ErrOver,
		overrides.ErrTooLong, overrides.ErrTooFar, overrides.ErrSamePerson,
	} {
		if errors.Is(err, known) {
			return blocks.Sentence("No change was made: ", err.Error(), "."), nil
		}
	}
	switch {
	case errors.Is(err, overrides.ErrMade):
		return blocks.Sentence("That was already done."), nil
	case errors.Is(err, overrides.ErrNoChange), errors.Is(err, overrides.ErrNotYours):
		return blocks.Sentence("There is nothing left of that to undo."), nil
	}
	return blocks.Message{}, err
}
