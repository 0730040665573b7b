package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/cmd/oncalm/cli"
	"github.com/oncalm/oncalm/cmd/oncalm/shifts"
	"github.com/oncalm/oncalm/overrides"
	"github.com/oncalm/oncalm/rotations"
	"github.com/oncalm/oncalm/rotations/civil"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/bolt"
)

const fairText = `
store: oncalm.db
people: {ana: {slack: U0ANA}, bo: {slack: U0BO}, cy: {slack: U0CY}}
schedules:
  payments:
    zone: UTC
    layers:
      - {name: primary, people: [ana, bo], start: 2026-01-05T00:00, shift: 1w}
`

// TestFairnessCountsTheStore makes an override as the chat does, and looks for it in what was worked.
func TestFairnessCountsTheStore(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "oncalm.yaml")
	if err := os.WriteFile(file, []byte(fairText), 0o600); err != nil {
		t.Fatal(err)
	}
	worked := func() (map[string]float64, string, int) {
		var out, errs bytes.Buffer
		code := run(t.Context(), []string{
			"shifts", "-fairness", "-config", file, "-from", "2026-01-05T00:00:00Z", "-to", "2026-01-19T00:00:00Z", "-json",
		}, func(string) (string, bool) { return "", false }, strings.NewReader(""), &out, &errs)
		var all []shifts.Fairness
		hours := map[string]float64{}
		if code == cli.ExitFine {
			if err := json.Unmarshal(out.Bytes(), &all); err != nil {
				t.Fatal(err)
			}
			for _, p := range all[0].People {
				hours[p.Person] = p.Worked.Hours
			}
		}
		return hours, errs.String(), code
	}
	if got, said, code := worked(); code != cli.ExitFine || !cmp.Equal(got, map[string]float64{"ana": 168, "bo": 168}) {
		t.Errorf("without a store: %v, %d, %s", got, code, said)
	}
	db, err := cli.OpenStore(t.Context(), filepath.Join(dir, "oncalm.db"), bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	start := time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)
	book := &overrides.Book{
		Schedules: map[string]rotations.Schedule{"payments": {Name: "payments", Zone: time.UTC, Layers: []rotations.Layer{{
			Name: "primary", People: rotations.Turns("ana", "bo"), Start: civil.Of(start),
			Shift: rotations.Length{N: 1, Unit: rotations.Week},
		}}}},
		Known: func(string) bool { return true },
	}
	err = db.Update(t.Context(), func(tx store.Tx) error {
		_, err := book.Make(tx, start, "ana", "1", overrides.HowOverride,
			rotations.Override{Schedule: "payments", Person: "cy", For: "ana", From: start, To: start.Add(8 * time.Hour)})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if got, said, code := worked(); code != cli.ExitInUse || !strings.Contains(said, "in use") {
		t.Errorf("while something else has the store: %v, %d, %s", got, code, said)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if got, said, code := worked(); code != cli.ExitFine || !cmp.Equal(got, map[string]float64{"ana": 160, "bo": 168, "cy": 8}) {
		t.Errorf("with a store: %v, %d, %s", got, code, said)
	}
}
