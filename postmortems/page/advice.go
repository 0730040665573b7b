package page

import (
	"strings"

	"github.com/oncalm/oncalm/postmortems/document"
	"github.com/oncalm/oncalm/postmortems/lint"
	"github.com/oncalm/oncalm/text"
)

// Advise reads what people wrote in a document, and says what could be said better: for whoever writes it, and nobody else.
func Advise(l *lint.Linter, d document.Document) map[string][]Advice {
	advice := map[string][]Advice{}
	for _, s := range d.Sections {
		for _, p := range s.Parts {
			add(advice, s.Name, l.Text([]byte(p.Text), nil))
		}
	}
	if d.Described != nil {
		add(advice, document.SectionSummary, l.Text([]byte(d.Described.Text), nil))
	}
	if d.Affected != nil {
		add(advice, document.SectionImpact, l.Text([]byte(d.Affected.Text), nil))
	}
	var items []lint.Action
	for _, a := range d.ActionItems {
		items = append(items, lint.Action{Text: a.Text, Owner: a.Owner, Due: a.Due, Type: a.Type,
			VerifyBy: a.VerifyBy, Link: a.Ticket})
	}
	add(advice, ActionItems, lint.Actions(items, lint.Incident{
		Severity: d.Header.Severity, ByPerson: d.Detection.Alarm == nil, Ended: d.Header.Resolved,
	}))
	return advice
}

// mostFound is how many characters of what was found are shown.
const mostFound = 120

func add(advice map[string][]Advice, name string, found []lint.Finding) {
	for _, f := range found {
		advice[name] = append(advice[name], Advice{
			Found: text.Clip(text.Line(f.Text), mostFound), Suggest: strings.TrimSpace(f.Suggest), Rule: f.Rule,
		})
	}
}
