package document

import (
	"time"

	"github.com/oncalm/oncalm/incidents"
)

// Format is the version of the JSON form. A new field does not change it.
const Format = 1

// Document is a postmortem: what the timeline tells, in the order in which people read
// it. All times are UTC; a zero time, a nil number and an empty text mean that it was
// not recorded. Texts are of one line and clean of control characters, but are not
// escaped for any format. Within a sentence, what runs from right to left stands
// between isolates (U+2068 and U+2069).
type Document struct {
	Format int    `json:"format"`
	Header Header `json:"header"`
	// Draft says why the document cannot be complete yet; empty if it can.
	Draft     string     `json:"draft,omitempty"`
	Review    Review     `json:"review"`
	Summary   []Sentence `json:"summary"`
	Described *Said      `json:"described,omitempty"` // what it was about, as somebody wrote it while it went on
	Impact    Impact     `json:"impact"`
	Affected  *Said      `json:"affected,omitempty"` // who was hurt and how, in the same way
	Detection Detection  `json:"detection"`
	Graphs    []Graph    `json:"graphs,omitempty"` // what the metrics of alarms were
	Pages     []Page     `json:"pages"`
	// PagesInAll sums them up, and Delays say why some were late.
	PagesInAll Sentence   `json:"pages_in_all"`
	Delays     []Sentence `json:"delays,omitempty"`
	// Changes are what was changed from a day before the start on; ChangesTold says how far that is known.
	Changes     []Change     `json:"changes"`
	ChangesTold string       `json:"changes_told,omitempty"`
	Mitigation  []Sentence   `json:"mitigation"`
	Rollbacks   []Rollback   `json:"rollbacks,omitempty"`
	Captured    Captured     `json:"captured,omitzero"`
	Updates     []Said       `json:"updates,omitempty"` // what stakeholders were told
	Times       []Measure    `json:"times"`
	Timeline    []Line       `json:"timeline"`
	Struck      int          `json:"struck"` // notes that were struck and are left out
	Factors     []Factor     `json:"factors"`
	Lessons     []Lesson     `json:"lessons"`
	Questions   []Question   `json:"questions"`
	ActionItems []ActionItem `json:"action_items"`
	Related     []Related    `json:"related,omitempty"`
	RelatedTold string       `json:"related_told,omitempty"` // how far they are known
	Messages    []Message    `json:"messages"`
	Sections    []Section    `json:"sections,omitempty"` // what people wrote in the postmortem
	Kinds       []Count      `json:"kinds"`              // events that it was made from, by kind
}

// Header tells which incident it is, and what the document was made from.
type Header struct {
	ID       string           `json:"id"`
	Title    string           `json:"title"`
	Service  string           `json:"service"`
	Severity string           `json:"severity"`
	Worst    string           `json:"worst,omitempty"` // the worst severity that it had, if that was another
	Status   incidents.Status `json:"status"`
	Runbook  string           `json:"runbook,omitempty"`
	Opened   time.Time        `json:"opened"`
	Resolved time.Time        `json:"resolved,omitzero"`
	Reopened int              `json:"reopened,omitempty"` // how often it was triggered again
	Events   int              `json:"events"`             // that the document was made from
	Newest   time.Time        `json:"newest"`             // when the last of them was recorded
	Digest   string           `json:"digest"`             // SHA-256 of the timeline that it was made from
}

// Sentence is something the document says by itself.
type Sentence struct {
	Text string `json:"text"` // without the full stop
	// Ask is what a person is asked to fill in after Text; empty if nothing.
	Ask    string `json:"ask,omitempty"`
	Events []int  `json:"events"` // the numbers of the events that say so
}

// Confidence says how a time became known.
type Confidence string

// Measured times are an alarm's own; reported ones are when somebody said so, or when
// we heard of it.
const (
	Measured Confidence = "measured"
	Reported Confidence = "reported"
)

// Impact is when users were hurt, as far as alarms and people told.
type Impact struct {
	// Windows is the union over all alarms; windows do not overlap, except one without
	// a start.
	Windows []Window `json:"windows"`
	// Series holds what each alarm, or each contributor of one, said by itself.
	Series []Window `json:"series"`
	// Total is the time within windows that have both ends, in seconds.
	Total *float64 `json:"total_seconds"`
	// Unended and Unstarted count windows whose end or start is not recorded.
	Unended   int `json:"unended"`
	Unstarted int `json:"unstarted"`
}

// Window is one interval of impact.
type Window struct {
	From       time.Time  `json:"from,omitzero"`
	To         time.Time  `json:"to,omitzero"`
	Source     []string   `json:"source"` // who said so: names of alarms or people
	Confidence Confidence `json:"confidence"`
	// NoData says that for a part of the window the alarm had no data.
	NoData bool `json:"no_data,omitempty"`
	// EndLost says that the window did end, for the alarm fired anew after it, but that
	// nobody told when.
	EndLost bool  `json:"end_lost,omitempty"`
	Events  []int `json:"events"`
}

// Detection is how the incident became known.
type Detection struct {
	Alarm  *Alarm    `json:"alarm,omitempty"`  // nil if a person declared it
	Person string    `json:"person,omitempty"` // who declared it
	At     time.Time `json:"at"`               // when the alarm was accepted, or the person declared
	Events []int     `json:"events"`
}

