package documents

import (
	"fmt"
	"slices"

	"github.com/oncalm/oncalm/cmd/oncalm/cli"
	"github.com/oncalm/oncalm/postmortems/lint"
	"github.com/oncalm/oncalm/postmortems/lint/grammar"
	"github.com/oncalm/oncalm/postmortems/lint/sarif"
	"github.com/oncalm/oncalm/text"
)

// LintCommand is oncalm postmortem lint. It reads no configuration: the names of people are given, or not looked for.
type LintCommand struct {
	cli.JSONFlag
	SARIF  bool     `name:"sarif" help:"Print SARIF 2.1.0, for CI."`
	Words  []string `placeholder:"FILE" help:"More words and rules, written as the program's own."`
	Person []string `placeholder:"NAME" help:"Somebody who may be in the text."`
	File   string   `arg:"" help:"The text, in Markdown; - is the standard input."`
}

// Limits of what is read. In bytes. A postmortem has some ten thousand; what is larger is another file.
const (
	largestText  = 16 << 20
	largestWords = 1 << 20
)

// Run says what a text could say better. It exits with 1 if there is a finding of level error.
func (c *LintCommand) Run(s *cli.Session) error {
	if c.JSON && c.SARIF {
		return cli.End(cli.ExitUsage, "-json and -sarif are two forms", "choose one of them")
	}
	l, err := c.linter(s)
	if err != nil {
		return err
	}
	text, err := s.ReadFile(c.File, largestText, "give one document")
	if err != nil {
		return err
	}
	found := l.Text(text, c.Person)
	if err := c.print(s, l, text, found); err != nil {
		return err
	}
	if slices.ContainsFunc(found, func(f lint.Finding) bool { return f.Level == lint.Error }) {
		return cli.Ended(cli.ExitNo)
	}
	return nil
}

// linter reads the words of the program, and the files of words that were named. A mistake in one of them names that file.
func (c *LintCommand) linter(s *cli.Session) (*lint.Linter, error) {
	var more []string
	for _, name := range c.Words {
		words, err := s.ReadFile(name, largestWords, "give a file of words")
		if err != nil {
			return nil, err
		}
		if _, err := grammar.Parse(string(words)); err != nil {
			return nil, cli.End(cli.ExitUsage, name+" cannot be used: "+text.Line(err.Error()), "correct it")
		}
		more = append(more, string(words))
	}
	return lint.New(more...)
}

// print shows the findings as compilers do, so that editors can go to them: file, line and column in front. Findings are no
// error of the program, so all forms go to the standard output.
func (c *LintCommand) print(s *cli.Session, l *lint.Linter, content []byte, found []lint.Finding) error {
	name := c.File
	if name == "-" {
		name = "stdin"
	}
	switch {
	case c.JSON:
		return s.JSON(found)
	case c.SARIF:
		out, err := sarif.Write(name, content, l.Rules(), found)
		if err == nil {
			s.Printf("%s", out)
		}
		return err
	}
	for _, f := range found {
		s.Printf("%s:%d:%d: %s %s “%s”; %s", text.Line(name), f.Line, f.Column, f.Level, f.Rule,
			text.Clip(text.Line(f.Text), 80), f.Suggest)
	}
	s.Printf("%s: %s", text.Line(name), sum(found))
	return nil
}

// sum counts findings by level.
func sum(found []lint.Finding) string {
	var parts []string
	for _, level := range []string{lint.Error, lint.Warn, lint.Info} {
		n := 0
		for _, f := range found {
			if f.Level == level {
				n++
			}
		}
		if n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, level))
		}
	}
	if len(parts) == 0 {
		return "nothing to suggest"
	}
	return text.List(parts, "and")
}
