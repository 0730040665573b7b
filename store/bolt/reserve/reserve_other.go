//go:build !linux

package reserve

import (
	"errors"
	"os"
)

// diskOf is not known here, so there is no reserve.
func diskOf(*os.File) (free, all int64, err error) { return 0, 0, errors.ErrUnsupported }

func blocksOf(*os.File) int64 { return 0 }

func allocate(*os.File, int64, int64) error { return errors.ErrUnsupported }
