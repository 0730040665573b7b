package overrides

import "errors"

// Errors of changes that are refused. Nothing was changed.
var (
	// ErrUnknownSchedule says that there is no schedule of that name.
	ErrUnknownSchedule = errors.New("there is no such schedule")
	// ErrUnknownPerson says that there is no person of that name.
	ErrUnknownPerson = errors.New("there is no such person")
	// ErrBackwards says that the span ends before it begins, or when it begins.
	ErrBackwards = errors.New("it would end before it begins")
	// ErrOver says that the span is over.
	ErrOver = errors.New("that time is over")
	// ErrTooLong says that the span is longer than [MaxOverride].
	ErrTooLong = errors.New("that is longer than 90 days; for a longer absence, change the schedule in the configuration")
	// ErrTooFar says that the span begins later than [MaxAhead] from now.
	ErrTooFar = errors.New("that begins more than a year from now")
	// ErrSamePerson says that somebody would stand in for themselves.
	ErrSamePerson = errors.New("nobody can stand in for themselves")
	// ErrMade says that the change was made before.
	ErrMade = errors.New("that was done already")
	// ErrConsent says that a change of this kind needs others who agree to it: see [Book.Ask] and [Book.Hold].
	ErrConsent = errors.New("others have to agree to that")
	// ErrNoChange says that there is no such change, or nothing left of it to take back.
	ErrNoChange = errors.New("there is nothing to take back")
	// ErrNotYours says that the change, or what is asked, concerns others.
	ErrNotYours = errors.New("that is for others to decide")

	// ErrAsked says that they have been asked already.
	ErrAsked = errors.New("they have been asked already")
	// ErrNoConsent says that the plan is of a kind that nobody has to agree to.
	ErrNoConsent = errors.New("nobody has to agree to that")
	// ErrNobody says that there is nobody to ask.
	ErrNobody = errors.New("there is nobody to ask")
	// ErrUnreachable says that the person cannot be asked.
	ErrUnreachable = errors.New("that person cannot be asked")
	// ErrShifted says that the shifts to exchange are not any more what they were.
	ErrShifted = errors.New("the shifts have changed since")
	// ErrNotOnCall says that whoever asks for a stand-in is not on call then.
	ErrNotOnCall = errors.New("there is nothing to cover: they are not on call then")

	// ErrNoQuestion says that there is no such question, or not any more.
	ErrNoQuestion = errors.New("there is no such question any more")
	// ErrNotAsked says that the question is for others.
	ErrNotAsked = errors.New("that question is for others")
	// ErrAccepted says that the same person has accepted before.
	ErrAccepted = errors.New("you have accepted that already")
	// ErrTaken says that somebody else has accepted.
	ErrTaken = errors.New("somebody else has accepted")
	// ErrWithdrawn says that whoever asked has withdrawn it.
	ErrWithdrawn = errors.New("that question was withdrawn")
	// ErrTooLate says that nobody waits for an answer any more.
	ErrTooLate = errors.New("it is too late for that")
)
