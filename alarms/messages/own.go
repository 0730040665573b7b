package messages

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/oncalm/oncalm/alarms/aws"
	"github.com/oncalm/oncalm/alarms/facts"
	"github.com/oncalm/oncalm/alarms/judge"
)

// judgeOwn judges what no row of the table knows: somebody's own message. It opens an incident, titled by what it says, and if it says how
// bad it is, that counts. Only repeats of the very same text are taken for the same thing, unless the message has a key, or a state
// that can be over: who knows what the others tell.
func judgeOwn(m *aws.Message) judge.Judgement {
	if m.Fields == nil {
		return judgeText(m)
	}
	all := facts.Of(m.Fields)
	more := facts.Detail(all)
	j := judge.Judgement{Family: "json", Own: true, Treat: judge.Page, Reason: more, Account: m.At("accountId"),
		Region: m.At("region")}
	raw := aws.FirstOf(facts.Title(all), judge.Subject(m), judge.Sentence(more))
	title := judge.WithoutBraces(raw)
	j.Title = aws.FirstOf(title, judge.WithoutBraces(facts.Summary(all)), "A message without a title")
	state := facts.State(all)
	j.Recovers = facts.IsOver(state) || facts.IsBegun(state)
	// By what it calls the thing, else by what stays the same from one message to the next. A message that cannot be over
	// has nothing that has to find it again, and is known by its text.
	switch key := facts.Key(all, state); {
	case key != "":
		j.Key = key
	case j.Recovers && title != "":
		j.Key = facts.TitleKey(raw, title, all)
	case j.Recovers:
		j.Key = facts.NameKey(all)
	default:
		j.Key = hashOf(m.Subject, m.Text)
	}
	if facts.IsGood(state) {
		j.Treat, j.Severity = judge.Quiet, judge.QuietSeverity
	}
	settle(&j, all, state)
	return j
}

// settle takes into a judgement what a message says itself of how bad it is, and whether it is over or in somebody's hands.
// It goes before what the form of the message said: the sender knows best.
func settle(j *judge.Judgement, all []facts.Fact, state string) {
	if v, known := judge.Graded(facts.Degree(all, judge.IsGrade)); known {
		j.Treat, j.Severity = v.Treat, v.Severity
	}
	switch {
	case facts.IsOver(state):
		j.Treat, j.Severity = judge.Resolve, ""
	case facts.IsHandled(state):
		j.Treat, j.Severity = judge.Marker, ""
	}
}

// judgeText judges a text. It pages: nobody writes to a topic of alarms for nothing, and what we
// do not understand somebody else may. Text that begins as JSON and is none says so in its title.
func judgeText(m *aws.Message) judge.Judgement {
	title := aws.FirstOf(judge.Subject(m), "(empty message)")
	if m.Headline() != m.Subject && m.IsBroken() {
		title = aws.Line("Unreadable JSON: "+judge.WithoutBraces(aws.FirstLine(m.Text)), aws.MaxTitle)
	}
	return judge.Judgement{
		Family: "text", Own: true, Treat: judge.Page, Title: title,
		Key: hashOf(m.Subject, m.Text),
	}
}

// hashOf is the key of what is known by its text alone.
func hashOf(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return "text:" + hex.EncodeToString(sum[:8])
}

// readOwnEvent judges somebody's own event: they have sent it on purpose, so somebody should see it, and if it says how bad it is, that counts.
func readOwnEvent(m *aws.Message) []judge.Judgement {
	all := facts.Of(m.Fields.Object("detail"))
	said := aws.FirstOf(facts.Title(all), facts.Detail(all))
	j := judge.Judgement{Treat: judge.Quiet, Severity: judge.QuietSeverity, Reason: said,
		Title: judge.Tidy(m.DetailType() + ": " + judge.Sentence(said))}
	state := facts.State(all)
	j.Recovers = facts.IsOver(state) || facts.IsBegun(state)
	settle(&j, all, state)
	about := aws.FirstOf(facts.EventKey(all), m.At("resources.0"))
	j.Key = strings.Join([]string{m.Fields.Text("source"), m.DetailType(), about}, "/")
	return []judge.Judgement{j}
}
