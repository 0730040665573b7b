// Package notes is what a line of a timeline is that people wrote: of which sort, and with which files.
package notes

import (
	"slices"
	"strings"

	"github.com/oncalm/oncalm/incidents/wording"
)

// A Sort is what a line is for whoever reads it later; most are of none.
type Sort string

// The sorts.
const (
	Observation Sort = "observation"
	Decision    Sort = "decision"
	Action      Sort = "action"
	Question    Sort = "question"
)

// Sorts are all sorts, in the order in which they are offered.
func Sorts() []Sort { return []Sort{Observation, Decision, Action, Question} }

// Known reports whether there is such a sort.
func (s Sort) Known() bool { return slices.Contains(Sorts(), s) }

// A File is one that was shared with what somebody said. It is looked at where it was shared.
type File struct {
	Title string `json:"title"`
	Link  string `json:"link,omitempty"`
	// Picture says that people can see it, not only read it.
	Picture bool `json:"picture,omitempty"`
}

// Says is a line as a sentence: what was said, as they wrote it, of which sort it is, and the files.
func Says(text string, s Sort, files []File) wording.Sentence {
	say := wording.Sentence{{Form: wording.Quote, Text: text}}
	if strings.TrimSpace(text) == "" && len(files) > 0 {
		say = wording.Sentence{wording.Say("shared")}
	}
	if s.Known() {
		say = append(say, wording.Say(" ("+string(s)+")"))
	}
	for n, f := range files {
		what := "file "
		if f.Picture {
			what = "picture "
		}
		say = append(say, wording.Say([]string{" – ", ", "}[min(n, 1)]+what),
			wording.Part{Form: wording.Linked, Text: f.Title, Link: f.Link})
	}
	return say
}
