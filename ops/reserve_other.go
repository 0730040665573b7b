//go:build !linux

package ops

import (
	"errors"
	"os"
)

// room is not known here, so there is no reserve.
func room(string) (free, all int64, err error) { return 0, 0, errors.ErrUnsupported }

func allocate(*os.File, int64) error { return errors.ErrUnsupported }
