// Package transfer is oncalm import: it brings over what another on-call program has. It prints a part of a configuration,
// which somebody reads and puts into the file; what could not be brought over stands on the standard error.
package transfer

import (
	"errors"

	"github.com/oncalm/oncalm/cmd/oncalm/cli"
	"github.com/oncalm/oncalm/cmd/oncalm/importing"
	"github.com/oncalm/oncalm/cmd/oncalm/importing/plan"
)

// ImportCommand is oncalm import.
type ImportCommand struct {
	Files []string `arg:"" name:"file" help:"A calendar, or schedules of PagerDuty, Opsgenie or Grafana OnCall as JSON; - is the standard input."`
}

// largestImport is how much is read of a file. In bytes, so that a wrong file does not fill the memory.
const largestImport = 64 << 20

// Run turns schedules of other programs into a part of a configuration.
func (c *ImportCommand) Run(s *cli.Session) error {
	var files []importing.File
	for _, name := range c.Files {
		data, err := s.ReadFile(name, largestImport, "give the export only")
		if err != nil {
			return err
		}
		files = append(files, importing.File{Name: name, Data: data})
	}
	made, err := importing.Read(files, s.Now)
	switch {
	case errors.Is(err, plan.ErrForm):
		return cli.End(cli.ExitUsage, err.Error(), "give another file")
	case err != nil:
		return &cli.Stop{Code: cli.ExitNo, What: err.Error()}
	}
	for _, note := range made.Notes {
		s.Complain(note)
	}
	_, err = s.Stdout.Write(made.YAML())
	return err
}
