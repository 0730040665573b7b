package oncalm_test

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A module that is depended on, as docs/dependencies.md lists it.
type module struct {
	folders []string // where it may be imported; with * for any folder
	why     string
}

// dependencies is what docs/dependencies.md says.
type dependencies struct {
	program  map[string]module // imported by what is built into the program
	tests    map[string]module // imported by tests only
	indirect []string          // brought by others
}

// parseDependencies reads the tables and the list of docs/dependencies.md: under each heading, rows of
// | `module` | `folder`, `folder` | reason | or lines of - `module`.
func parseDependencies(text string) dependencies {
	d := dependencies{program: map[string]module{}, tests: map[string]module{}}
	heading := ""
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if h, ok := strings.CutPrefix(line, "## "); ok {
			heading = h
			continue
		}
		if name, ok := strings.CutPrefix(line, "- `"); ok && heading == "Brought by others" {
			d.indirect = append(d.indirect, strings.TrimSuffix(name, "`"))
			continue
		}
		cells := strings.Split(strings.Trim(line, "|"), "|")
		if len(cells) != 3 || !strings.HasPrefix(strings.TrimSpace(cells[0]), "`") {
			continue
		}
		m := module{why: strings.TrimSpace(cells[2])}
		for folder := range strings.SplitSeq(cells[1], ",") {
			m.folders = append(m.folders, strings.Trim(strings.TrimSpace(folder), "`"))
		}
		name := strings.Trim(strings.TrimSpace(cells[0]), "`")
		switch heading {
		case "In the program":
			d.program[name] = m
		case "In tests only":
			d.tests[name] = m
		}
	}
	return d
}

// required lists the modules of a go.mod.
func required(gomod string) []string {
	var names []string
	block := false
	for line := range strings.Lines(gomod) {
		words := strings.Fields(line)
		switch {
		case len(words) >= 2 && words[0] == "require" && words[1] == "(":
			block = true
		case len(words) >= 1 && words[0] == ")":
			block = false
		case len(words) >= 3 && words[0] == "require":
			names = append(names, words[1])
		case block && len(words) >= 2 && !strings.HasPrefix(words[0], "//"):
			names = append(names, words[0])
		}
	}
	return names
}

// moduleOf finds the module that a package belongs to: the longest that is a prefix of its path. Empty for the standard
// library and for our own packages.
func moduleOf(imported string, modules []string) string {
	best := ""
	for _, m := range modules {
		if (imported == m || strings.HasPrefix(imported, m+"/")) && len(m) > len(best) {
			best = m
		}
	}
	return best
}

// testRooms serve tests alone, from packages of their own.
var testRooms = []string{"store/storetest", "store/record/recordtest", "rotations/civil/civiltest", "postmortems/storytest"}

// checkModules compares what is imported and required with what docs/dependencies.md allows.
func checkModules(all []source, gomod, doc string) []string {
	allowed, modules := parseDependencies(doc), required(gomod)
	var findings []string
	used := map[string]bool{}
	for _, s := range all {
		for _, imported := range importsOf(s) {
			name := moduleOf(imported, modules)
			if name == "" {
				if strings.Contains(strings.Split(imported, "/")[0], ".") && !strings.HasPrefix(imported+"/", modulePath+"/") {
					findings = append(findings, fmt.Sprintf("%s: go.mod does not require the module of %s", s.path, imported))
				}
				continue
			}
			m, ok := allowed.program[name]
			if !ok && (s.test() || slices.Contains(testRooms, s.dir())) {
				m, ok = allowed.tests[name]
			}
			used[name] = used[name] || ok
			switch {
			case !ok:
				findings = append(findings, fmt.Sprintf("%s: imports %s, for which docs/dependencies.md gives no reason", s.path, name))
			case !inFolders(s, m.folders):
				findings = append(findings, fmt.Sprintf("%s: imports %s, which docs/dependencies.md allows in %s only", s.path, name, strings.Join(m.folders, ", ")))
			}
		}
	}
	findings = append(findings, checkLists(allowed, modules, used)...)
	slices.Sort(findings)
	return slices.Compact(findings)
}

// inFolders says whether a file lies in one of the folders. Tests may also use what the program uses elsewhere.
func inFolders(s source, folders []string) bool {
	for _, f := range folders {
		if ok, err := path.Match(f, s.dir()); err == nil && ok || f == "*" {
			return true
		}
	}
	return s.test()
}

// checkLists compares the lists themselves: nothing allowed that nobody uses, nothing required that is not listed.
func checkLists(d dependencies, modules []string, used map[string]bool) []string {
	var findings []string
	for name, m := range both(d) {
		if !slices.Contains(modules, name) {
			findings = append(findings, "docs/dependencies.md lists "+name+", which go.mod does not require")
		} else if !used[name] {
			findings = append(findings, "docs/dependencies.md lists "+name+", which nothing imports")
		}
		if m.why == "" {
			findings = append(findings, "docs/dependencies.md gives no reason for "+name)
		}
	}
	for _, name := range d.indirect {
		if !slices.Contains(modules, name) {
			findings = append(findings, "docs/dependencies.md lists "+name+", which go.mod does not require")
		}
	}
	for _, name := range modules {
		if _, ok := both(d)[name]; !ok && !slices.Contains(d.indirect, name) {
			findings = append(findings, "go.mod requires "+name+", which docs/dependencies.md does not list")
		}
	}
	return findings
}

func both(d dependencies) map[string]module {
	all := maps.Clone(d.program)
	maps.Copy(all, d.tests)
	return all
}

func TestModules(t *testing.T) {
	report(t, checkModules(tree(t), read(t, "go.mod"), read(t, "docs/dependencies.md")))
}

func TestModulesCanFail(t *testing.T) {
	const (
		gomod = "module m\n\nrequire (\n\texample.com/a v1.0.0\n\texample.com/a/b v1.0.0 // indirect\n)\n\nrequire example.com/c v1.0.0\n"
		doc   = "## In the program\n| `example.com/a` | `bot` | because |\n## In tests only\n| `example.com/c` | `*` | because |\n## Brought by others\n- `example.com/a/b`\n"
		a, c  = "package p\nimport _ \"example.com/a/x\"\n", "package p\nimport _ \"example.com/c\"\n"
	)
	tests := []struct {
		name  string
		files map[string]string
		doc   string
		want  []string
	}{
		{"fine", map[string]string{"bot/a.go": a, "web/c_test.go": c}, doc, nil},
		{"wrong folder", map[string]string{"bot/a.go": a, "web/a.go": a, "web/c_test.go": c}, doc, []string{
			"web/a.go: imports example.com/a, which docs/dependencies.md allows in bot only",
		}},
		{"for tests only", map[string]string{"bot/a.go": a, "web/c.go": c, "web/c_test.go": c}, doc, []string{
			"web/c.go: imports example.com/c, for which docs/dependencies.md gives no reason",
		}},
		{"unused and unlisted", map[string]string{"bot/a.go": a, "web/b.go": "package p\nimport _ \"example.com/d\"\n"}, strings.ReplaceAll(doc, "- `example.com/a/b`", ""), []string{
			"docs/dependencies.md lists example.com/c, which nothing imports",
			"go.mod requires example.com/a/b, which docs/dependencies.md does not list",
			"web/b.go: go.mod does not require the module of example.com/d",
		}},
	}
	for _, tt := range tests {
		got := checkModules(sources(t, tt.files), gomod, tt.doc)
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}
