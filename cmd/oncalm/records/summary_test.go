package records

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/oncalm/oncalm/cmd/oncalm/cli"
	"github.com/oncalm/oncalm/store/record/recordtest"
)

// TestElementsAreAsEncodingJSON: whichever way an incident takes into a list, it is what encoding/json makes of it.
func TestElementsAreAsEncodingJSON(t *testing.T) {
	values := recordtest.Values[summary]()
	rapid.Check(t, func(r *rapid.T) {
		all := rapid.SliceOfN(values, 0, 3).Draw(r, "incidents")
		if all == nil {
			all = []summary{}
		}
		var want, got bytes.Buffer
		enc := json.NewEncoder(&want)
		enc.SetEscapeHTML(false)
		if enc.Encode(all) != nil {
			return // JSON has no such times
		}
		list := (&cli.Session{Stdout: &got}).Elements()
		for _, i := range all {
			if err := addTo(list, i); err != nil {
				r.Fatal(err)
			}
		}
		if err := list.End(); err != nil || got.String() != want.String() {
			r.Fatalf("%v\n%s\n%s", err, got.String(), want.String())
		}
	})
}

// TestColumns: what is longer than what sizes the columns is printed as it comes, and lines up as far as it can.
func TestColumns(t *testing.T) {
	var out bytes.Buffer
	table := (&cli.Session{Stdout: &out}).Columns("ID", "WHAT")
	for n := range 1500 {
		id := "7"
		if n == 1200 {
			id = "12345"
		}
		if err := table.Row(id, "é"); err != nil {
			t.Fatal(err)
		}
	}
	if err := table.End(); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(out.String(), "\n")
	if len(lines) != 1502 || lines[0] != "ID  WHAT" || lines[1] != "7   é" || lines[1201] != "12345  é" || lines[1500] != "7   é" {
		t.Errorf("%d lines, %q, %q, %q, %q", len(lines), lines[0], lines[1], lines[1201], lines[1500])
	}
}
