// Package cli is one call of the program: what it was given, where it answers, and how it ends. All that commands share stands here, so that they
// find the store in the same way, say what is wrong in the same words, and end with the same codes.
package cli

import (
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/oncalm/oncalm/cmd/oncalm/config/reading"
	"github.com/oncalm/oncalm/nearest"
)

// Flags that several commands share.
type (
	// ConfigFlag names the configuration.
	ConfigFlag struct {
		Config string `default:"oncalm.yaml" placeholder:"FILE" help:"The configuration (default: oncalm.yaml)."`
	}
	// StoreFlag names the store.
	StoreFlag struct {
		ConfigFlag
		Store string `placeholder:"FILE" help:"The store, instead of the one that the configuration names."`
	}
	// JSONFlag asks for an answer that programs read.
	JSONFlag struct {
		JSON bool `name:"json" help:"Print JSON."`
	}
)

// A Session is one call of the program: what it was given and where it answers.
type Session struct {
	Env    func(string) (string, bool)
	Now    time.Time // when it was called
	Stdin  io.Reader
	Stdout io.Writer
	Stderr io.Writer

	Warnings reading.Problems // of the configuration that was loaded last
}

// Unknown says that there is no what of that name.
func Unknown(what, name string, names []string) error {
	todo := "there are: " + strings.Join(names, ", ")
	if near := nearest.Of(name, names); near != "" {
		todo = "did you mean " + near + "?"
	} else if len(names) == 0 {
		todo = "there is none in the configuration"
	}
	return End(ExitUsage, "there is no "+what+" "+Quoted(name), todo)
}

// Quoted shows a word from outside on one line.
func Quoted(s string) string { return strconv.Quote(s) }
