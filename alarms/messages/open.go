package messages

import (
	"slices"
	"strings"

	"github.com/oncalm/oncalm/alarms/aws"
	"github.com/oncalm/oncalm/alarms/facts"
)

// Open takes the messages out that stand inside a message; see [aws.Open].
func Open(m *aws.Message) []*aws.Message {
	o := opener{}
	return aws.Open(m, aws.Forms{Whole: isWhole, Silent: o.silent, About: o.about})
}

// isWhole reports whether a row knows a message, unless that is one for whatever anybody sends. What fails and tells with what it was called is a
// failure of its own.
func isWhole(m *aws.Message) bool {
	if r := rowOf(m); r != nil && !r.anybodys {
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

// silent reports whether a message has no title, no text, no state and no degree of its own: it only carries others.
func (o opener) silent(m *aws.Message, path string) bool {
	if m.Fields == nil {
		return strings.HasPrefix(strings.TrimSpace(m.Text), "[")
	}
	return !slices.ContainsFunc(o.said(m, path), isSaid)
}

func isSaid(t facts.Fact) bool { return t.Says(isGrade) }

// about reports whether a message that stands in another is what that one is about. Alerts are, wherever they stand. What a row knows is, if it
// stands where others put all that there is, or if nothing else is said; a change must not hide what is said beside it.
func (o opener) about(outer, inner *aws.Message, path string) bool {
	r := rowOf(inner)
	switch {
	case r == nil || r.anybodys:
		return false
	case isLabelled(inner):
		return true
	case Judge(inner)[0].Treat != Marker:
		return facts.IsWrapper(path) || o.silent(outer, path)
	case facts.IsWrapper(path), inner.IsEvent() && inner.Fields.Has("source"):
		return !slices.ContainsFunc(o.said(outer, path), func(t facts.Fact) bool { return t.Name != "subject" && isSaid(t) })
	}
	return false
}
