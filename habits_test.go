package oncalm_test

import (
	"fmt"
	"go/ast"
	"go/token"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// timeless packages read no clock: the instant is an argument.
var timeless = []string{
	"rotations/civil", "rotations", "templates",
	"postmortems/wording", "postmortems/document", "postmortems/evidence", "postmortems", "postmortems/markdown",
}

// pure packages touch nothing outside at all: they may not import outside.
var pure = []string{"rotations/civil", "rotations"}

// outside is what leads out of a package of arithmetic.
var outside = []string{
	"context", "io", "net", "net/http", "os", "os/exec", "log/slog", modulePath + "/store", modulePath + "/outbox",
}

// A ban is a call that must not be made. Where says in which files it is banned.
type ban struct {
	call  string // "package.Name", the package by its import path
	where func(s source, fn string) bool
	why   string
}

func everywhere(source, string) bool { return true }

func inProgram(s source, _ string) bool { return !s.test() }

// bans says what is not called, and why.
var bans = []ban{
	{"os.Exit", outsideMain, "only main ends the process: a function that does cannot be tested, and skips what is deferred"},
	{"log.Fatal", everywhere, "only main ends the process, and logs go through slog"},
	{"log.Fatalf", everywhere, "only main ends the process, and logs go through slog"},
	{"log.Panic", everywhere, "errors are returned"},
	{"log.Panicf", everywhere, "errors are returned"},
	{"log.Print", everywhere, "logs go through the slog.Logger passed in"},
	{"log.Printf", everywhere, "logs go through the slog.Logger passed in"},
	{"log.Println", everywhere, "logs go through the slog.Logger passed in"},
	{"os.Getenv", belowMain, "the environment is read in cmd only, where it can be seen"},
	{"os.LookupEnv", belowMain, "the environment is read in cmd only, where it can be seen"},
	{"os.Environ", belowMain, "the environment is read in cmd only, where it can be seen"},
	{"net/http.Get", inProgram, "the default client has no time limit and follows redirects"},
	{"net/http.Head", inProgram, "the default client has no time limit and follows redirects"},
	{"net/http.Post", inProgram, "the default client has no time limit and follows redirects"},
	{"net/http.PostForm", inProgram, "the default client has no time limit and follows redirects"},
	{"time.Now", inTimeless, "now is an argument here: a decision that reads the clock cannot be tested for another day"},
	{"time.Since", inTimeless, "now is an argument here: a decision that reads the clock cannot be tested for another day"},
	{"time.Until", inTimeless, "now is an argument here: a decision that reads the clock cannot be tested for another day"},
	{"time.Sleep", inRealTimeTest, "a test that sleeps is slow or flaky: use testing/synctest, or wait for a state"},
}

func outsideMain(s source, fn string) bool {
	return fn != "main" && (!s.test() || fn != "TestMain")
}

func belowMain(s source, _ string) bool {
	return !s.test() && !strings.HasPrefix(s.dir(), "cmd/") && s.dir() != "scripts"
}

func inTimeless(s source, _ string) bool { return !s.test() && slices.Contains(timeless, s.dir()) }

// inRealTimeTest says whether a file is a test without a bubble. Files that import testing/synctest sleep in bubbles, where
// it costs nothing.
func inRealTimeTest(s source, _ string) bool {
	_, file := sleepers[s.path]
	_, folder := sleepers[s.dir()]
	return s.test() && !file && !folder && !slices.Contains(importsOf(s), "testing/synctest")
}

// sleepers are tests, by file or folder, that must let real time pass, with the reason.
var sleepers = map[string]string{
	"bot/rig_test.go": "its wait is called in bubbles only",
	"cmd/oncalm":      "runs the program as a process of its own, and looks again until it has done something, with a deadline",
}

// checkHabits finds banned calls, what pure packages import, and package variables that change.
func checkHabits(all []source) []string {
	var findings []string
	for _, s := range all {
		findings = append(findings, checkCalls(s)...)
		findings = append(findings, checkTimers(s)...)
		if !s.test() {
			for _, imported := range importsOf(s) {
				if slices.Contains(pure, s.dir()) && slices.Contains(outside, imported) {
					findings = append(findings, fmt.Sprintf("%s: %s is pure and may not import %s", s.path, s.dir(), imported))
				}
			}
		}
	}
	findings = append(findings, checkVariables(all)...)
	slices.Sort(findings)
	return findings
}

func checkCalls(s source) []string {
	names := importNames(s)
	var findings []string
	for _, decl := range s.file.Decls {
		fn := ""
		if d, ok := decl.(*ast.FuncDecl); ok && d.Recv == nil {
			fn = d.Name.Name
		}
		ast.Inspect(decl, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			x, ok := sel.X.(*ast.Ident)
			if !ok {
				return true
			}
			for _, b := range bans {
				if names[x.Name]+"."+sel.Sel.Name == b.call && b.where(s, fn) {
					findings = append(findings, fmt.Sprintf("%s: %s: %s", s.at(sel), b.call, b.why))
				}
			}
			return true
		})
	}
	return findings
}

// checkTimers finds timers that are due at once. Two of them in one bubble of testing/synctest, at the same time, end the
// process under the race detector (SIGSEGV; golang.org/issue/78156): loops do their work first, and then wait.
func checkTimers(s source) []string {
	var findings []string
	ast.Inspect(s.file, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || len(call.Args) != 1 {
			return true
		}
		sel, ok := call.Fun.(*ast.SelectorExpr)
		zero, lit := call.Args[0].(*ast.BasicLit)
		if ok && lit && zero.Value == "0" && slices.Contains([]string{"NewTimer", "After", "Reset"}, sel.Sel.Name) {
			findings = append(findings, fmt.Sprintf("%s: %s(0) is due at once: do it first, then wait", s.at(call), sel.Sel.Name))
		}
		return true
	})
	return findings
}

