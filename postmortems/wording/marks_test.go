package wording

import "testing"

func TestMarks(t *testing.T) {
	for want, seqs := range map[string][]int{
		"":                 {},
		"[e3]":             {3},
		"[e1, e2]":         {2, 1, 2},
		"[e1–e3, e5]":      {1, 2, 3, 5},
		"[e1, e2, e4, e5]": {1, 2, 4, 5},
		"[e1, e3, e5, e7, e9, e11, e13, e15, and 2 more]": {1, 3, 5, 7, 9, 11, 13, 15, 17, 19},
	} {
		if got := Marks(seqs); got != want {
			t.Errorf("Marks(%v) = %s, want %s", seqs, got, want)
		}
	}
}
