// Package documents is oncalm postmortem: it prints the document of an incident, and looks through texts for blame. The
// former needs a store or an archive (package records), the latter a text and nothing else, so that it can run in CI.
package documents

import "github.com/oncalm/oncalm/cmd/oncalm/records"

// Command is oncalm postmortem. Without the name of a sub-command it shows the document of an incident.
type Command struct {
	Show   records.PostmortemCommand `cmd:"" default:"withargs" help:"Make a document from an incident's timeline (the word show may be left out)."`
	Lint   LintCommand               `cmd:"" help:"Say where a text blames a person, and which action items nobody will be able to close."`
	Import ImportCommand             `cmd:"" help:"Record what was written in a document: it is in the document from then on."`
}
