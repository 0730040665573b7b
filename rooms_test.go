package oncalm_test

import (
	"fmt"
	"go/ast"
	"maps"
	"slices"
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

// tooLarge are the rooms that were larger before there was a limit. None may grow, and none may stay here that keeps the limits:
// the list only gets shorter.
func tooLarge() map[string]room {
	return map[string]room{
		"alarms/messages": {lines: 2007},
	}
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

// checkRooms finds rooms beyond the limits, or beyond what they have been allowed until they are divided, and allowances that
// nobody needs.
func checkRooms(all []source, allowed map[string]room) []string {
	var findings []string
	judge := func(name, what string, n, most, more int) {
		switch {
		case n > max(most, more):
			findings = append(findings, fmt.Sprintf("%s: %d %s, more than %d: divide it", name, n, what, max(most, more)))
		case more > 0 && n <= most:
			findings = append(findings, fmt.Sprintf("%s: %d %s are within the limit: it needs no allowance any more", name, n, what))
		}
	}
	found := rooms(all)
	for _, name := range slices.Sorted(maps.Keys(found)) {
		r, more := found[name], allowed[name]
		judge(name, "lines", r.lines, maxRoomLines, more.lines)
		judge(name, "files", r.files, maxRoomFiles, more.files)
		for _, t := range slices.Sorted(maps.Keys(r.methods)) {
			judge(name+"."+t, "methods", r.methods[t], maxTypeMethods, more.methods[t])
		}
	}
	return findings
}

func TestRooms(t *testing.T) {
	report(t, checkRooms(tree(t), tooLarge()))
}

func TestRoomsCanFail(t *testing.T) {
	text := "// Package p is large.\npackage p\ntype T[X any] struct{}\n"
	for n := range maxTypeMethods + 1 {
		text += fmt.Sprintf("func (t *T[X]) M%d() {}\n", n)
	}
	all := sources(t, map[string]string{"p/a.go": text})
	for _, tt := range []struct {
		allowed map[string]room
		want    []string
	}{
		{nil, []string{"p.T: 31 methods, more than 30: divide it"}},
		{map[string]room{"p": {methods: map[string]int{"T": 31}}}, nil},
		{map[string]room{"p": {lines: 2100, methods: map[string]int{"T": 31}}}, []string{"p: 34 lines are within the limit: it needs no allowance any more"}},
	} {
		if diff := cmp.Diff(tt.want, checkRooms(all, tt.allowed)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}
