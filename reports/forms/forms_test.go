package forms_test

import (
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/oncalm/oncalm/postmortems/storytest"
	"github.com/oncalm/oncalm/reports"
	"github.com/oncalm/oncalm/reports/forms"
	"github.com/oncalm/oncalm/reports/reportstest"
)

var update = flag.Bool("update", false, "write the golden files anew")

func read(t testing.TB, w *reportstest.Week) reports.Report {
	t.Helper()
	r, err := reports.Read(t.Context(), w, reportstest.Query(t))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// all are the forms of a report, by the endings of their files.
func all(t testing.TB, r reports.Report) map[string]string {
	t.Helper()
	val, err := json.MarshalIndent(r, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return map[string]string{"txt": forms.Text(r), "csv": forms.CSV(r), "svg": forms.SVG(r), "html": forms.HTML(r),
		"json": string(val) + "\n"}
}

// TestGoldens: what people read of a week.
func TestGoldens(t *testing.T) {
	for ending, got := range all(t, read(t, reportstest.New(t))) {
		storytest.Golden(t, *update, filepath.Join("testdata", "week."+ending), []byte(got))
	}
	storytest.Golden(t, *update, filepath.Join("testdata", "nothing.txt"), []byte(forms.Text(read(t, &reportstest.Week{}))))
}

// TestDocs: the example in the documentation is what the program writes.
func TestDocs(t *testing.T) {
	doc, err := os.ReadFile("../../docs/learning.md")
	if err != nil {
		t.Fatal(err)
	}
	if want := "````text\n" + forms.Text(read(t, reportstest.New(t))) + "````\n"; !strings.Contains(string(doc), want) {
		t.Error("docs/learning.md has another report than the golden: copy testdata/week.txt into it")
	}
}

// TestHostile: names that others chose do no harm in any form, and are there all the same.
func TestHostile(t *testing.T) {
	for _, evil := range []string{
		`=cmd|' /C calc'!A0`, `+1+1`, `@SUM(A1)`, `-2+3`, "\t=1", `</text></svg><script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`,
		"<!channel> *bold* <https://evil.example|click>", "a,b\"c\nd", "\u202eevil", "&amp;<b>",
	} {
		w := reportstest.New(t)
		w.Name = func(s string) string { return evil + s }
		r := read(t, w)
		for ending, got := range all(t, r) {
			switch ending {
			case "csv":
				harmlessCSV(t, evil, got)
			case "svg":
				harmlessXML(t, evil, got)
			case "html":
				harmlessHTML(t, evil, got)
			case "txt":
				if strings.ContainsAny(got, "\t\u202e\x1b") {
					t.Errorf("%q: the text has signs that a terminal obeys", evil)
				}
			}
		}
	}
}

func harmlessCSV(t testing.TB, evil, got string) {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(got)).ReadAll()
	if err != nil {
		t.Fatalf("%q: %v", evil, err)
	}
	for _, row := range rows {
		for _, cell := range row {
			if cell != "" && strings.ContainsAny(cell[:1], "=+-@\t\r") {
				t.Errorf("%q: a spreadsheet takes %q for a formula", evil, cell)
			}
		}
	}
}

func harmlessXML(t testing.TB, evil, got string) {
	t.Helper()
	known := map[string]bool{"svg": true, "text": true, "rect": true, "path": true, "title": true}
	d := xml.NewDecoder(strings.NewReader(got))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatalf("%q: %v", evil, err)
		}
		if e, ok := token.(xml.StartElement); ok && !known[e.Name.Local] {
			t.Errorf("%q: the picture has <%s>", evil, e.Name.Local)
		}
	}
}

// tag is what begins or ends an element; a text has no such sign that is not escaped.
var tag = regexp.MustCompile(`<[^>]*>`)

// ours are the elements of the page and of the picture in it, with what may stand in them.
var ours = regexp.MustCompile(`^<(?:!doctype html|/?(?:html|head|meta|title|style|body|main|h1|h2|p|figure|div|svg|text|rect|path|table|tr|th|td|` +
	`details|summary|ol|ul|li|pre|code)(?: [a-z-]+(?::[a-z]+)?="[^"<>]*"| viewBox="[0-9 ]+")*/?)>$`)

func harmlessHTML(t testing.TB, evil, got string) {
	t.Helper()
	for _, found := range tag.FindAllString(got, -1) {
		names := regexp.MustCompile(`"[^"]*"`).ReplaceAllString(found, "")
		if !ours.MatchString(found) || regexp.MustCompile(`(?i)\s(?:on[a-z]+|style|src|href)=`).MatchString(names) {
			t.Errorf("%q: the page has %s", evil, found)
		}
	}
}

// TestHarmlessCanFail: the checks find what they should.
func TestHarmlessCanFail(t *testing.T) {
	probe := &testing.T{}
	harmlessHTML(probe, "", `<p onclick="x">`)
	if !probe.Failed() {
		t.Error("a handler passes")
	}
	probe = &testing.T{}
	harmlessCSV(probe, "", "a,=1\n")
	if !probe.Failed() {
		t.Error("a formula passes")
	}
	probe = &testing.T{}
	harmlessXML(probe, "", "<svg><script/></svg>")
	if !probe.Failed() {
		t.Error("a script passes")
	}
}

// TestNobodyIsNamed: no form of a report says who anybody is.
func TestNobodyIsNamed(t *testing.T) {
	w := reportstest.New(t)
	w.Name = func(s string) string {
		if s == "ana" {
			return "canary@example.com"
		}
		return s
	}
	for ending, got := range all(t, read(t, w)) {
		if strings.Contains(got, "canary") {
			t.Errorf("%s names somebody", ending)
		}
	}
}
