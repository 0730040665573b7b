package documents

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"github.com/oncalm/oncalm/cmd/oncalm/cli"
	"github.com/oncalm/oncalm/cmd/oncalm/records"
	"github.com/oncalm/oncalm/cmd/oncalm/remote"
	"github.com/oncalm/oncalm/postmortems"
	"github.com/oncalm/oncalm/postmortems/markdown"
	"github.com/oncalm/oncalm/text"
)

// ImportCommand is oncalm postmortem import.
type ImportCommand struct {
	remote.Hand
	File string `arg:"" help:"The document, as oncalm postmortem has printed it, with what was written between its marks; - is the standard input."`
}

// titleLine says which incident a document is of.
var titleLine = regexp.MustCompile(`(?m)^# .*?\bincident (\d+)\b`)

// digestLine says from which timeline a document was made.
var digestLine = regexp.MustCompile(`The SHA-256 of the timeline is [0-9a-f]{64}\.`)

// Run records what was written in a document.
func (c *ImportCommand) Run(ctx context.Context, s *cli.Session, rests remote.AtRest) error {
	file, err := s.ReadFile(c.File, largestText, "give one document")
	if err != nil {
		return err
	}
	m := titleLine.FindSubmatch(file)
	if m == nil {
		return cli.End(cli.ExitUsage, text.Line(c.File)+" does not say in its title of which incident it is",
			"give a document that oncalm postmortem has printed")
	}
	sections, err := markdown.Sections(string(file))
	if err != nil {
		return cli.End(cli.ExitUsage, text.Line(c.File)+": "+err.Error(),
			"put it back: it says where a section begins or ends")
	}
	if len(sections) == 0 {
		return cli.End(cli.ExitUsage, text.Line(c.File)+" has no marks around what people write",
			"print the document anew with oncalm postmortem, and write between <!-- oncalm: … --> and <!-- /oncalm -->")
	}
	id := string(m[1])
	c.complain(ctx, s, id, string(file))
	return c.Write(ctx, s, id, sections, rests)
}

// complain says of what was changed outside the sections that it is not taken over. It is only a hint: without the document of now
// nothing is said.
func (c *ImportCommand) complain(ctx context.Context, s *cli.Session, id, file string) {
	known := map[string]bool{}
	for _, people := range []postmortems.People{postmortems.AsRoles, postmortems.ByName} {
		now, err := records.Documents(ctx, s, c.StoreFlag, id, people)
		if err != nil {
			return
		}
		for line := range strings.Lines(string(now)) {
			known[strings.TrimSpace(line)] = true
		}
	}
	if m := digestLine.FindString(file); m == "" || !known[m] {
		return // it was printed before other things happened, and differs by them
	}
	n, first, inside := 0, 0, false
	at := 0
	for line := range strings.Lines(file) {
		at++
		line = strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(line, "<!-- oncalm: "):
			inside = true
		case line == "<!-- /oncalm -->":
			inside = false
		case !inside && line != "" && !known[line] && !strings.HasPrefix(line, "*Written by ") && !markdown.IsPicture(line):
			if n++; first == 0 {
				first = at
			}
		}
	}
	if n > 0 {
		s.Complain(fmt.Sprintf("%s:%d: %s outside the marks and not taken over: "+
			"write between <!-- oncalm: … --> and <!-- /oncalm -->",
			text.Line(c.File), first, text.Count(n, "line is different", "lines are different")))
	}
}
