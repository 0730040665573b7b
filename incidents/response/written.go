package response

import "github.com/oncalm/oncalm/incidents/wording"

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
		kindOf[ActionChanged]()}
}

// OnCard reports whether a card shows a fact. The others it has in full.
func OnCard(f Fact) bool {
	switch f.(type) {
	case Planned, Convened:
		return true
	}
	return OfRollback(f) || OfFreeze(f)
}

// OfPostmortem reports whether a fact is about the postmortem, and no part of what it tells.
func OfPostmortem(f Fact) bool {
	switch f.(type) {
	case SectionWritten, ReviewMoved, ActionClosed, ActionReopened, ActionChanged:
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
