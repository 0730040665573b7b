package cli

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
	"github.com/oncalm/oncalm/store/bolt/disk"
)

// Exit codes.
const (
	ExitFine        = 0
	ExitNo          = 1   // the answer is no
	ExitUsage       = 2   // wrong usage or configuration
	ExitInUse       = 3   // another process has the store
	ExitDamaged     = 4   // the store is damaged
	ExitNewer       = 5   // the store was written by a newer version
	ExitUnknown     = 75  // nobody knows what is durable: start again
	ExitInterrupted = 130 // it was told to end
)

// A Stop ends the program with an exit code, and with a line that says what is wrong and
// what to do about it; without what nothing more is said.
type Stop struct {
	Code int
	What string
	Todo string
}

// End is a [Stop] that says what is wrong and what to do about it.
func End(code int, what, todo string) *Stop { return &Stop{code, what, todo} }

func (e *Stop) Error() string {
	if e.Todo == "" {
		return e.What
	}
	return e.What + ": " + e.Todo
}

// Ended is the result of a command that has said all itself.
func Ended(code int) error {
	if code == ExitFine {
		return nil
	}
	return &Stop{Code: code}
}

// Refused is the error for a configuration that cannot be used.
type Refused struct{ Problems reading.Problems }

func (e *Refused) Error() string { return e.Problems.String() }

// Fail says what went wrong, if anything did, and returns the exit code.
func (s *Session) Fail(err error) int {
	if err == nil {
		return ExitFine
	}
	if r, ok := errors.AsType[*Refused](err); ok {
		for _, p := range r.Problems {
			s.Complain(p.String())
		}
		return ExitUsage
	}
	end := Explain(err)
	if end.What != "" {
		s.Complain(end.Error())
	}
	return end.Code
}

// Complain says what is wrong, on one line.
func (s *Session) Complain(line string) {
	_, _ = fmt.Fprintln(s.Stderr, "oncalm: "+strings.ReplaceAll(line, "\n", "; "))
}

// Explain is the one table from errors to exit codes and remedies.
func Explain(err error) *Stop {
	if end, ok := errors.AsType[*Stop](err); ok {
		return end
	}
	if nowhere, ok := errors.AsType[*disk.Dangling](err); ok {
		return End(ExitUsage, nowhere.Error(), "mount the disk that it leads to, or remove the link")
	}
	for _, known := range []struct {
		err  error
		code int
		todo string
	}{
		{store.ErrInUse, ExitInUse, "stop that process first"},
		{store.ErrNewer, ExitNewer, "use that version, or restore a backup from before it"},
		{store.ErrDamaged, ExitDamaged,
			"the file was left as it is; put a backup in its place with: oncalm restore -force BACKUP"},
		{store.ErrGone, ExitUnknown, "put it back, or restore a copy with: oncalm restore -force; then start again"},
		{store.ErrUnknownOutcome, ExitUnknown, "check the disk, and start again to read what was really written"},
		{store.ErrFull, ExitNo, "free some disk space"},
		{ops.ErrLongPath, ExitUsage, "keep the store in a folder with a shorter path"},
		{syscall.EIO, ExitNo, "check the disk"},
		{syscall.ELOOP, ExitUsage, "a link is in the place of one of the store's files: remove it"},
		{syscall.EXDEV, ExitUsage, "the file is mounted by itself, and cannot be replaced: mount its folder instead"},
		{syscall.EBUSY, ExitUsage, "the file is mounted by itself, and cannot be replaced: mount its folder instead"},
		{syscall.EROFS, ExitUsage, "mount it for writing, or keep the store elsewhere"},
		{fs.ErrNotExist, ExitUsage, "correct the path"},
		{fs.ErrPermission, ExitUsage, "run it as the user that owns it"},
	} {
		if errors.Is(err, known.err) {
			return End(known.code, err.Error(), known.todo)
		}
	}
	return &Stop{Code: ExitNo, What: err.Error()}
}

// Load reads the configuration, as far as a command needs it. An error in another
// section is none for it; no sections mean all of them.
func (s *Session) Load(path string, sections ...string) (*config.Config, error) {
	c, problems := config.Load(path, s.Env, s.Now)
	if len(sections) > 0 {
		problems = problems.In(config.Sections(), sections...)
	}
	if errs := problems.Errors(); len(errs) > 0 {
		return nil, &Refused{errs}
	}
	s.Warnings = problems.Warnings()
	return c, nil
}

// Printf prints a line of an answer. What nobody reads any more is no failure.
func (s *Session) Printf(format string, args ...any) {
	_, _ = fmt.Fprintf(s.Stdout, format+"\n", args...)
}

// JSON prints v on one line.
func (s *Session) JSON(v any) error {
	enc := json.NewEncoder(s.Stdout)
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

// Table prints rows under a heading, in columns.
func (s *Session) Table(rows [][]string) {
	w := tabwriter.NewWriter(s.Stdout, 0, 0, 2, ' ', 0)
	for _, row := range rows {
		_, _ = fmt.Fprintln(w, strings.Join(row, "\t"))
	}
	_ = w.Flush()
}

// Instant is a time given as a flag.
type Instant struct{ time.Time }

// UnmarshalText reads RFC 3339.
func (t *Instant) UnmarshalText(text []byte) error {
	at, err := time.Parse(time.RFC3339, string(text))
	if err != nil {
		return fmt.Errorf("%q is not a time such as 2026-03-29T02:30:00+01:00", text)
	}
	t.Time = at
	return nil
}

// Or returns the time, or another if none was given.
func (t Instant) Or(other time.Time) time.Time {
	if t.IsZero() {
		return other
	}
	return t.Time
}

// Maybe is a time in JSON: null if there is none.
func Maybe(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	text := t.Format(time.RFC3339)
	return &text
}

// SpokenTime is how a time is shown to people.
const SpokenTime = "Mon 2006-01-02 15:04 MST"
