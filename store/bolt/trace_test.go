package bolt

import (
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// change is something that a process did to a disk, or said.
type change struct {
	kind string // write, size, sync, rename, ack
	file int    // which, however it is named; 0 is the directory
	off  int64  // of a write; the size
	data []byte // of a write
	old  string // of a rename
	name string // of a rename
	n    int    // of an ack
}

// tracer makes changes of what strace has seen.
type tracer struct {
	dir     string
	files   map[string]int // by name
	open    map[string]int // by descriptor
	begun   map[string]call
	changes []change
}

// call is a system call with its arguments as strace writes them.
type call struct {
	name   string
	args   []string
	result string
}

var (
	wholeCall   = regexp.MustCompile(`^(\d+) +(\w+)\((.*)\) += (-?\w+)`)
	beginOfCall = regexp.MustCompile(`^(\d+) +(\w+)\((.*) <unfinished \.\.\.>$`)
	endOfCall   = regexp.MustCompile(`^(\d+) +<\.\.\. (\w+) resumed>(.*)\) += (-?\w+)`)
)

// record runs a script under strace and returns what it did, and how many steps it was
// answered.
func record(t *testing.T, strace string, options ...string) (name string, changes []change) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "oncalm.db")
	log := path + ".trace"
	cmd := child("script", path, options, strace, "-f", "-qq", "-xx", "-s", "10000000", "-o", log,
		"-e", "trace=openat,close,pwrite64,write,ftruncate,fsync,fdatasync,?rename,?renameat,?renameat2")
	if said, err := cmd.CombinedOutput(); err != nil || acked(string(said)) != steps {
		t.Fatalf("the script: %v\n%s", err, said)
	}
	text, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	tr := tracer{dir: filepath.Dir(path), files: map[string]int{filepath.Dir(path): 0}, open: map[string]int{},
		begun: map[string]call{}}
	for line := range strings.Lines(string(text)) {
		if err := tr.line(strings.TrimSuffix(line, "\n")); err != nil {
			t.Fatalf("%v in %.200s", err, line)
		}
	}
	return path, tr.changes
}

// line takes one line of strace. Calls that others interrupt come in two parts. Bytes
// may be on their way as soon as a write begins, but have arrived only when a sync ends.
func (tr *tracer) line(line string) error {
	if m := wholeCall.FindStringSubmatch(line); m != nil {
		return tr.call(call{m[2], strings.Split(m[3], ", "), m[4]})
	}
	if m := beginOfCall.FindStringSubmatch(line); m != nil {
		c := call{name: m[2], args: strings.Split(strings.TrimSuffix(m[3], ","), ", ")}
		switch c.name {
		case "pwrite64", "write", "ftruncate":
			return tr.call(c)
		}
		tr.begun[m[1]] = c
		return nil
	}
	if m := endOfCall.FindStringSubmatch(line); m != nil {
		c, ok := tr.begun[m[1]]
		if !ok {
			return nil
		}
		delete(tr.begun, m[1])
		if rest := strings.TrimPrefix(m[3], ", "); rest != "" {
			c.args = append(c.args, strings.Split(rest, ", ")...)
		}
		c.result = m[4]
		return tr.call(c)
	}
	return nil // an exit, a signal
}

func (tr *tracer) call(c call) (err error) {
	if strings.HasPrefix(c.result, "-") {
		return nil // it failed
	}
	switch c.name {
	case "openat":
		return tr.openat(c)
	case "close":
		delete(tr.open, c.args[0])
		return nil
	case "write":
		return tr.write(c)
	case "rename", "renameat", "renameat2":
		return tr.rename(c)
	}
	file, ours := tr.open[c.args[0]]
	if !ours {
		return nil
	}
	ch := change{kind: "sync", file: file}
	switch c.name {
	case "pwrite64":
		ch.kind = "write"
		if ch.data, err = unhex(c.args[1]); err == nil {
			ch.off, err = strconv.ParseInt(c.args[3], 10, 64)
		}
	case "ftruncate":
		ch.kind = "size"
		ch.off, err = strconv.ParseInt(c.args[1], 10, 64)
	}
	tr.changes = append(tr.changes, ch)
	return err
}

// openat notes the descriptors of the directory and of the store under its names.
func (tr *tracer) openat(c call) error {
	b, err := unhex(c.args[1])
	if err != nil {
		return err
	}
	name := string(b)
	if !strings.HasPrefix(name, tr.dir) || strings.HasSuffix(name, ".lock") {
		delete(tr.open, c.result)
		return nil
	}
	file, known := tr.files[name]
	if !known {
		file = len(tr.files)
		tr.files[name] = file
	}
	tr.open[c.result] = file
	return nil
}

// write notes what the script says.
func (tr *tracer) write(c call) error {
	b, err := unhex(c.args[1])
	if n, ok := strings.CutPrefix(string(b), "ack "); ok && err == nil {
		var step int
		step, err = strconv.Atoi(strings.TrimSpace(n))
		tr.changes = append(tr.changes, change{kind: "ack", n: step})
	}
	return err
}

func (tr *tracer) rename(c call) error {
	var names []string
	for _, arg := range c.args {
		if strings.HasPrefix(arg, `"`) {
			b, err := unhex(arg)
			if err != nil {
				return err
			}
			names = append(names, string(b))
		}
	}
	if len(names) != 2 {
		return fmt.Errorf("%d names", len(names))
	}
	tr.files[names[1]] = tr.files[names[0]]
	delete(tr.files, names[0])
	tr.changes = append(tr.changes, change{kind: "rename", old: names[0], name: names[1], file: tr.files[names[1]]})
	return nil
}

// unhex reads a string as strace -xx writes it.
func unhex(arg string) ([]byte, error) {
	return hex.DecodeString(strings.ReplaceAll(strings.Trim(arg, `"`), `\x`, ""))
}
