package postmortems_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/postmortems"
	"github.com/oncalm/oncalm/templates"
)

var update = flag.Bool("update", false, "write the golden files anew")

func texts(t testing.TB) *templates.Set {
	t.Helper()
	set, err := templates.Load("")
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func build(s *story) postmortems.Document { return postmortems.Build(s.folded()) }

func render(t testing.TB, d postmortems.Document) string {
	t.Helper()
	text, err := postmortems.Render(d, texts(t))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func asJSON(t testing.TB, d postmortems.Document) []byte {
	t.Helper()
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	if err := enc.Encode(d); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got; go test -update writes it anew):\n%s", file, diff)
	}
}

func TestDocuments(t *testing.T) {
	for name, story := range stories() {
		t.Run(name, func(t *testing.T) {
			d := build(story(t))
			golden(t, name+".md", []byte(render(t, d)))
			if name == "long-sev1" {
				golden(t, name+".json", asJSON(t, d))
			}
		})
	}
}
