package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestPostmortemIsWritten: the document lies in the directory when the incident is over, and again after each edit; what people write in
// the file is in Slack, too.
func TestPostmortemIsWritten(t *testing.T) {
	play(t, func(w *world) {
		dir := filepath.Join(w.dir, "documents")
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		w.Reload("store: oncalm.db", "store: oncalm.db\npostmortems: {directory: documents}")
		only := func() string {
			t.Helper()
			names, err := filepath.Glob(filepath.Join(dir, "*"))
			if err != nil || len(names) != 1 {
				t.Fatal(names, err)
			}
			return names[0]
		}
		read := func() string {
			t.Helper()
			text, err := os.ReadFile(only())
			if err != nil {
				t.Fatal(err)
			}
			return string(text)
		}
		w.Alarm("checkout-5xx")
		w.Wait(time.Minute)
		if names, err := filepath.Glob(filepath.Join(dir, "*")); err != nil || len(names) > 0 {
			t.Fatalf("%v is there while it goes on (%v)", names, err)
		}
		w.Says("ana", "/incident", "resolve 1 anyway it was the pool")
		w.Wait(time.Minute)
		if !strings.HasSuffix(only(), "-1-checkout-5xx.md") || !strings.Contains(read(), "it was the pool") || strings.Contains(read(), "ana") {
			t.Errorf("%s:\n%s", only(), read())
		}
		w.Says("ana", "/incident", "write 1 lucky The sale began later.")
		w.Wait(time.Minute)
		if !strings.Contains(read(), "\nThe sale began later.\n") {
			t.Error(read())
		}
		edited := strings.Replace(read(), "<!-- oncalm: learned e0 -->\n", "<!-- oncalm: learned e0 -->\nPools end.\n", 1)
		if err := os.WriteFile(only(), []byte(edited), 0o600); err != nil {
			t.Fatal(err)
		}
		w.Says("ana", "/incident", "note 1 the pool has 200 now")
		w.Wait(time.Minute)
		if !strings.Contains(read(), "the pool has 200 now") || strings.Count(read(), "Pools end.") != 1 {
			t.Error(read())
		}
		if said := w.Says("bo", "/incident", "postmortem 1"); !strings.Contains(said, "Pools end.") {
			t.Error(said)
		}
	})
}
