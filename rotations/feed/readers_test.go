package feed

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/rotations"
	"github.com/oncalm/oncalm/rotations/rotationstest"
)

// read is an entry as another program read it.
type read struct{ UID, From, To, Summary, Description string }

// python finds an interpreter that has the module: the system's own, or the first in the path.
func python(t *testing.T) []string {
	for _, exe := range []string{"/usr/bin/python3", "python3"} {
		if exec.CommandContext(t.Context(), exe, "-c", "import recurring_ical_events").Run() == nil {
			return []string{exe, filepath.Join("testdata", "read.py")}
		}
	}
	t.Skip("no python3 with recurring_ical_events: scripts/setup calendars installs it")
	return nil
}

// node finds Node and the module, which scripts/setup leaves in the cache.
func node(t *testing.T) []string {
	modules, err := filepath.Abs(filepath.Join("..", "..", ".cache", "node", "node_modules"))
	if err != nil {
		t.Fatal(err)
	}
	exe, err := exec.LookPath("node")
	if _, missing := os.Stat(filepath.Join(modules, "ical-expander")); err != nil || missing != nil {
		t.Skip("no node with ical-expander: scripts/setup calendars installs it where npm is")
	}
	t.Setenv("NODE_PATH", modules)
	return []string{exe, filepath.Join("testdata", "read.js")}
}

// TestReaders gives calendars around clock changes to programs that others wrote, and compares what they read.
func TestReaders(t *testing.T) {
	readers := []struct {
		name string
		find func(*testing.T) []string
	}{{"python3-recurring-ical-events", python}, {"ical-expander", node}}
	for _, r := range readers {
		t.Run(r.name, func(t *testing.T) {
			command := r.find(t)
			for _, tt := range []struct{ zone, from, to string }{
				{"Europe/Berlin", "20260316", "20260406"},
				{"Europe/Berlin", "20261019", "20261102"},
				{"Australia/Lord_Howe", "20260928", "20261012"},
				{"America/Santiago", "20260831", "20260914"},
			} {
				s, overrides := payments(tt.zone)
				readBack(t, command, s, overrides, tt.from, tt.to)
			}
			readBack(t, command, rotations.Schedule{Name: "a,b;c\\d\r\n", Layers: []rotations.Layer{{
				Name: "läyer: \"1\"", Start: rotationstest.Civil("2026-01-01T00:00"), Shift: rotations.Length{N: 1, Unit: rotations.Day},
				People: rotations.Turns(slices.DeleteFunc(slices.Clone(hostile),
					func(name string) bool { return line(name) == "" })...),
			}}}, nil, "20260401", "20260501")
		})
	}
}

func readBack(t *testing.T, command []string, s rotations.Schedule, overrides []rotations.Override, from, to string) {
	t.Helper()
	span := Span{Cut: true}
	for at, text := range map[*time.Time]string{&span.From: from, &span.To: to} {
		var err error
		if *at, err = time.Parse("20060102", text); err != nil {
			t.Fatal(err)
		}
	}
	entries := OfSchedule(s, overrides, span)
	var want []read
	for _, e := range entries {
		want = append(want, read{e.UID, e.From.UTC().Format(time.RFC3339), e.To.UTC().Format(time.RFC3339), e.Summary,
			e.Description})
	}
	// #nosec G204 -- the command is one of two above
	cmd := exec.CommandContext(t.Context(), command[0], append(slices.Clone(command[1:]), from, to)...)
	cmd.Stdin = strings.NewReader(written(t, Calendar{Name: s.Name, Zone: s.Zone, Stamp: span.From, Entries: entries}))
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, stderr.String())
	}
	var got []read
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatal(err)
	}
	if len(want) < 10 {
		t.Errorf("only %d shifts to read", len(want))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s from %s (-want +got):\n%s", s.Zone, from, diff)
	}
}
