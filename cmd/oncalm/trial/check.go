// Package trial is the commands that try a configuration: what is wrong with it, whom it would page, how it judges a
// message, and which Slack app it needs. Nothing is sent, and nothing is written.
//
// They run the code of the server on values of the file: the checks of package config, [rehearsal.Of],
// [alarms.Classify]. A model of it beside it would be right only until one of the two changes. Where an answer depends on
// what people did, such as overrides and silences, the store is read, or the server that holds it; if neither can be, the
// answer says on the standard error what it leaves out.
package trial

import (
	"fmt"

	"github.com/oncalm/oncalm/cmd/oncalm/cli"
	"github.com/oncalm/oncalm/cmd/oncalm/config"
)

// CheckCommand is oncalm check.
type CheckCommand struct {
	cli.ConfigFlag
	cli.JSONFlag
}

// Run says what is wrong with a configuration, all at once. Warnings alone are no
// reason for a "no". In JSON there are the same problems in the same order, also if there are none.
func (c *CheckCommand) Run(s *cli.Session) error {
	_, problems := config.Load(c.Config, s.Env, s.Now)
	if c.JSON {
		if err := s.JSON(problems); err != nil {
			return err
		}
	}
	for _, p := range problems {
		if p.Line == 0 { // there is no file
			return &cli.Refused{Problems: problems}
		}
		if !c.JSON {
			s.Printf("%s", p)
		}
	}
	errors, warnings := len(problems.Errors()), len(problems.Warnings())
	if errors > 0 {
		return cli.Ended(cli.ExitNo)
	}
	if !c.JSON {
		s.Printf("%s is fine%s", c.Config, but(warnings))
	}
	return nil
}

// but is what stands behind "is fine" if there are warnings.
func but(warnings int) string {
	switch warnings {
	case 0:
		return ""
	case 1:
		return ", with 1 warning"
	}
	return fmt.Sprintf(", with %d warnings", warnings)
}
