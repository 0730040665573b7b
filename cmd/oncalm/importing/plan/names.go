package plan

import (
	"slices"
	"strings"
)

// Nobody is who takes a turn that is a gap.
const Nobody = "nobody"

// Gap reports whether a turn is nobody's.
func Gap(turn []string) bool { return slices.Equal(turn, []string{Nobody}) }

// Listed is all who have turns, in words.
func Listed(turns [][]string) string {
	var all []string
	for _, turn := range turns {
		for _, who := range turn {
			if !slices.Contains(all, who) {
				all = append(all, who)
			}
		}
	}
	return List(all)
}

// List is some people, or what else has names, in words.
func List(people []string) string {
	if len(people) == 0 {
		return Nobody
	}
	return strings.Join(people, " and ")
}

// Line keeps a text on its line. It is what keeps a name of an export from ending its comment in the YAML and beginning a
// key.
func Line(s string) string {
	return strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == 0x85 || r == 0x2028 || r == 0x2029 {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))), " ")
}
