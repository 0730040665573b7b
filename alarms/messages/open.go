package messages

import (
	"slices"
	"strings"

	"github.com/oncalm/oncalm/alarms/alerts"
	"github.com/oncalm/oncalm/alarms/aws"
	"github.com/oncalm/oncalm/alarms/facts"
	"github.com/oncalm/oncalm/alarms/judge"
)

// Open takes the messages out that stand inside a message; see [aws.Open].
func Open(m *aws.Message) []*aws.Message {
	o := opener{}
	return aws.Open(m, aws.Forms{Whole: isWhole, Silent: o.silent, About: o.about})
}

// isWhole reports whether a row knows a message, unless that is one for whatever anybody sends. What fails and tells with what it was called is a
// failure of its own.
func isWhole(m *aws.Message) bool {
	if r := rowOf(m); r != nil && !r.Anybodys {
		return true
	}
	return facts.IsReport(m.Fields)
}

// An opener remembers what the messages say that it opens: one may hold many.
type opener map[*aws.Message][]facts.Fact

// said is what a message says, besides what stands at a path.
func (o opener) said(m *aws.Message, path string) []facts.Fact {
	all, known := o[m]
	if !known {
		all = facts.Of(m.Fields)
		o[m] = all
	}
	return slices.DeleteFunc(slices.Clone(all), func(t facts.Fact) bool {
		at := strings.TrimPrefix(t.In+"/"+t.Name, "/")
		return at == path || strings.HasPrefix(at, path+"/")
	})
}

// silent reports whether a message has no title, no text, no state and no degree of its own: it only carries others. A text
// that begins with a bracket is a list of messages, not a word of its own.
func (o opener) silent(m *aws.Message, path string) bool {
	if m.Fields == nil {
		return strings.HasPrefix(strings.TrimSpace(m.Text), "[")
	}
	return !slices.ContainsFunc(o.said(m, path), isSaid)
}

func isSaid(t facts.Fact) bool { return t.Says(judge.IsGrade) }

// about reports whether a message that stands in another is what that one is about. Alarms and alerts are, wherever they stand, if they are not only cited. What a row knows is, if it
// stands where others put all that there is, or if nothing else is said; a change must not hide what is said beside it.
func (o opener) about(outer, inner *aws.Message, path string) bool {
	part := facts.Part{Path: path, Fields: inner.Fields}
	if a, alarm := aws.ReadAlarm(inner.Fields); alarm {
		part.Name, part.Fires = a.Name, a.State == "ALARM"
		return !o.cites(outer, &part)
	}
	if r := rowOf(inner); r == nil || r.Anybodys {
		return false
	}
	// A row of ours knows what stands inside. If it fires, it goes out rather than what is around it; if it tells of a
	// change or of a recovery, it must not hide that something else is wrong.
	all := Judge(inner)
	part.Name, part.Fires = all[0].Name, slices.ContainsFunc(all,
		func(j judge.Judgement) bool { return j.Treat == judge.Page || j.Treat == judge.Quiet })
	switch {
	case alerts.IsLabelled(inner):
		return !o.cites(outer, &part)
	case all[0].Treat != judge.Marker:
		return o.silent(outer, path) || facts.IsWrapper(path) && (part.Fires || !o.cites(outer, &part))
	case facts.IsWrapper(path), inner.IsEvent() && inner.Fields.Has("source"):
		return !slices.ContainsFunc(o.said(outer, path),
			func(t facts.Fact) bool { return t.Name != "subject" && isSaid(t) })
	}
	return false
}

// cites reports whether a message only cites what stands in it. What fires is only cited by what pages, too.
func (o opener) cites(outer *aws.Message, part *facts.Part) bool {
	return part.IsCited(o.said(outer, part.Path), judge.IsGrade) &&
		(!part.Fires || Judge(outer)[0].Treat == judge.Page)
}
