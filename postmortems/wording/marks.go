package wording

import (
	"slices"
	"strconv"
	"strings"
)

// maxMarks is how many events, or runs of events, are named in one place.
const maxMarks = 8

// Marks names events: [e1, e4–e9].
func Marks(seqs []int) string {
	seqs = slices.Compact(slices.Sorted(slices.Values(seqs)))
	var parts []string
	for n := 0; n < len(seqs); {
		end := n
		for end+1 < len(seqs) && seqs[end+1] == seqs[end]+1 {
			end++
		}
		if end-n < 2 { // two in a row are named one by one
			end = n
		}
		if len(parts) == maxMarks {
			parts = append(parts, "and "+strconv.Itoa(len(seqs)-n)+" more")
			break
		}
		part := "e" + strconv.Itoa(seqs[n])
		if end > n {
			part += "–e" + strconv.Itoa(seqs[end])
		}
		parts = append(parts, part)
		n = end + 1
	}
	if len(parts) == 0 {
		return ""
	}
	return "[" + strings.Join(parts, ", ") + "]"
}
