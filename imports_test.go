package oncalm_test

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// An order is the way of the data: packages, each of which imports only what stands before it, so that there is one way through
// the program and no circle.
type order []string

// orderIn reads the order from CONTRIBUTING.md: rows of | `one · other` | what they know |, and lists in a line of their own,
// below one that says in which folder of cmd their packages are. The command itself comes after its packages.
func orderIn(doc string) order {
	_, part, _ := strings.Cut(doc, "\n## One way for the data\n")
	part, _, _ = strings.Cut(part, "\n## ")
	var o order
	folder, inside, alone := "", regexp.MustCompile("in `(cmd/[^`]+)`"), regexp.MustCompile("^`([^`]+)`\n$")
	for line := range strings.Lines(part) {
		if m := inside.FindStringSubmatch(line); m != nil {
			folder = m[1]
		}
		row, isRow := strings.CutPrefix(line, "| `")
		names, rest, _ := strings.Cut(row, "`")
		list := alone.FindStringSubmatch(line)
		switch {
		case isRow && strings.HasPrefix(rest, " |"):
			o = append(o, strings.Split(names, " · ")...)
		case list != nil && folder != "":
			for name := range strings.SplitSeq(list[1], " · ") {
				if name == path.Base(folder) {
					name = ""
				}
				o = append(o, path.Join(folder, name))
			}
		}
	}
	const last = "cmd/oncalm"
	return append(slices.DeleteFunc(o, func(name string) bool { return name == last }), last)
}

// place is where a folder stands in the order, or -1.
func (o order) place(dir string) int { return slices.Index(o, dir) }

// importsOf lists what a file imports.
func importsOf(s source) []string {
	var paths []string
	for _, spec := range s.file.Imports {
		p, err := strconv.Unquote(spec.Path.Value)
		if err == nil {
			paths = append(paths, p)
		}
	}
	return paths
}

// checkOrder finds imports against the order. Tests may use the contracts of stores and records from anywhere, and
// what helps them below their own folder; those of the root may use everything; and of the program, only the demo may import the fake Slack.
func checkOrder(o order, all []source) []string {
	var findings []string
	add := func(s source, format string, args ...any) {
		findings = append(findings, s.path+": "+fmt.Sprintf(format, args...))
	}
	for _, s := range all {
		own := o.place(s.dir())
		if s.dir() == "." && s.test() {
			continue // tests of the whole
		}
		if own < 0 && s.dir() != "." && s.dir() != "scripts" {
			add(s, "folder %s has no place in the order of CONTRIBUTING.md", s.dir())
			continue
		}
		for _, imported := range importsOf(s) {
			dir, ours := strings.CutPrefix(imported, modulePath+"/")
			if !ours || dir == s.dir() {
				continue
			}
			switch {
			case s.test() && (dir == "store/storetest" || dir == "store/record/recordtest"):
			case s.test() && strings.HasSuffix(dir, "test") && path.Dir(dir) == s.dir():
			case o.place(dir) < 0 || o.place(dir) >= own:
				add(s, "%s may not import %s, which does not stand before it", s.dir(), dir)
			case isDouble(dir) && !isDouble(s.dir()) && !s.test() && !isDemo(s.path):
				add(s, "only the demo and tests import %s: it is a test double", dir)
			}
		}
	}
	slices.Sort(findings)
	return findings
}

// isDouble says whether a folder is there for tests and the demo: the rooms of the fake Slack, and what the bot's tests share.
func isDouble(dir string) bool {
	return dir == "bot/bottest" || dir == "rollbacks/rollbackstest" || dir == "reach/reachtest" || dir == "bot/slackfake" ||
		strings.HasPrefix(dir, "rollbacks/") && strings.HasSuffix(dir, "fake") ||
		strings.HasPrefix(dir, "lookups/") && strings.HasSuffix(dir, "fake") || strings.HasPrefix(dir, "bot/slackfake/")
}

// isDemo says whether a file is one of the demo.
func isDemo(name string) bool {
	return name == "cmd/oncalm/demo.go" || slices.Contains([]string{"cmd/oncalm/stage", "cmd/oncalm/webshop", "cmd/oncalm/phones"},
		path.Dir(name))
}

func TestImportOrder(t *testing.T) {
	o := orderIn(read(t, "CONTRIBUTING.md"))
	report(t, checkOrder(o, tree(t)))
	for n, name := range o {
		if slices.Index(o, name) != n {
			t.Errorf("CONTRIBUTING.md lists %s twice", name)
		}
		if _, err := os.Stat(filepath.FromSlash(name)); err != nil {
			t.Errorf("CONTRIBUTING.md lists %s, which is not there", name)
		}
	}
}

