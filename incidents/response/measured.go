package response

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/oncalm/oncalm/incidents/wording"
)

// Measured says what the metric of an alarm was, over some time that ends when it was asked for.
type Measured struct {
	Alarm  string `json:"alarm"`
	Metric string `json:"metric"` // what is measured, as people read it
	Unit   string `json:"unit,omitempty"`
	// From is when the first value begins, UTC; each stands for a period of so many seconds.
	From   time.Time  `json:"from"`
	Period int        `json:"period"`
	Values []*float64 `json:"values"` // nil where there was none
	// Threshold and Comparison, as CloudWatch names it, say when the alarm fires; nil and empty if one number does not say it.
	Threshold  *float64 `json:"threshold,omitempty"`
	Comparison string   `json:"comparison,omitempty"`
}

// Kind is its name.
func (Measured) Kind() string { return "measured" }

// Apply keeps which was the last.
func (f Measured) Apply(s *State, seq int) { s.Measured = seq }

// Says implements [Fact].
func (f Measured) Says() wording.Sentence {
	say := wording.Sentence{wording.Say("looked at the metric "), wording.Name(f.Metric)}
	newest, _, ok := f.Newest()
	if !ok {
		return append(say, wording.Say(", which had no values"))
	}
	low, high := f.Range()
	say = append(say, wording.Say(": "+Number(newest)+" at the end, "+Number(low)+" to "+Number(high)+" in all"))
	if fires := f.Condition(); fires != "" {
		say = append(say, wording.Say("; the alarm fires "+fires))
	}
	return say
}

// To is when the last value ends.
func (f *Measured) To() time.Time { return f.At(len(f.Values)) }

// At is when the value of that number begins.
func (f *Measured) At(n int) time.Time {
	return f.From.Add(time.Duration(n) * time.Duration(f.Period) * time.Second)
}

// Newest is the last value, and which it is; false if there is none.
func (f *Measured) Newest() (value float64, n int, ok bool) {
	for n = len(f.Values) - 1; n >= 0; n-- {
		if v := f.Values[n]; v != nil {
			return *v, n, true
		}
	}
	return 0, 0, false
}

// Range is the least and the greatest value; 0 if there is none.
func (f *Measured) Range() (low, high float64) {
	low, high = math.Inf(1), math.Inf(-1)
	for _, v := range f.Values {
		if v != nil {
			low, high = min(low, *v), max(high, *v)
		}
	}
	if low > high {
		return 0, 0
	}
	return low, high
}

// Condition is when the alarm fires: "> 5"; empty if one number does not say it.
func (f *Measured) Condition() string {
	sign := Sign(f.Comparison)
	if f.Threshold == nil || sign == "" {
		return ""
	}
	return sign + " " + Number(*f.Threshold)
}

// Sign writes one of CloudWatch's operators that compare with one number as people do: ">"; empty for the others.
func Sign(operator string) string {
	switch operator {
	case "GreaterThanThreshold":
		return ">"
	case "GreaterThanOrEqualToThreshold":
		return "≥"
	case "LessThanThreshold":
		return "<"
	case "LessThanOrEqualToThreshold":
		return "≤"
	}
	return ""
}

// Number is a value as people read it: four digits that count, large ones with k, M, G or T, and what is larger still with its exponent.
func Number(v float64) string {
	for _, unit := range [...]struct {
		size float64
		name string
	}{{1e12, "T"}, {1e9, "G"}, {1e6, "M"}, {1e4, "k"}} {
		if math.Abs(v) >= unit.size && math.Abs(v) < 1e17 {
			if unit.name == "k" {
				unit.size = 1e3
			}
			return digits(v/unit.size) + unit.name
		}
	}
	return digits(v)
}

func digits(v float64) string {
	s := strconv.FormatFloat(v, 'g', 4, 64)
	if strings.ContainsRune(s, 'e') && math.Abs(v) >= 1 && math.Abs(v) < 1e5 {
		s = strconv.FormatFloat(v, 'f', 0, 64)
	}
	return s
}
