package oncalm_test

import (
	"fmt"
	"go/ast"
	"go/build"
	"go/build/constraint"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// The program is built for Linux, and must compile on what people work with. To compile everything for these takes minutes;
// what goes wrong is nearly always a name of package syscall that only some systems have, or one of ours that stands in a
// file for some systems. These checks find both at once.
var systems = []string{"linux", "darwin", "windows"}

// on reports whether a file is compiled on a system. Its name and first lines say so.
func on(s source, system string) bool {
	has := func(tag string) bool { return tag == system || tag == "unix" && system != "windows" || tag == "amd64" }
	base := strings.TrimSuffix(strings.TrimSuffix(filepath.Base(s.path), ".go"), "_test")
	for _, other := range append(systems, "freebsd") {
		if strings.HasSuffix(base, "_"+other) && other != system {
			return false
		}
	}
	for _, group := range s.file.Comments {
		for _, c := range group.List {
			if expr, err := constraint.Parse(c.Text); err == nil && group.Pos() < s.file.Package {
				return expr.Eval(has)
			}
		}
	}
	return true
}

// syscallNames are what package syscall has on a system.
func syscallNames(t *testing.T, system string) map[string]bool {
	t.Helper()
	// A test that was built with -trimpath does not know where Go is.
	root, err := exec.CommandContext(t.Context(), "go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(strings.TrimSpace(string(root)), "src", "syscall")
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	c := build.Default
	c.GOOS, c.GOARCH = system, "amd64"
	names := map[string]bool{}
	for _, f := range files {
		if match, err := c.MatchFile(dir, f.Name()); err != nil || !match || !strings.HasSuffix(f.Name(), ".go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), filepath.Join(dir, f.Name()), nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for name := range declared(parsed) {
			names[name] = true
		}
	}
	return names
}

// declared are the names that a file gives to its package; not those of methods.
func declared(file *ast.File) map[string]bool {
	names := map[string]bool{}
	for _, decl := range file.Decls {
		switch d := decl.(type) {
		case *ast.FuncDecl:
			names[d.Name.Name] = names[d.Name.Name] || d.Recv == nil
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				switch s := spec.(type) {
				case *ast.TypeSpec:
					names[s.Name.Name] = true
				case *ast.ValueSpec:
					for _, n := range s.Names {
						names[n.Name] = true
					}
				}
			}
		}
	}
	return names
}

// checkSystem finds what does not compile on a system.
func checkSystem(all []source, system string, calls map[string]bool) []string {
	here, elsewhere := map[string]bool{}, map[string]bool{} // "package name"
	for _, s := range all {
		into := elsewhere
		if on(s, system) {
			into = here
		}
		for name, is := range declared(s.file) {
			if is && name != "init" {
				into[s.dir()+" "+name] = true
			}
		}
	}
	var findings []string
	for _, s := range all {
		if !on(s, system) {
			continue
		}
		names := importNames(s)
		ast.Inspect(s.file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.SelectorExpr:
				if x, ok := n.X.(*ast.Ident); ok && names[x.Name] == "syscall" && !calls[n.Sel.Name] {
					findings = append(findings, fmt.Sprintf("%s: %s has no syscall.%s", s.at(n), system, n.Sel.Name))
				}
			case *ast.CallExpr:
				if f, ok := n.Fun.(*ast.Ident); ok && elsewhere[s.dir()+" "+f.Name] && !here[s.dir()+" "+f.Name] {
					findings = append(findings, fmt.Sprintf("%s: %s is not there on %s", s.at(n), f.Name, system))
				}
			}
			return true
		})
	}
	slices.Sort(findings)
	return findings
}

func TestSystems(t *testing.T) {
	for _, system := range systems {
		report(t, checkSystem(tree(t), system, syscallNames(t, system)))
	}
}

// TestSystemsFinds feeds the check what it should find.
func TestSystemsFinds(t *testing.T) {
	all := sources(t, map[string]string{
		"a/a.go":       "package a\nimport \"syscall\"\nfunc f() { syscall.Access(\"x\", 2); _ = syscall.SIGTERM; only(); both() }\n",
		"a/a_linux.go": "package a\nimport \"syscall\"\nfunc only() { syscall.Fallocate(0, 0, 0, 0) }\nfunc both() {}\n",
		"a/other.go":   "//go:build !linux\n\npackage a\nfunc both() {}\n",
		"a/unix.go":    "//go:build unix\n\npackage a\nimport \"syscall\"\nvar _ = syscall.Access\n",
	})
	for system, want := range map[string][]string{
		"linux": nil, "darwin": {"a/a.go:3: only is not there on darwin"},
		"windows": {"a/a.go:3: only is not there on windows", "a/a.go:3: windows has no syscall.Access"},
	} {
		if got := checkSystem(all, system, syscallNames(t, system)); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", system, got, want)
		}
	}
}