// TestOrderIsRead: a list that is read in the wrong way would let everything through.
func TestOrderIsRead(t *testing.T) {
	const doc = "# A\n| `no` | row |\n## One way for the data\n| packages | what they know |\n| --- | --- |\n| `a/b · a` | one |\n| `c · cmd/oncalm` | `d` |\n" +
		"`not in cmd`\nRooms in `cmd/x/y`, in this order:\n\n`e · e/f · y`\n\nand in `cmd/x`:\n\n`z`\n\nThere is no\n`init`.\n## B\n| `no` | row |\n"
	want := order{"a/b", "a", "c", "cmd/x/y/e", "cmd/x/y/e/f", "cmd/x/y", "cmd/x/z", "cmd/oncalm"}
	if diff := cmp.Diff(want, orderIn(doc)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestImportOrderCanFail(t *testing.T) {
	const importing = "package p\nimport _ \"github.com/oncalm/oncalm/%s\"\n"
	tests := []struct {
		file, imports string
		want          []string
	}{
		{"paging/a.go", "incidents", nil},
		{"store/a_test.go", "store/storetest", nil},
		{"cmd/oncalm/demo.go", "bot/slackfake", nil},
		{"bot/a_test.go", "bot/slackfake", nil},
		{"bot/bot_test.go", "bot", nil},
		{"cmd/oncalm/a.go", "cmd/oncalm/config", nil},
		{"cmd/oncalm/config/secrets/a.go", "cmd/oncalm/config/reading", nil},
		{"cmd/oncalm/config/policies/a.go", "cmd/oncalm/config/schedules", nil},
		{"cmd/oncalm/config/schedules/a.go", "cmd/oncalm/config/policies", []string{
			"cmd/oncalm/config/schedules/a.go: cmd/oncalm/config/schedules may not import cmd/oncalm/config/policies, which does not stand before it",
		}},
		{"cmd/oncalm/config/reading/a.go", "cmd/oncalm/config", []string{"cmd/oncalm/config/reading/a.go: cmd/oncalm/config/reading may not import cmd/oncalm/config, which does not stand before it"}},
		{"paging/a.go", "cmd/oncalm/config/reading", []string{"paging/a.go: paging may not import cmd/oncalm/config/reading, which does not stand before it"}},
		{"cmd/oncalm/config/a.go", "cmd/oncalm", []string{"cmd/oncalm/config/a.go: cmd/oncalm/config may not import cmd/oncalm, which does not stand before it"}},
		{"incidents/a.go", "paging", []string{"incidents/a.go: incidents may not import paging, which does not stand before it"}},
		{"store/a.go", "store/storetest", []string{"store/a.go: store may not import store/storetest, which does not stand before it"}},
		{"store/a_test.go", "bot", []string{"store/a_test.go: store may not import bot, which does not stand before it"}},
		{"web/a.go", "cmd/oncalm", []string{"web/a.go: web may not import cmd/oncalm, which does not stand before it"}},
		{"web/a.go", "bot/slackfake", []string{"web/a.go: only the demo and tests import bot/slackfake: it is a test double"}},
		{"web/a.go", "bot/slackfake/wire", []string{"web/a.go: only the demo and tests import bot/slackfake/wire: it is a test double"}},
		{"bot/bottest/a.go", "bot/slackfake/blockkit", nil},
		{"cmd/oncalm/importing/plan/a_test.go", "cmd/oncalm/importing/plan/plantest", nil},
		{"cmd/oncalm/importing/plan/a.go", "cmd/oncalm/importing/plan/plantest", []string{
			"cmd/oncalm/importing/plan/a.go: cmd/oncalm/importing/plan may not import cmd/oncalm/importing/plan/plantest, which does not stand before it",
		}},
		{"util/a.go", "store", []string{"util/a.go: folder util has no place in the order of CONTRIBUTING.md"}},
		{"doc.go", "store", []string{"doc.go: . may not import store, which does not stand before it"}},
	}
	o := orderIn(read(t, "CONTRIBUTING.md"))
	for _, tt := range tests {
		got := checkOrder(o, sources(t, map[string]string{tt.file: fmt.Sprintf(importing, tt.imports)}))
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s importing %s (-want +got):\n%s", tt.file, tt.imports, diff)
		}
	}
}
