package incidents

import (
	"errors"
	"fmt"
)

var (
	// ErrNotFound says that there is no incident of that id.
	ErrNotFound = errors.New("no such incident")
	// ErrResolved says that the incident was resolved already.
	ErrResolved = errors.New("already resolved")
	// ErrAcknowledged says that somebody had acknowledged already.
	ErrAcknowledged = errors.New("already acknowledged")
	// ErrAlreadyOpen says that an incident that is not resolved cannot be opened.
	ErrAlreadyOpen = errors.New("already open")
	// ErrQuiet says that nobody is paged for the incident.
	ErrQuiet = errors.New("nobody is paged for it")
	// ErrNoSuchLine says that a timeline has no note with that number.
	ErrNoSuchLine = errors.New("no such note on the timeline")
	// ErrDamaged says that a timeline cannot have been written by this program.
	ErrDamaged = errors.New("damaged timeline")
)

// Refused is the error for a change that the incident's state does not allow.
// Nothing was changed. It wraps one of the errors above.
type Refused struct {
	Incident Incident // as it stands
	Reason   error
}

func (e *Refused) Error() string {
	return fmt.Sprintf("incident %s: %v", e.Incident.ID, e.Reason)
}

// Unwrap returns the reason.
func (e *Refused) Unwrap() error { return e.Reason }

func refuse(i *Incident, reason error) error { return &Refused{*i, reason} }
