package main

import (
	"bytes"
	"context"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/oncalm/oncalm/cmd/oncalm/cli"
)

// TestACommandCanBeInterrupted: what only reads ends at once when it is told to, whatever it is at.
func TestACommandCanBeInterrupted(t *testing.T) {
	endless, write := io.Pipe() // nobody writes into it
	t.Cleanup(func() { _ = write.Close() })
	ctx, interrupt := context.WithCancel(t.Context())
	ended := make(chan int, 1)
	go func() {
		ended <- run(ctx, []string{"import", "-"}, func(string) (string, bool) { return "", false }, endless, io.Discard, io.Discard)
	}()
	select {
	case code := <-ended:
		t.Fatalf("it ended by itself with %d", code)
	default:
	}
	interrupt()
	select {
	case code := <-ended:
		if code != cli.ExitInterrupted {
			t.Errorf("exit code %d, want %d", code, cli.ExitInterrupted)
		}
	case <-time.After(10 * time.Second):
		t.Error("it goes on")
	}
}

// TestASpanIsBounded: shifts are asked for in a span that fits into memory, in every form.
func TestASpanIsBounded(t *testing.T) {
	file := t.TempDir() + "/oncalm.yaml"
	writeFile(t, file, "people: {ana: {slack: U0ANA}}\nschedules: {day: {zone: UTC, layers: [{name: all, people: [ana], start: 2026-01-05T00:00, shift: 1h}]}}\n")
	for _, form := range [][]string{nil, {"-json"}, {"-fairness"}, {"-ics"}, {"-svg"}, {"-png"}} {
		var out, errs bytes.Buffer
		args := append([]string{"shifts", "-config", file, "-schedule", "day", "-from", "0001-01-01T00:00:00Z", "-to", "9999-01-01T00:00:00Z"}, form...)
		code := run(t.Context(), args, func(string) (string, bool) { return "", false }, strings.NewReader(""), &out, &errs)
		if want := "oncalm: the span is longer than 20 years: ask for one part after the other\n"; code != cli.ExitUsage || errs.String() != want || out.Len() > 0 {
			t.Errorf("%v: %d, %q, %d bytes", form, code, errs.String(), out.Len())
		}
	}
}
