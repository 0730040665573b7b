package main

import (
	"fmt"

	"github.com/oncalm/oncalm/cmd/oncalm/config"
)

type checkCommand struct {
	configFlag
	jsonFlag
}

// Run says what is wrong with a configuration, all at once. Warnings alone are no
// reason for a "no".
func (c *checkCommand) Run(s *session) error {
	_, problems := config.Load(c.Config, s.env, s.now)
	if c.JSON {
		if err := s.json(problems); err != nil {
			return err
		}
	}
	for _, p := range problems {
		if p.Line == 0 { // there is no file
			return &refused{problems}
		}
		if !c.JSON {
			s.printf("%s", p)
		}
	}
	errors, warnings := len(problems.Errors()), len(problems.Warnings())
	if errors > 0 {
		return ended(exitNo)
	}
	if !c.JSON {
		s.printf("%s is fine%s", c.Config, but(warnings))
	}
	return nil
}

func but(warnings int) string {
	switch warnings {
	case 0:
		return ""
	case 1:
		return ", with 1 warning"
	}
	return fmt.Sprintf(", with %d warnings", warnings)
}
