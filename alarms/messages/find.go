package messages

import (
	"strings"

	"github.com/oncalm/oncalm/alarms/aws"
	"github.com/oncalm/oncalm/alarms/judge"
)

// Judge finds out what a message amounts to, by the first row of the table that knows it. It never fails: the last row knows everything. A
// message that tells of several things has several judgements, and always one.
func Judge(m *aws.Message) []judge.Judgement {
	if r := rowOf(m); r != nil {
		if all := r.Judgements(m); len(all) > 0 {
			return all
		}
	}
	return []judge.Judgement{judgeOwn(m)}
}

// rowOf finds the row that knows a message; nil if none does.
func rowOf(m *aws.Message) *judge.Row {
	source := ""
	if m.IsEvent() {
		source = sourceOf(m)
	}
	for i := range table {
		if table[i].Knows(m, source) {
			return &table[i]
		}
	}
	return nil
}

// sourceOf tells where an event comes from; if a rule has cut that away, its type tells: most begin with the name of the service. One that says
// nothing of the kind is treated as somebody's own event, so that it is not taken for a change that nobody need look at.
func sourceOf(m *aws.Message) string {
	if source := m.Fields.Text("source"); source != "" {
		return source
	}
	detailType := m.DetailType()
	word, _, _ := strings.Cut(detailType, " ")
	guess, known := "aws."+strings.ToLower(word), ""
	for i := range table {
		r := &table[i]
		if r.Source == "" || strings.HasSuffix(r.Source, "*") {
			continue
		}
		if r.DetailType != "*" && aws.Glob(r.DetailType, detailType) {
			return r.Source
		}
		if r.Source == guess {
			known = guess
		}
	}
	return known
}
