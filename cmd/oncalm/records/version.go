package records

import (
	"cmp"
	"runtime"
	"runtime/debug"

	"github.com/oncalm/oncalm/cmd/oncalm/cli"
)

// VersionCommand is oncalm version.
type VersionCommand struct{ cli.JSONFlag }

// Built is the version that the linker was given, for builds that do not see version control; empty if it was given none.
type Built string

// version tells what the program was built from. A build that left that out says so.
type version struct {
	Version  string `json:"version"`
	Commit   string `json:"commit"` // empty if unknown
	Modified bool   `json:"modified"`
	Go       string `json:"go"`
	Platform string `json:"platform"`
}

// thisVersion is what Go has noted in the program (runtime/debug), unless the linker was given a version.
func thisVersion(built Built) version {
	v := version{Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		info = &debug.BuildInfo{}
	}
	v.Version = cmp.Or(string(built), info.Main.Version, "(devel)")
	for _, setting := range info.Settings {
		switch setting.Key {
		case "vcs.revision":
			v.Commit = setting.Value
		case "vcs.modified":
			v.Modified = setting.Value == "true"
		}
	}
	return v
}

// Run prints the version.
func (c *VersionCommand) Run(s *cli.Session, built Built) error {
	v := thisVersion(built)
	if c.JSON {
		return s.JSON(v)
	}
	line := "oncalm " + v.Version
	if v.Commit != "" {
		line += " (" + v.Commit + ")"
	}
	s.Printf("%s, %s, %s", line, v.Go, v.Platform)
	return nil
}
