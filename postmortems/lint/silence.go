package lint

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
)

// silence is a comment that silences rules, with its reason.
var silence = regexp.MustCompile(`<!--\s*lint:\s*([AB]\d\d(?:\s*,\s*[AB]\d\d)*)\b\s*(.*?)\s*-->`)

// noReason is said of what a comment would have silenced.
const noReason = "; the comment gives no reason, so it silences nothing"

// silenced leaves out the findings of lines that silence them.
func silenced(text []byte, found []Finding) []Finding {
	type quiet struct {
		rules  []string
		reason bool
	}
	byLine := map[int][]quiet{}
	line, at := 1, 0
	for _, m := range silence.FindAllSubmatchIndex(text, -1) {
		line += bytes.Count(text[at:m[0]], []byte("\n"))
		at = m[0]
		begin, end := bytes.LastIndexByte(text[:m[0]], '\n')+1, len(text)
		if n := bytes.IndexByte(text[m[1]:], '\n'); n >= 0 {
			end = m[1] + n
		}
		about := line
		if alone := len(bytes.TrimSpace(text[begin:m[0]]))+len(bytes.TrimSpace(text[m[1]:end])) == 0; alone {
			about++
		}
		rules := strings.FieldsFunc(string(text[m[2]:m[3]]), func(r rune) bool { return r == ',' || r == ' ' })
		byLine[about] = append(byLine[about], quiet{rules, m[5]-m[4] > 1})
	}
	kept := []Finding{}
	for _, f := range found {
		hidden := false
		for _, q := range byLine[f.Line] {
			switch {
			case !slices.Contains(q.rules, f.Rule):
			case q.reason:
				hidden = true
			default:
				f.Suggest += noReason
			}
		}
		if !hidden {
			kept = append(kept, f)
		}
	}
	return kept
}
