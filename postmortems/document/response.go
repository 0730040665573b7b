package document

import "time"

// Said is what a person wrote about the incident, in one line.
type Said struct {
	Text string    `json:"text"`
	Who  string    `json:"who"`
	At   time.Time `json:"at"`
	// From and To are what the text is about, if the person named it: of an impact, when users were hurt.
	From time.Time `json:"from,omitzero"`
	To   time.Time `json:"to,omitzero"`
	// Stage is that of an update: investigating, identified or monitoring.
	Stage  string `json:"stage,omitempty"`
	Link   string `json:"link,omitempty"` // to where it was said
	Files  []File `json:"files,omitempty"`
	Events []int  `json:"events"`
}

// Captured is what people said while it went on, by what they meant it to be.
type Captured struct {
	Decisions    []Said `json:"decisions,omitempty"`
	Questions    []Said `json:"questions,omitempty"`
	Actions      []Said `json:"actions,omitempty"` // that were spoken of, and are no action items yet
	Observations []Said `json:"observations,omitempty"`
}

// Change is something that was changed near the start of the incident.
type Change struct {
	ID      string    `json:"id"` // of the message that told of it
	At      time.Time `json:"at"`
	Kind    string    `json:"kind"`
	Title   string    `json:"title"`
	Reason  string    `json:"reason,omitempty"`
	Service string    `json:"service,omitempty"`
	Account string    `json:"account,omitempty"`
	Region  string    `json:"region,omitempty"`
	Link    string    `json:"link,omitempty"`
	// Before is how long before the start it was, in seconds; less than 0 if it was after it.
	Before float64 `json:"before_seconds"`
	// Events are those that tell of it; none if it is known only beside the timeline.
	Events []int `json:"events,omitempty"`
}

// Lesson is what helped, what made it harder, or where there was luck: what the timeline tells of it, and what is asked.
type Lesson struct {
	Kind string     `json:"kind"` // helped, harder or lucky
	Told []Sentence `json:"told"`
	Ask  string     `json:"ask"`
}

// Related is an earlier incident that looks like this one.
type Related struct {
	ID       string    `json:"id"`
	Title    string    `json:"title"`
	Severity string    `json:"severity"`
	Opened   time.Time `json:"opened"`
	Resolved time.Time `json:"resolved,omitzero"`
	Why      string    `json:"why"` // what they have in common
	// Helped is the rollback that helped, and Left how its action items stand; empty if there was none.
	Helped string `json:"helped,omitempty"`
	Left   string `json:"left,omitempty"`
}

// Message is the draft of what others could be told.
type Message struct {
	For  string   `json:"for"` // status page, customers or executives
	Says Sentence `json:"says"`
	Ask  string   `json:"ask"` // what is to be filled in before it is sent
}

// Review is how far the postmortem itself has come.
type Review struct {
	Status string    `json:"status"` // draft, in review, reviewed or closed
	Owner  string    `json:"owner,omitempty"`
	Due    time.Time `json:"due,omitzero"` // by when it is to be reviewed
	Events []int     `json:"events"`
	// Reviewers are who was asked to review it.
	Reviewers []string `json:"reviewers,omitempty"`
}

// Count is how many events of a kind there are.
type Count struct {
	Kind string `json:"kind"`
	N    int    `json:"n"`
}

// The sections that people write. What they write stands before what the timeline tells.
const (
	SectionSummary    = "summary"
	SectionImpact     = "impact"
	SectionMitigation = "mitigation"
	SectionFactors    = "factors"
	SectionHelped     = "helped"
	SectionHarder     = "harder"
	SectionLucky      = "lucky"
	SectionQuestions  = "questions"
	SectionLearned    = "learned"
	SectionMessages   = "messages"
)

// Sections are the names of all sections that people write, in the order of the document.
func Sections() []string {
	return []string{SectionSummary, SectionImpact, SectionMitigation, SectionFactors, SectionHelped, SectionHarder,
		SectionLucky, SectionQuestions, SectionLearned, SectionMessages}
}

// Section is what people wrote in a section: Markdown, as they wrote it.
type Section struct {
	Name  string `json:"name"`
	Parts []Part `json:"parts"` // by different people who had not seen each other's words
}

// Part is what one person wrote.
type Part struct {
	Text   string    `json:"text"` // Markdown of several lines: whoever shows it makes it harmless
	Who    string    `json:"who"`
	At     time.Time `json:"at"`
	Events []int     `json:"events"`
}

// Base is the newest event of a section: what somebody who edits it has seen.
func (s Section) Base() int {
	newest := 0
	for _, p := range s.Parts {
		for _, seq := range p.Events {
			newest = max(newest, seq)
		}
	}
	return newest
}

// Section returns what people wrote in the section of that name.
func (d Document) Section(name string) Section {
	for _, s := range d.Sections {
		if s.Name == name {
			return s
		}
	}
	return Section{Name: name}
}
