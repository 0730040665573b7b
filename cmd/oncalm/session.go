package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"

	"github.com/oncalm/oncalm/cmd/oncalm/config"
	"github.com/oncalm/oncalm/cmd/oncalm/config/reading"
	"github.com/oncalm/oncalm/ops"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/bolt"
)

// Exit codes.
const (
	exitFine        = 0
	exitNo          = 1   // the answer is no
	exitUsage       = 2   // wrong usage or configuration
	exitInUse       = 3   // another process has the store
	exitDamaged     = 4   // the store is damaged
	exitNewer       = 5   // the store was written by a newer version
	exitUnknown     = 75  // nobody knows what is durable: start again
	exitInterrupted = 130 // it was told to end
)

// stop ends the program with an exit code, and with a line that says what is wrong and
// what to do about it; without what nothing more is said.
type stop struct {
	code int
	what string
	todo string
}

func (e *stop) Error() string {
	if e.todo == "" {
		return e.what
	}
	return e.what + ": " + e.todo
}

// ended is the result of a command that has said all itself.
func ended(code int) error {
	if code == exitFine {
		return nil
	}
	return &stop{code: code}
}

// refused is the error for a configuration that cannot be used.
type refused struct{ problems reading.Problems }

func (e *refused) Error() string { return e.problems.String() }

// fail says what went wrong, if anything did, and returns the exit code.
func (s *session) fail(err error) int {
	if err == nil {
		return exitFine
	}
	if r, ok := errors.AsType[*refused](err); ok {
		for _, p := range r.problems {
			s.complain(p.String())
		}
		return exitUsage
	}
	end := explain(err)
	if end.what != "" {
		s.complain(end.Error())
	}
	return end.code
}

func (s *session) complain(line string) {
	_, _ = fmt.Fprintln(s.stderr, "oncalm: "+strings.ReplaceAll(line, "\n", "; "))
}

// explain is the one table from errors to exit codes and remedies.
func explain(err error) *stop {
	if end, ok := errors.AsType[*stop](err); ok {
		return end
	}
	if nowhere, ok := errors.AsType[*bolt.Dangling](err); ok {
		return &stop{exitUsage, nowhere.Error(), "mount the disk that it leads to, or remove the link"}
	}
	for _, known := range []struct {
		err  error
		code int
		todo string
	}{
		{store.ErrInUse, exitInUse, "stop that process first"},
		{store.ErrNewer, exitNewer, "use that version, or restore a backup from before it"},
		{store.ErrDamaged, exitDamaged, "the file was left as it is; put a backup in its place with: oncalm restore -force BACKUP"},
		{store.ErrGone, exitUnknown, "put it back, or a copy of it with: oncalm restore -force; then start again"},
		{store.ErrUnknownOutcome, exitUnknown, "look at the disk, and start again to read what is really there"},
		{store.ErrFull, exitNo, "make space"},
		{ops.ErrLongPath, exitUsage, "keep the store in a folder with a shorter path"},
		{syscall.EIO, exitNo, "look at the disk"},
		{syscall.ELOOP, exitUsage, "where a file of the store should be there is a link: remove it"},
		{syscall.EXDEV, exitUsage, "the file is mounted by itself, and cannot be replaced: mount its folder instead"},
		{syscall.EBUSY, exitUsage, "the file is mounted by itself, and cannot be replaced: mount its folder instead"},
		{syscall.EROFS, exitUsage, "mount it for writing, or keep the store elsewhere"},
		{fs.ErrNotExist, exitUsage, "correct the path"},
		{fs.ErrPermission, exitUsage, "run it as the user that owns it"},
	} {
		if errors.Is(err, known.err) {
			return &stop{known.code, err.Error(), known.todo}
		}
	}
	return &stop{code: exitNo, what: err.Error()}
}

// load reads the configuration, as far as a command needs it. An error in another
// section is none for it; no sections mean all of them.
func (s *session) load(path string, sections ...string) (*config.Config, error) {
	c, problems := config.Load(path, s.env, s.now)
	if len(sections) > 0 {
		problems = problems.In(config.Sections(), sections...)
	}
	if errs := problems.Errors(); len(errs) > 0 {
		return nil, &refused{errs}
	}
	s.warnings = problems.Warnings()
	return c, nil
}

// printf prints a line of an answer. What nobody reads any more is no failure.
func (s *session) printf(format string, args ...any) {
	_, _ = fmt.Fprintf(s.stdout, format+"\n", args...)
}

// json prints v on one line.
func (s *session) json(v any) error {
	enc := json.NewEncoder(s.stdout)
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

// table prints rows under a heading, in columns.
func (s *session) table(rows [][]string) {
	w := tabwriter.NewWriter(s.stdout, 0, 0, 2, ' ', 0)
	for _, row := range rows {
		_, _ = fmt.Fprintln(w, strings.Join(row, "\t"))
	}
	_ = w.Flush()
}

// instant is a time given as a flag.
type instant struct{ time.Time }

// UnmarshalText reads RFC 3339.
func (t *instant) UnmarshalText(text []byte) error {
	at, err := time.Parse(time.RFC3339, string(text))
	if err != nil {
		return fmt.Errorf("%q is not a time such as 2026-03-29T02:30:00+01:00", text)
	}
	t.Time = at
	return nil
}

// or returns the time, or another if none was given.
func (t instant) or(other time.Time) time.Time {
	if t.IsZero() {
		return other
	}
	return t.Time
}

// maybe is a time in JSON: null if there is none.
func maybe(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	text := t.Format(time.RFC3339)
	return &text
}

const spokenTime = "Mon 2006-01-02 15:04 MST"
