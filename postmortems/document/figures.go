package document

import "time"

// Seconds is a length of time as the JSON form has it.
func Seconds(d time.Duration) *float64 {
	s := d.Seconds()
	return &s
}

// Length is the inverse of [Seconds].
func Length(s float64) time.Duration {
	return time.Duration(s * float64(time.Second)).Round(time.Microsecond)
}

// Measure returns the measure of that short name.
func (d Document) Measure(name string) Measure {
	for _, m := range d.Times {
		if m.Short == name {
			return m
		}
	}
	return Measure{}
}
