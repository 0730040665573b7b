package main

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestAnswersComeAfterTheDisk looks at the order of system calls: what SNS and people
// are told is so was on disk before they were told.
func TestAnswersComeAfterTheDisk(t *testing.T) {
	for _, broken := range answeredEarly(t, "plain") {
		t.Error(broken)
	}
}

// TestAnswersComeAfterTheDiskControl shows that a program is found out that answers
// before it has written.
func TestAnswersComeAfterTheDiskControl(t *testing.T) {
	found := answeredEarly(t, "hasty")
	if len(found) == 0 {
		t.Error("a program that answers before it has written was not found out")
	}
	t.Logf("%d of its answers came early", len(found))
}

// answeredEarly plays the script under strace, and returns which answers came too early.
func answeredEarly(t *testing.T, kind string) (broken []string) {
	t.Helper()
	strace := needStrace(t)
	s := newScript(t, newMail(t))
	s.kind = kind
	log := s.path("trace")
	s.wrap = []string{strace, "-D", "-f", "-qq", "-s", "100000", "-o", log, "-e", "trace=pwrite64,fdatasync,write"}
	if !s.firstLife() {
		t.Fatalf("%q was not confirmed:\n%s", s.waitsFor(), s.logs)
	}
	text, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	seen := readTrace(string(text))
	for n, id := range s.mail.messageIDs {
		if err := seen.inOrder(id, `{\"status\":\"accepted\"}`, n); err != nil {
			broken = append(broken, fmt.Sprintf("I2: the 200 for alarm %d: %v", n+1, err))
		}
	}
	for n, event := range []string{"acknowledged", "escalated"} {
		if err := seen.inOrder(`\"kind\":\"`+event+`\"`, "You "+event, 0); err != nil {
			broken = append(broken, fmt.Sprintf("I2: answer %d to a person: %v", n+1, err))
		}
	}
	return broken
}

// traced is what a program did, in order: pages written, syncs that had ended, answers
// that were begun.
type traced []struct{ call, text string }

var (
	tracedCall = regexp.MustCompile(`^\d+ +(pwrite64|fdatasync|write)\(`)
	tracedEnd  = regexp.MustCompile(`^\d+ +<\.\.\. fdatasync resumed>`)
)

func readTrace(text string) (seen traced) {
	for line := range strings.Lines(text) {
		m := tracedCall.FindStringSubmatch(line)
		switch {
		case tracedEnd.MatchString(line):
			m = []string{"", "fdatasync"}
		case m == nil, m[1] == "fdatasync" && strings.Contains(line, "<unfinished"):
			continue
		}
		seen = append(seen, struct{ call, text string }{m[1], line})
	}
	return seen
}

// next is the first place from a place on where such a call was made, or -1.
func (seen traced) next(from int, call string, is func(text string) bool) int {
	for n := max(from, 0); n < len(seen); n++ {
		if seen[n].call == call && is(seen[n].text) {
			return n
		}
	}
	return -1
}

func containing(part string) func(string) bool {
	return func(text string) bool { return strings.Contains(text, part) }
}

func anything(string) bool { return true }

// metaPage is a write of one of the two pages that say which others count.
var metaPage = regexp.MustCompile(fmt.Sprintf(`, (0|%d)\)? +(=|<unfinished)`, os.Getpagesize()))

// inOrder says whether data was written, synced, made to count, and synced again, all
// before the answer (after so many others like it) was begun.
func (seen traced) inOrder(data, answer string, others int) error {
	answered := seen.next(0, "write", containing(answer))
	for ; others > 0; others-- {
		answered = seen.next(answered+1, "write", containing(answer))
	}
	if answered < 0 {
		return errors.New("there is none")
	}
	at := -1
	for _, step := range []struct {
		what, call string
		is         func(string) bool
	}{
		{"was written", "pwrite64", containing(data)},
		{"was synced", "fdatasync", anything},
		{"was made to count", "pwrite64", metaPage.MatchString},
		{"was synced as counting", "fdatasync", anything},
	} {
		at = seen.next(at+1, step.call, step.is)
		if at < 0 || at > answered {
			return fmt.Errorf("began before what it says %s", step.what)
		}
	}
	return nil
}