// Alarm is the alarm that opened the incident, in words.
type Alarm struct {
	Name        string    `json:"name"`
	ARN         string    `json:"arn,omitempty"`
	Account     string    `json:"account,omitempty"`
	Region      string    `json:"region,omitempty"`
	Contributor string    `json:"contributor,omitempty"`
	Metric      string    `json:"metric,omitempty"`
	Condition   string    `json:"condition,omitempty"` // when it fires, with its threshold
	Reason      string    `json:"reason,omitempty"`
	Description string    `json:"description,omitempty"`
	Tags        string    `json:"tags,omitempty"`       // name=value, by name
	Evaluation  string    `json:"evaluation,omitempty"` // what was amiss with it
	Lines       []string  `json:"lines,omitempty"`      // of the log that it watches
	Link        string    `json:"link,omitempty"`
	MessageID   string    `json:"message_id,omitempty"`
	Doubts      []string  `json:"doubts,omitempty"` // what was not clear about its message
	Changed     time.Time `json:"changed,omitzero"`
	Accepted    time.Time `json:"accepted,omitzero"`
	Lag         *float64  `json:"lag_seconds"` // from Changed to Accepted
}

// Outcome is what became of a page.
type Outcome string

// The outcomes. Pending means that the timeline does not tell.
const (
	OutcomeAcknowledged Outcome = "acknowledged"
	OutcomeDelivered    Outcome = "delivered"
	OutcomeUndelivered  Outcome = "undelivered"
	OutcomeWithheld     Outcome = "withheld"
	OutcomePending      Outcome = "pending"
)

// Page is one page to one person.
type Page struct {
	Key          string             `json:"key"`
	Person       string             `json:"person"`
	Via          string             `json:"via"`
	Run          int                `json:"run"` // 0, or how often the incident was triggered again before
	Position     incidents.Position `json:"position"`
	Reminder     bool               `json:"reminder,omitempty"`
	Fallback     string             `json:"fallback,omitempty"` // why it went to the policy's fallback; see [incidents.Paged]
	Why          string             `json:"why"`                // what the person was told
	Decided      time.Time          `json:"decided"`
	Due          time.Time          `json:"due,omitzero"` // when it was to go out, if not at once
	Delivered    time.Time          `json:"delivered,omitzero"`
	Acknowledged time.Time          `json:"acknowledged,omitzero"` // by the person paged
	Outcome      Outcome            `json:"outcome"`
	Detail       string             `json:"detail,omitempty"` // the error, or why it was not sent
	// Instead is who else acknowledged after this page.
	Instead string `json:"instead,omitempty"`
	Adopted bool   `json:"adopted,omitempty"` // an earlier attempt had sent it
	Link    string `json:"link,omitempty"`
	Events  []int  `json:"events"`
}

// Measure is a length of time between two moments.
type Measure struct {
	Name    string    `json:"name"`
	Short   string    `json:"short,omitempty"` // TTD, TTA, …
	Between [2]string `json:"between"`         // the words for the two moments
	From    time.Time `json:"from,omitzero"`
	To      time.Time `json:"to,omitzero"`
	Seconds *float64  `json:"seconds"`
	// Missing says why Seconds is not recorded.
	Missing string `json:"missing,omitempty"`
	Events  []int  `json:"events"`
}

// SourceChange is the source of a line about a change in the world outside.
const SourceChange = "change"

// SourceGap is the source of a line that says that nothing was recorded. The others are those of [incidents.Source].
const SourceGap = "gap"

// Line is one line of the timeline, in the order of what happened.
type Line struct {
	Seq    int       `json:"seq,omitempty"` // 0 for a gap and a change
	At     time.Time `json:"at"`
	Source string    `json:"source"` // alarm, page, command, note, message, oncalm, change or gap
	Who    string    `json:"who"`
	What   string    `json:"what"`
	Link   string    `json:"link,omitempty"`
	// LinkTo is what the link leads to: console or message.
	LinkTo    string `json:"link_to,omitempty"`
	MessageID string `json:"message_id,omitempty"` // of the SNS message
	// Files are what was shared with a message: links to where it can be looked at.
	Files []File `json:"files,omitempty"`
	// Added is when a note was written down, if that was later than what it tells.
	Added time.Time `json:"added,omitzero"`
	// Gap is how long nothing was recorded before the next line, in seconds.
	Gap float64 `json:"gap_seconds,omitempty"`
}

// File is one that was shared with a message.
type File struct {
	Title string `json:"title"`
	Link  string `json:"link"`
}

// Factor asks for contributing factors of one kind.
type Factor struct {
	Kind string `json:"kind"` // technical, process, tooling or environment
	Ask  string `json:"ask"`
}

// Question is asked because of something on the timeline.
type Question struct {
	Rule    string   `json:"rule"`
	Because Sentence `json:"because"`
	Ask     string   `json:"ask"`
}

// ActionItem is what shall be done. People write them; a document has those of its timeline.
type ActionItem struct {
	ID       string `json:"id"`
	Text     string `json:"text"`
	Owner    string `json:"owner"` // one person
	Due      string `json:"due"`   // a date, such as 2026-04-30
	Type     string `json:"type"`  // detect, mitigate, prevent, process or docs
	Priority string `json:"priority"`
	VerifyBy string `json:"verify_by"` // what can be seen when it is done
	Ticket   string `json:"ticket"`
	Status   string `json:"status"` // open or done
	Events   []int  `json:"events,omitempty"`
}
