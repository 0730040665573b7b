package silences

import "errors"

// Errors of silences that are refused. Nothing was changed.
var (
	// ErrNothing says that it would cover nothing.
	ErrNothing = errors.New("it does not say what to silence")
	// ErrEverything says that it would cover everything, and does not say so.
	ErrEverything = errors.New("that fits every alarm; if that is meant, write * alone")
	// ErrTooLongPattern says that a pattern is longer than [LongestPattern].
	ErrTooLongPattern = errors.New("that pattern is too long: at most 255 bytes")
	// ErrBackwards says that it would end before it begins.
	ErrBackwards = errors.New("it would end before it begins")
	// ErrOver says that the time is over.
	ErrOver = errors.New("that time is over")
	// ErrTooLong says that it is longer than [Longest].
	ErrTooLong = errors.New("that is longer than 7 days; what is to be quiet for longer belongs into the configuration")
	// ErrTooFar says that it begins later than [MaxAhead] from now.
	ErrTooFar = errors.New("that begins more than 90 days from now")
	// ErrTooMany says that there are [Most] already.
	ErrTooMany = errors.New("there are 100 silences already; end some of them")
	// ErrMade says that it was made before.
	ErrMade = errors.New("that was done already")
	// ErrClear says that nothing fires, so that it cannot be waited until it is clear.
	ErrClear = errors.New("nothing that it covers fires now, so it cannot last until that is clear; give it a length")
	// ErrNoSilence says that there is no such silence, or that it is over.
	ErrNoSilence = errors.New("there is no such silence any more")
)
