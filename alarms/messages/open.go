package messages

import (
	"slices"
	"strings"

	"github.com/oncalm/oncalm/alarms/aws"
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
	return slices.ContainsFunc(m.Fields, func(one aws.Member) bool {
		return slices.Contains(failures, aws.BareName(one.Name)) && aws.PlainText(one.Value) != ""
	})
}

// failures are the members in which programs report that they have failed.
var failures = []string{"errormessage", "errortype", "stacktrace", "exception", "traceback"}

// An opener remembers what the messages say that it opens: one may hold many.
type opener map[*aws.Message][]told

// said is what a message says, besides what stands at a path.
func (o opener) said(m *aws.Message, path string) []told {
	all, known := o[m]
	if !known {
		all = allTold(m.Fields)
		o[m] = all
	}
	return slices.DeleteFunc(slices.Clone(all), func(t told) bool {
		at := strings.TrimPrefix(t.in+"/"+t.name, "/")
		return at == path || strings.HasPrefix(at, path+"/")
	})
}

// silent reports whether a message has no title, no text, no state and no degree of its own: it only carries others.
func (o opener) silent(m *aws.Message, path string) bool {
	if m.Fields == nil {
		return strings.HasPrefix(strings.TrimSpace(m.Text), "[")
	}
	return !slices.ContainsFunc(o.said(m, path), told.says)
}

// says reports whether a member says what is wrong, how bad that is, or that it is over.
func (t told) says() bool {
	switch {
	case t.name == "name", t.name == "event", t.name == "type": // what it is called, and not what is wrong
		return false
	case slices.Contains(states, t.name):
		return isState(t.text)
	case slices.Contains(degrees, t.name):
		_, known := graded(t.text)
		return known
	}
	return slices.Contains(titles, t.name) || slices.Contains(details, t.name)
}

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
		return slices.Contains(wrappers, path) || o.silent(outer, path)
	case slices.Contains(wrappers, path), inner.IsEvent() && inner.Fields.Has("source"):
		return !slices.ContainsFunc(o.said(outer, path), func(t told) bool { return t.name != "subject" && t.says() })
	}
	return false
}
