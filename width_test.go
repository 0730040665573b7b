package oncalm_test

import (
	"fmt"
	"go/scanner"
	"go/token"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// maxWidth is how many columns a line of code may have; a tab is one. Comments are prose, and have the width of their editor.
const maxWidth = 120

// checkWidth finds lines of code that are too wide. A text is counted if it can be broken: raw strings, texts without a space and
// what tests feed or expect stand as they are.
func checkWidth(all []source) []string {
	var findings []string
	for _, s := range all {
		lines := strings.Split(s.text, "\n")
		for n, w := range widths(s, lines) {
			if w > maxWidth {
				findings = append(findings, fmt.Sprintf("%s:%d: %d columns, more than %d", s.path, n+1, w, maxWidth))
			}
		}
	}
	return findings
}

// widths are the columns of code in each line.
func widths(s source, lines []string) []int {
	found := make([]int, len(lines))
	uncounted := make([]int, len(lines))
	fset := token.NewFileSet()
	file := fset.AddFile(s.path, -1, len(s.text))
	var scan scanner.Scanner
	scan.Init(file, []byte(s.text), nil, 0)
	for {
		pos, tok, lit := scan.Scan()
		if tok == token.EOF {
			break
		}
		if tok == token.SEMICOLON && lit == "\n" {
			continue
		}
		if lit == "" {
			lit = tok.String()
		}
		at := fset.Position(pos)
		first, _, several := strings.Cut(lit, "\n")
		end := min(at.Column-1+len(first), len(lines[at.Line-1]))
		found[at.Line-1] = utf8.RuneCountInString(lines[at.Line-1][:end])
		if several { // the last line of a text begins where it likes
			last := lit[strings.LastIndex(lit, "\n")+1:]
			uncounted[at.Line-1+strings.Count(lit, "\n")] += utf8.RuneCountInString(last)
		}
		if tok == token.STRING && (several || s.test() || lit[0] == '`' || !strings.Contains(lit, " ")) {
			uncounted[at.Line-1] += utf8.RuneCountInString(first) - len(`""`)
		}
	}
	for n := range found {
		found[n] -= uncounted[n]
	}
	return found
}

func TestWidth(t *testing.T) {
	report(t, checkWidth(tree(t)))
}

func TestWidthCanFail(t *testing.T) {
	wide := strings.Repeat("x", maxWidth)
	for _, tt := range []struct {
		file, line string
		want       []string
	}{
		{"p/a.go", "var _ = " + wide, []string{"p/a.go:2: 128 columns, more than 120"}},
		{"p/a.go", "var _ = \"a " + wide + "\"", []string{"p/a.go:2: 132 columns, more than 120"}},
		{"p/a_test.go", "var _ = \"a " + wide + "\"", nil},
		{"p/a.go", "var _ = \"" + wide + "\"", nil},
		{"p/a.go", "var _ = `a " + wide + "`", nil},
		{"p/a.go", "var _ = 1 // " + wide, nil},
		{"p/a.go", "// " + wide, nil},
		{"p/a.go", "var _ = `\na " + wide + "`", nil},
		{"p/a.go", "var a, _ = `\na " + wide + "`, 1", nil},
	} {
		got := checkWidth(sources(t, map[string]string{tt.file: "package p\n" + tt.line + "\n"}))
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.line, diff)
		}
	}
}