// importNames maps the names by which a file knows its imports to their paths.
func importNames(s source) map[string]string {
	names := map[string]string{}
	for i, imported := range importsOf(s) {
		name := imported[strings.LastIndex(imported, "/")+1:]
		if alias := s.file.Imports[i].Name; alias != nil {
			name = alias.Name
		}
		names[name] = imported
	}
	return names
}

// checkVariables finds functions that assign to a variable of their package. A local variable of the same name hides it:
// names that a function declares itself are left alone, so this can miss an assignment but accuses nobody wrongly.
func checkVariables(all []source) []string {
	vars := map[string]bool{} // "folder name"
	for _, s := range all {
		for _, decl := range s.file.Decls {
			if d, ok := decl.(*ast.GenDecl); ok && d.Tok == token.VAR && !s.test() {
				for _, spec := range d.Specs {
					for _, name := range spec.(*ast.ValueSpec).Names {
						vars[s.dir()+" "+name.Name] = true
					}
				}
			}
		}
	}
	var findings []string
	for _, s := range all {
		for _, decl := range s.file.Decls {
			fn, ok := decl.(*ast.FuncDecl)
			if !ok || fn.Body == nil || s.test() {
				continue
			}
			local := localNames(fn)
			for _, target := range targets(fn.Body) {
				if id := root(target); id != nil && vars[s.dir()+" "+id.Name] && !local[id.Name] {
					findings = append(findings, fmt.Sprintf("%s: changes the package variable %s", s.at(target), id.Name))
				}
			}
		}
	}
	return findings
}

// localNames are the names that a function declares: parameters, results, variables.
func localNames(fn *ast.FuncDecl) map[string]bool {
	local := map[string]bool{}
	ast.Inspect(fn, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Field:
			for _, name := range n.Names {
				local[name.Name] = true
			}
		case *ast.AssignStmt:
			if n.Tok == token.DEFINE {
				for _, e := range n.Lhs {
					if id, ok := e.(*ast.Ident); ok {
						local[id.Name] = true
					}
				}
			}
		case *ast.RangeStmt:
			for _, e := range []ast.Expr{n.Key, n.Value} {
				if id, ok := e.(*ast.Ident); ok && n.Tok == token.DEFINE {
					local[id.Name] = true
				}
			}
		case *ast.ValueSpec:
			for _, name := range n.Names {
				local[name.Name] = true
			}
		}
		return true
	})
	return local
}

// targets are the expressions that a body assigns to.
func targets(body *ast.BlockStmt) []ast.Expr {
	var all []ast.Expr
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			if n.Tok != token.DEFINE {
				all = append(all, n.Lhs...)
			}
		case *ast.IncDecStmt:
			all = append(all, n.X)
		case *ast.CallExpr:
			if id, ok := n.Fun.(*ast.Ident); ok && (id.Name == "delete" || id.Name == "clear") && len(n.Args) > 0 {
				all = append(all, n.Args[0])
			}
		}
		return true
	})
	return all
}

// root is the variable that an assignment ends up in: x in x, x.f, x[i].f and *x.
func root(e ast.Expr) *ast.Ident {
	for {
		switch x := e.(type) {
		case *ast.Ident:
			return x
		case *ast.SelectorExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.StarExpr:
			e = x.X
		case *ast.ParenExpr:
			e = x.X
		default:
			return nil
		}
	}
}

func TestHabits(t *testing.T) {
	report(t, checkHabits(tree(t)))
}

func TestHabitsCanFail(t *testing.T) {
	tests := []struct {
		file, text string
		want       []string
	}{
		{"cmd/oncalm/main.go", "package main\nimport \"os\"\nfunc main() { os.Exit(1) }\n", nil},
		{"bot/a.go", "package bot\nimport \"os\"\nfunc F() { os.Exit(1) }\n", []string{
			"bot/a.go:3: os.Exit: only main ends the process: a function that does cannot be tested, and skips what is deferred",
		}},
		{"bot/a.go", "package bot\nimport h \"net/http\"\nvar get = h.Get\n", []string{
			"bot/a.go:3: net/http.Get: the default client has no time limit and follows redirects",
		}},
		{"rotations/a.go", "package rotations\nimport \"time\"\nfunc F() time.Time { return time.Now() }\n", []string{
			"rotations/a.go:3: time.Now: now is an argument here: a decision that reads the clock cannot be tested for another day",
		}},
		{"rotations/a.go", "package rotations\nimport _ \"os\"\n", []string{"rotations/a.go: rotations is pure and may not import os"}},
		{"bot/a_test.go", "package bot\nimport \"time\"\nfunc TestA() { time.Sleep(1) }\n", []string{
			"bot/a_test.go:3: time.Sleep: a test that sleeps is slow or flaky: use testing/synctest, or wait for a state",
		}},
		{"bot/a_test.go", "package bot\nimport (\"time\"; _ \"testing/synctest\")\nfunc TestA() { time.Sleep(1) }\n", nil},
		{"bot/a.go", "package bot\nimport \"time\"\nvar a, b = time.NewTimer(0), time.NewTimer(1)\n", []string{
			"bot/a.go:3: NewTimer(0) is due at once: do it first, then wait",
		}},
		{"bot/a.go", "package bot\nvar x map[int]int\nfunc F() { x[1]++ }\nfunc G() { x := 1; x = 2; _ = x }\n", []string{
			"bot/a.go:3: changes the package variable x",
		}},
	}
	for _, tt := range tests {
		got := checkHabits(sources(t, map[string]string{tt.file: tt.text}))
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s%s", tt.file, tt.text, diff)
		}
	}
}
