// Package nearest finds the name that somebody probably meant who wrote another: in a
// configuration, on the command line, in chat.
package nearest

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Of returns the one of names that somebody who wrote said most probably meant, or ""
// if none is near: the only one that begins so, or else the one with the fewest letters
// to change. Capitals do not count.
func Of(said string, names []string) string {
	said = strings.ToLower(said)
	if name, ok := onlyWith(said, names); ok {
		return name
	}
	best, least := "", utf8.RuneCountInString(said)/3+2
	for _, name := range names {
		if d := Distance(said, strings.ToLower(name), least); d < least {
			best, least = name, d
		}
	}
	return best
}

// onlyWith is the only one of names that begins with prefix. One letter is no prefix:
// too many are mistyped.
func onlyWith(prefix string, names []string) (only string, ok bool) {
	if utf8.RuneCountInString(prefix) < 2 {
		return "", false
	}
	for _, name := range names {
		if strings.HasPrefix(strings.ToLower(name), prefix) {
			if ok && name != only {
				return "", false
			}
			only, ok = name, true
		}
	}
	return only, ok
}

// Distance counts the letters that must be inserted, deleted, changed or swapped with
// their neighbour to make a from b. Distances of enough and more are not told apart.
func Distance(a, b string, enough int) int {
	x, y := []rune(a), []rune(b)
	if max(len(x)-len(y), len(y)-len(x)) >= enough {
		return enough
	}
	var before []int
	last := make([]int, len(y)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(x); i++ {
		row := make([]int, len(y)+1)
		row[0] = i
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		if slices.Min(row) >= enough {
			return enough
		}
		before, last = last, row
	}
	return min(last[len(y)], enough)
}
