package oncalm_test

import (
	"fmt"
	"go/ast"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The limits of a room, which is a package: lines of its program, files, and methods of a type. In what is smaller one finds
// what one looks for.
const (
	maxRoomLines   = 2000
	maxRoomFiles   = 20
	maxTypeMethods = 30
)

// A room is what a package of the program amounts to.
type room struct {
	lines, files int
	methods      map[string]int // by type
}

func rooms(all []source) map[string]*room {
	found := map[string]*room{}
	for _, s := range all {
		if s.test() {
			continue
		}
		r := found[s.dir()]
		if r == nil {
			r = &room{methods: map[string]int{}}
			found[s.dir()] = r
		}
		r.lines, r.files = r.lines+s.lines, r.files+1
		for _, decl := range s.file.Decls {
			if fn, ok := decl.(*ast.FuncDecl); ok && fn.Recv != nil {
				r.methods[receiver(fn)]++
			}
		}
	}
	return found
}

// receiver is the name of the type that a method belongs to.
func receiver(fn *ast.FuncDecl) string {
	t := fn.Recv.List[0].Type
	for {
		switch x := t.(type) {
		case *ast.StarExpr:
			t = x.X
		case *ast.IndexExpr:
			t = x.X
		case *ast.Ident:
			return x.Name
		default:
			return ""
		}
	}
}

// checkRooms finds rooms and types beyond the limits.
func checkRooms(all []source) []string {
	var findings []string
	judge := func(name, what string, n, most int) {
		if n > most {
			findings = append(findings, fmt.Sprintf("%s: %d %s, more than %d: divide it", name, n, what, most))
		}
	}
	found := rooms(all)
	for _, name := range slices.Sorted(maps.Keys(found)) {
		r := found[name]
		judge(name, "lines", r.lines, maxRoomLines)
		judge(name, "files", r.files, maxRoomFiles)
		for _, t := range slices.Sorted(maps.Keys(r.methods)) {
			judge(name+"."+t, "methods", r.methods[t], maxTypeMethods)
		}
	}
	return findings
}

func TestRooms(t *testing.T) {
	report(t, checkRooms(tree(t)))
}

func TestRoomsCanFail(t *testing.T) {
	text := "// Package p is large.\npackage p\ntype T[X any] struct{}\n"
	for n := range maxTypeMethods + 1 {
		text += fmt.Sprintf("func (t *T[X]) M%d() {}\n", n)
	}
	files := map[string]string{"p/a.go": text + strings.Repeat("\n", maxRoomLines), "p/a_test.go": text}
	for n := range maxRoomFiles + 1 {
		files[fmt.Sprintf("q/%d.go", n)] = "package q\n"
	}
	want := []string{
		"p: 2034 lines, more than 2000: divide it", "p.T: 31 methods, more than 30: divide it",
		"q: 21 files, more than 20: divide it",
	}
	if diff := cmp.Diff(want, checkRooms(sources(t, files))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
