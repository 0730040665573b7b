package markdown_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/changes"
	"github.com/oncalm/oncalm/postmortems"
	"github.com/oncalm/oncalm/postmortems/document"
	"github.com/oncalm/oncalm/postmortems/evidence"
	"github.com/oncalm/oncalm/postmortems/markdown"
	"github.com/oncalm/oncalm/postmortems/storytest"
	"github.com/oncalm/oncalm/templates"
)

// shaped is a story's document without names, in a shape.
func shaped(t testing.TB, set *templates.Set, story, shape string) string {
	t.Helper()
	i, events := storytest.Stories()[story](t).Folded()
	around := evidence.Around{Changes: []changes.Change{}, Past: []evidence.Earlier{}}
	d := postmortems.Make(i, events, around, postmortems.AsRoles)
	text, err := markdown.RenderAs(d, set, shape)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// headings are the lines that begin with a number sign.
func headings(text string) (all []string) {
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "#") {
			all = append(all, strings.TrimSpace(line))
		}
	}
	return all
}

// TestShapes: each shape has its goldens, and its own headings.
func TestShapes(t *testing.T) {
	set := texts(t)
	if diff := cmp.Diff([]string{"oncalm", "coe", "howie", "pagerduty", "sre"}, markdown.Shapes(set)); diff != "" {
		t.Fatal(diff)
	}
	for _, shape := range markdown.Shapes(set)[1:] {
		for _, story := range []string{"responded", "rolled-back", "measured"} {
			if story == "measured" && shape != "coe" { // the others show it where our own does
				continue
			}
			storytest.Golden(t, *update, filepath.Join("testdata", "shapes", shape+"-"+story+".md"), []byte(shaped(t, set, story, shape)))
		}
		if slices.Equal(headings(shaped(t, set, "responded", "oncalm")), headings(shaped(t, set, "responded", shape))) {
			t.Errorf("%s is our own shape", shape)
		}
	}
}

// TestShapesAreHarmless: what comes from outside makes no tags in any shape, and breaks no table.
func TestShapesAreHarmless(t *testing.T) {
	set := texts(t)
	for _, shape := range markdown.Shapes(set) {
		for name := range storytest.Stories() {
			t.Run(shape+"/"+name, func(t *testing.T) {
				text := shaped(t, set, name, shape)
				checkTags(t, page(t, text))
				if again := shaped(t, set, name, shape); again != text {
					t.Error("it is another one the second time")
				}
				for _, heading := range headings(text) {
					if !strings.Contains("\n"+text, "\n\n"+heading) && !strings.HasPrefix(heading, "# ") {
						t.Errorf("there is no empty line before %s", heading)
					}
				}
			})
		}
	}
}

// TestShapesLoseNothing: what people wrote is in each shape, and is read back out of it.
func TestShapesLoseNothing(t *testing.T) {
	set := texts(t)
	for _, shape := range markdown.Shapes(set) {
		if lost, err := markdown.Lost(set, shape); err != nil || len(lost) > 0 {
			t.Errorf("%s loses %v (%v)", shape, lost, err)
		}
		written, err := markdown.Sections(shaped(t, set, "responded", shape))
		if err != nil {
			t.Errorf("%s: %v", shape, err)
		}
		var names []string
		for _, w := range written {
			names = append(names, w.Name)
		}
		slices.Sort(names)
		if diff := cmp.Diff(slices.Sorted(slices.Values(document.Sections())), names); diff != "" {
			t.Errorf("%s (-want +got):\n%s", shape, diff)
		}
		for _, part := range []string{"| [e1] |", "[e3", "not recorded", "SHA-256"} {
			if !strings.Contains(shaped(t, set, "rolled-back", shape), part) {
				t.Errorf("%s has no %q", shape, part)
			}
		}
	}
}

// TestShapeOfYours: a file makes another shape, and can replace one, or a part of all; one that shows no words of people is found.
func TestShapeOfYours(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("postmortem-short.md", "# {{.Title}}\n{{define \"times\"}}no times{{end}}{{template \"summary\" .}}{{template \"times\" .}}")
	write("postmortem-sre.md", "# SRE of {{.ID}}\n")
	set, err := templates.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	if got := shaped(t, set, "opened-only", "short"); !strings.Contains(got, "From 2026-03-19") || !strings.HasSuffix(got, "no times") {
		t.Errorf("%s", got)
	}
	if got := shaped(t, set, "opened-only", "sre"); got != "# SRE of 42\n" {
		t.Errorf("%s", got)
	}
	lost, err := markdown.Lost(set, "short")
	if want := document.Sections()[1:]; err != nil || !slices.Equal(lost, want) {
		t.Errorf("%v, want %v (%v)", lost, want, err)
	}
	write("postmortem-short.md", "{{.Nothing}}")
	if set, err = templates.Load(dir); err != nil {
		t.Fatal(err)
	}
	if err := markdown.Check(set); err == nil || !strings.Contains(err.Error(), "postmortem-short.md:1:2") {
		t.Errorf("%v", err)
	}
	i, events := storytest.Stories()["opened-only"](t).Folded()
	if _, err := markdown.RenderAs(postmortems.Build(i, events), set, "nonsense"); err == nil {
		t.Error("there is no such shape")
	}
}
