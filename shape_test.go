package oncalm_test

import (
	"fmt"
	"go/ast"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The limits of CONTRIBUTING.md. They are about the tail: good code has a median of about ten lines anyway, and goes wrong
// in the one function and the one file that everything ends up in.
const (
	maxFuncLines = 60
	p90FuncLines = 35
	maxFileLines = 400
	maxMethods   = 4
)

// checkShape finds functions, files and interfaces over the limits, packages without a doc, and init functions.
func checkShape(all []source) []string {
	var findings []string
	documented := map[string]bool{}
	for _, s := range all {
		documented[s.dir()] = documented[s.dir()] || s.test() || s.file.Doc != nil
		if s.test() {
			continue
		}
		if s.lines > maxFileLines {
			findings = append(findings, fmt.Sprintf("%s: %d lines, more than %d", s.path, s.lines, maxFileLines))
		}
		for _, decl := range s.file.Decls {
			if fn, ok := decl.(*ast.FuncDecl); ok {
				findings = append(findings, checkFunc(s, fn)...)
			}
		}
	}
	for _, s := range all {
		if !s.test() && !documented[s.dir()] {
			findings = append(findings, s.dir()+": no package comment")
			documented[s.dir()] = true
		}
	}
	findings = append(findings, checkInterfaces(all)...)
	slices.Sort(findings)
	return findings
}

func checkFunc(s source, fn *ast.FuncDecl) []string {
	var findings []string
	if n := funcLines(s, fn); n > maxFuncLines {
		findings = append(findings, fmt.Sprintf("%s: %s has %d lines, more than %d", s.at(fn), fn.Name.Name, n, maxFuncLines))
	}
	if fn.Recv == nil && fn.Name.Name == "init" {
		findings = append(findings, s.at(fn)+": an init function: what exists must be said where it is wired")
	}
	return findings
}

func funcLines(s source, fn *ast.FuncDecl) int {
	return s.fset.Position(fn.End()).Line - s.fset.Position(fn.Pos()).Line + 1
}

// checkInterfaces finds interfaces with too many methods; those of embedded interfaces of the same package count.
func checkInterfaces(all []source) []string {
	declared := map[string]*ast.InterfaceType{} // "folder.Name"
	where := map[string]string{}
	for _, s := range all {
		ast.Inspect(s.file, func(n ast.Node) bool {
			if spec, ok := n.(*ast.TypeSpec); ok {
				if face, ok := spec.Type.(*ast.InterfaceType); ok {
					key := s.dir() + "." + spec.Name.Name
					declared[key], where[key] = face, s.at(spec)
				}
			}
			return true
		})
	}
	var count func(dir string, face *ast.InterfaceType) int
	count = func(dir string, face *ast.InterfaceType) int {
		n := 0
		for _, field := range face.Methods.List {
			n += len(field.Names)
			if embedded, ok := field.Type.(*ast.Ident); ok && len(field.Names) == 0 {
				if inner := declared[dir+"."+embedded.Name]; inner != nil {
					n += count(dir, inner)
				}
			}
		}
		return n
	}
	var findings []string
	for key, face := range declared {
		dir := key[:strings.LastIndex(key, ".")]
		if n := count(dir, face); n > maxMethods {
			findings = append(findings, fmt.Sprintf("%s: interface %s has %d methods, more than %d", where[key], key, n, maxMethods))
		}
	}
	return findings
}

func TestShape(t *testing.T) {
	report(t, checkShape(tree(t)))
}

// TestMostFunctionsAreShort holds the ninetieth percentile, so that the limit does not become the habit.
func TestMostFunctionsAreShort(t *testing.T) {
	var lengths []int
	for _, s := range tree(t) {
		if s.test() {
			continue
		}
		for _, decl := range s.file.Decls {
			if fn, ok := decl.(*ast.FuncDecl); ok {
				lengths = append(lengths, funcLines(s, fn))
			}
		}
	}
	slices.Sort(lengths)
	median, p90 := lengths[len(lengths)/2], lengths[len(lengths)*9/10]
	t.Logf("%d functions: median %d lines, p90 %d, longest %d", len(lengths), median, p90, lengths[len(lengths)-1])
	if p90 > p90FuncLines {
		t.Errorf("the ninetieth percentile of function lengths is %d lines, more than %d", p90, p90FuncLines)
	}
}

func TestShapeCanFail(t *testing.T) {
	long := "// Package p is long.\npackage p\nfunc F() {\n" + strings.Repeat("\tG()\n", maxFuncLines) + "}\n"
	tests := []struct {
		name, file, text string
		want             []string
	}{
		{"fine", "p/a.go", "// Package p is fine.\npackage p\ntype I interface{ A(); B(); C(); D() }\n", nil},
		{"long function", "p/a.go", long, []string{"p/a.go:3: F has 62 lines, more than 60"}},
		{"long function in a test", "p/a_test.go", long, nil},
		{"long file", "p/a.go", "// Package p is long.\npackage p\n" + strings.Repeat("\n", maxFileLines), []string{"p/a.go: 402 lines, more than 400"}},
		{"no doc", "p/a.go", "package p\n", []string{"p: no package comment"}},
		{"init", "p/a.go", "// Package p starts itself.\npackage p\nfunc init() {}\n", []string{
			"p/a.go:3: an init function: what exists must be said where it is wired",
		}},
		{"interface", "p/a.go", "// Package p asks for much.\npackage p\ntype J interface{ A(); B(); C() }\ntype I interface{ J; D(); E() }\n", []string{
			"p/a.go:4: interface p.I has 5 methods, more than 4",
		}},
	}
	for _, tt := range tests {
		got := checkShape(sources(t, map[string]string{tt.file: tt.text}))
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}
