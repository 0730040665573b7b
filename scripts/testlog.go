//go:build ignore

// Command testlog reads the output of go test -json and shows it as go test would: every test at the top level, what
// failing tests said, and nothing of the passing ones. At the end it lists what was skipped, with the reasons, and fails
// if the file of allowed skips does not name one of them: a test that silently did not run proves nothing.
//
//	go test -json ./... | go run scripts/testlog.go scripts/skips.txt
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: go test -json ./... | testlog FILE-OF-ALLOWED-SKIPS")
		os.Exit(2)
	}
	ok, err := run(os.Args[1], os.Stdin, os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, "testlog:", err)
	}
	if err != nil || !ok {
		os.Exit(1)
	}
}

// event is one line of go test -json.
type event struct {
	Action, Package, Test, Output string
}

// report is what has been read so far.
type report struct {
	out     io.Writer
	said    map[string][]string // output of tests that have not ended, by package and test
	passed  int
	failed  int
	skipped []string // "Test: reason"
}

func run(skips string, in io.Reader, out io.Writer) (ok bool, err error) {
	allowed, err := readSkips(skips)
	if err != nil {
		return false, err
	}
	r := &report{out: out, said: map[string][]string{}}
	lines := bufio.NewScanner(in)
	// a test may say a very long line; the Scanner's own limit is 64 KB
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var e event
		if json.Unmarshal(lines.Bytes(), &e) != nil {
			fmt.Fprintln(out, lines.Text()) // not from a test: a tool's own word
			continue
		}
		r.take(e)
	}
	if err := lines.Err(); err != nil {
		return false, err
	}
	return r.end(allowed), nil
}

// take takes an event of a test. Its output is kept until it is known how the test ends; subtests are not counted, unless
// they fail.
func (r *report) take(e event) {
	if e.Test == "" {
		r.takePackage(e)
		return
	}
	key := e.Package + "\n" + e.Test
	top := !strings.Contains(e.Test, "/")
	switch e.Action {
	case "output":
		r.said[key] = append(r.said[key], e.Output)
		return
	case "pass":
		if top {
			r.passed++
			r.print(r.said[key], true)
		}
	case "fail":
		r.failed++
		r.print(r.said[key], false)
	case "skip":
		r.print(r.said[key], true)
		r.skipped = append(r.skipped, e.Test+": "+reason(r.said[key]))
	default:
		return
	}
	delete(r.said, key)
}

// takePackage shows what go test says of a whole package. If the package failed, tests may have been cut off by a panic
// or a time limit: then what they had said is all there is.
func (r *report) takePackage(e event) {
	switch e.Action {
	case "output", "build-output":
		if e.Output != "PASS\n" {
			fmt.Fprint(r.out, e.Output)
		}
	case "fail":
		r.failed++
		for key, said := range r.said {
			if strings.HasPrefix(key, e.Package+"\n") {
				r.print(said, false)
				delete(r.said, key)
			}
		}
	}
}

// print writes the lines of a test: all that matter, or only how it ended.
func (r *report) print(said []string, onlyEnd bool) {
	for _, line := range said {
		word := strings.TrimSpace(line)
		if strings.HasPrefix(word, "=== ") || onlyEnd && !strings.HasPrefix(word, "--- ") {
			continue
		}
		fmt.Fprint(r.out, line)
	}
}

// place is the file and line that go test puts before what a test logs.
var place = regexp.MustCompile(`^\w+\.go:\d+: `)

// reason is the last thing that a skipped test said.
func reason(said []string) string {
	last := "no reason given"
	for _, line := range said {
		word := strings.TrimSpace(line)
		if word != "" && !strings.HasPrefix(word, "=== ") && !strings.HasPrefix(word, "--- ") {
			last = place.ReplaceAllString(word, "")
		}
	}
	return last
}

// end lists the skips and counts. A run without a single test that passed fails too: then nothing was tested at all.
func (r *report) end(allowed []*regexp.Regexp) bool {
	refused := 0
	for _, s := range r.skipped {
		word := "skipped, as allowed"
		if !matches(allowed, s) {
			word = "SKIPPED, NOT ALLOWED"
			refused++
		}
		fmt.Fprintf(r.out, "%s: %s\n", word, s)
	}
	fmt.Fprintf(r.out, "%d tests passed, %d failed, %d skipped\n", r.passed, r.failed, len(r.skipped))
	return r.failed == 0 && refused == 0 && r.passed > 0
}

func matches(allowed []*regexp.Regexp, s string) bool {
	for _, re := range allowed {
		if re.MatchString(s) {
			return true
		}
	}
	return false
}

// readSkips reads the allowed skips: a pattern, a tab and the reason on each line that does not begin with #.
func readSkips(name string) ([]*regexp.Regexp, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	var allowed []*regexp.Regexp
	for i, line := range strings.Split(string(text), "\n") {
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		pattern, why, _ := strings.Cut(line, "\t")
		re, err := regexp.Compile(pattern)
		if err != nil || why == "" {
			return nil, fmt.Errorf("%s:%d: want a pattern, a tab and a reason", name, i+1)
		}
		allowed = append(allowed, re)
	}
	return allowed, nil
}
