package response

import (
	"time"

	"github.com/oncalm/oncalm/incidents/wording"
)

// The stages of a postmortem. It begins as a draft.
const (
	Draft    = "draft"
	InReview = "in review"
	Reviewed = "reviewed"
	Closed   = "closed"
)

// writtenKinds are what people write and decide about the postmortem.
func writtenKinds() []Kind {
	return []Kind{kindOf[SectionWritten](), kindOf[ReviewMoved](), kindOf[ActionClosed](), kindOf[ActionReopened](),
		kindOf[ActionChanged](), kindOf[PostmortemDue](), kindOf[ReviewersNamed](), kindOf[ActionTicketed]()}
}

// OnCard reports whether a card shows a fact. The others it has in full.
func OnCard(f Fact) bool {
	switch f.(type) {
	case Planned, Convened, Answered, HandoverAsked, TakenOver:
		return true
	}
	return OfRollback(f) || OfFreeze(f)
}

// OfPostmortem reports whether a fact is about the postmortem, and no part of what it tells.
func OfPostmortem(f Fact) bool {
	switch f.(type) {
	case SectionWritten, ReviewMoved, ActionClosed, ActionReopened, ActionChanged, PostmortemDue, ReviewersNamed,
		ActionTicketed:
		return true
	}
	return false
}

// SectionWritten is a section of the postmortem as a person wrote it, in Markdown.
type SectionWritten struct {
	Section string `json:"section"` // its name; see package document
	Text    string `json:"text"`    // empty: what stood there is taken out
	// Base is the newest event whose words of the section the person saw, and so replaces; what others wrote since stays.
	Base int `json:"base,omitempty"`
}

// Kind is its name.
func (SectionWritten) Kind() string { return "section-written" }

// Apply changes nothing: the document is made from the timeline.
func (SectionWritten) Apply(*State, int) {}

// Says implements [Fact].
func (f SectionWritten) Says() wording.Sentence {
	return wording.Sentence{wording.Say("wrote the section “"), wording.Name(f.Section),
		wording.Say("” of the postmortem")}
}

// ReviewMoved says how far the postmortem has come.
type ReviewMoved struct {
	To string `json:"to"`
}

// Kind is its name.
func (ReviewMoved) Kind() string { return "review-moved" }

// Apply changes nothing, as above.
func (ReviewMoved) Apply(*State, int) {}

// Says implements [Fact].
func (f ReviewMoved) Says() wording.Sentence {
	return wording.Sentence{wording.Say("moved the postmortem on: it is "), wording.Name(f.To)}
}

// PostmortemDue says that the postmortem is to be written and reviewed, and by when. It is recorded, since it depends on holidays, and on
// what was configured at that time.
type PostmortemDue struct {
	Due time.Time `json:"due,omitzero"` // zero: none needs to be written
}

// Kind is its name.
func (PostmortemDue) Kind() string { return "postmortem-due" }

// Apply changes nothing, as above.
func (PostmortemDue) Apply(*State, int) {}

// Says implements [Fact].
func (f PostmortemDue) Says() wording.Sentence {
	if f.Due.IsZero() {
		return wording.Sentence{wording.Say("asks for no postmortem")}
	}
	by := f.Due.UTC().Format("Mon 2006-01-02 15:04 UTC")
	return wording.Sentence{wording.Say("asked for a postmortem, reviewed by " + by)}
}

// ReviewersNamed says who is to review the postmortem. Who was named before is not any more.
type ReviewersNamed struct {
	Reviewers []Reviewer `json:"reviewers"`
}

// A Reviewer is one of them.
type Reviewer struct {
	Person string `json:"person"`
}

// Kind is its name.
func (ReviewersNamed) Kind() string { return "reviewers-named" }

// Apply changes nothing, as above.
func (ReviewersNamed) Apply(*State, int) {}

// Says implements [Fact].
func (f ReviewersNamed) Says() wording.Sentence {
	s := wording.Sentence{wording.Say("asked for a review by ")}
	for n, r := range f.Reviewers {
		switch {
		case n > 0 && n == len(f.Reviewers)-1:
			s = append(s, wording.Say(" and "))
		case n > 0:
			s = append(s, wording.Say(", "))
		}
		s = append(s, wording.Who(r.Person))
	}
	return s
}
