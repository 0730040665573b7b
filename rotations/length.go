package rotations

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/oncalm/oncalm/rotations/civil"
)

// Unit is a unit of shift lengths, written as in the configuration.
type Unit string

// The units there are. All are civil: an hour is one on the wall clock, a month goes to the same day of the next month.
const (
	Hour  Unit = "h"
	Day   Unit = "d"
	Week  Unit = "w"
	Month Unit = "mo"
)

// Length is how long a shift lasts: N units.
type Length struct {
	N    int // from 1 to 9999
	Unit Unit
}

const (
	maxLength    = 9999
	lengthWanted = "a whole number from 1 to 9999 and one of h, d, w, mo, such as 1w"
)

// ParseLength reads 12h, 1d, 2w or 1mo.
func ParseLength(s string) (Length, error) {
	digits := strings.TrimRight(s, "abcdefghijklmnopqrstuvwxyz")
	unit := Unit(s[len(digits):])
	n, err := strconv.ParseUint(digits, 10, 31)
	l := Length{N: int(n), Unit: unit}
	switch {
	case unit == "m" && strings.Trim(digits, "0123456789") == "" && digits != "":
		return Length{}, fmt.Errorf("%q is not a shift length: for months write %smo", s, digits)
	case err != nil || !l.valid():
		return Length{}, fmt.Errorf("%q is not a shift length: expected %s", s, lengthWanted)
	}
	return l, nil
}

// String returns the form that [ParseLength] reads.
func (l Length) String() string { return strconv.Itoa(l.N) + string(l.Unit) }

func (l Length) valid() bool {
	return l.N >= 1 && l.N <= maxLength && (l.Unit == Month || l.seconds() > 0)
}

// seconds returns the length in wall-clock seconds, 0 for months and unknown units.
func (l Length) seconds() civil.Time {
	if len(l.Unit) != 1 {
		return 0
	}
	switch l.Unit[0] { // asked for often: letters are compared faster than words
	case Hour[0]:
		return civil.Time(l.N) * civil.Hour
	case Day[0]:
		return civil.Time(l.N) * civil.Day
	case Week[0]:
		return civil.Time(l.N) * 7 * civil.Day
	}
	return 0
}

// spoken is the unit as a word.
func (u Unit) spoken() string {
	switch u {
	case Hour:
		return "hour"
	case Day:
		return "day"
	case Week:
		return "week"
	}
	return "month"
}
