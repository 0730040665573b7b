package oncalm_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

const modulePath = "github.com/oncalm/oncalm"

// source is one Go file of the repository.
type source struct {
	path  string // from the root, with slashes
	fset  *token.FileSet
	file  *ast.File
	text  string
	lines int
}

// dir is the folder of the file; "." for the root.
func (s source) dir() string { return path.Dir(s.path) }

// test says whether the file is compiled for tests only.
func (s source) test() bool { return strings.HasSuffix(s.path, "_test.go") }

// at is where n stands, as people read it.
func (s source) at(n ast.Node) string {
	return fmt.Sprintf("%s:%d", s.path, s.fset.Position(n.Pos()).Line)
}

// parse makes a source from text.
func parse(name, text string) (source, error) {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, name, text, parser.ParseComments)
	if err != nil {
		return source{}, err
	}
	return source{path: name, fset: fset, file: file, text: text, lines: strings.Count(text, "\n")}, nil
}

// sources parses files given as name and text, for tests of the checks themselves.
func sources(t *testing.T, files map[string]string) []source {
	t.Helper()
	var all []source
	for name, text := range files {
		s, err := parse(name, text)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, s)
	}
	return all
}

// walkRepo calls fn for every file that belongs to the repository. It reads the folders itself, and so do all checks here:
// what a go list in a child process sees is unknown to Go's test cache, and a forbidden import would stay "ok (cached)".
func walkRepo(fn func(name string) error) error {
	return filepath.WalkDir(".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name = filepath.ToSlash(name)
		if !d.IsDir() {
			if leftover(name) {
				return nil
			}
			return fn(name)
		}
		if slices.Contains([]string{".git", ".cache", "dist", "node_modules"}, path.Base(name)) {
			return fs.SkipDir
		}
		return nil
	})
}

// leftover says whether a file is one that tests and installations leave behind, as .gitignore has them.
func leftover(name string) bool {
	return slices.Contains([]string{".test", ".prof", ".out"}, path.Ext(name)) ||
		slices.Contains([]string{"oncalm", "oncalm.yaml", ".env", ".git"}, name) || !strings.Contains(name, "/") && strings.Contains(name, ".db")
}

// readTree parses every Go file outside testdata, once for all tests.
var readTree = sync.OnceValues(func() ([]source, error) {
	var all []source
	err := walkRepo(func(name string) error {
		if !strings.HasSuffix(name, ".go") || strings.Contains(name, "testdata/") {
			return nil
		}
		text, err := os.ReadFile(filepath.FromSlash(name))
		if err != nil {
			return err
		}
		s, err := parse(name, string(text))
		if err != nil {
			return err
		}
		all = append(all, s)
		return nil
	})
	return all, err
})

// tree is every Go file of the repository.
func tree(t *testing.T) []source {
	t.Helper()
	all, err := readTree()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// report fails the test with every finding.
func report(t *testing.T, findings []string) {
	t.Helper()
	for _, f := range findings {
		t.Error(f)
	}
}

// read returns the text of a file of the repository.
func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.FromSlash(name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
