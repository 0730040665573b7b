package config

import (
	"slices"
	"strings"
)

// Nearest returns the one of names that somebody who wrote word most probably meant,
// or nothing if none is near.
func Nearest(word string, names []string) string {
	best, least := "", len(word)/3+2
	for _, name := range names {
		if d := distance(strings.ToLower(word), strings.ToLower(name), least); d < least {
			best, least = name, d
		}
	}
	return best
}

// distance counts the letters that must be inserted, deleted, changed or swapped with
// their neighbour to make a from b. Distances of enough and more are not told apart.
func distance(a, b string, enough int) int {
	x, y := []rune(a), []rune(b)
	if abs(len(x)-len(y)) >= enough {
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
	return last[len(y)]
}

func abs(n int) int { return max(n, -n) }

// meant is a remedy that names the nearest of names, or lists them if none is near and
// they are few.
func meant(word string, names []string) string {
	if near := Nearest(word, names); near != "" {
		return `did you mean "` + near + `"?`
	}
	switch {
	case len(names) == 0:
		return ""
	case len(names) > 20:
		return "there is none of that name"
	}
	return "there are: " + strings.Join(names, ", ")
}
