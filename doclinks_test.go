package oncalm_test

import (
	"fmt"
	"go/ast"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// docLink is what a comment names as [Name], [Type.Method] or [package.Name]; a plural behind it is no link to godoc.
var docLink = regexp.MustCompile(`(^|[^"\w\]])\[\*?([A-Za-z]\w*(?:\.[A-Za-z]\w*)*)\](\w?)`)

// members are the names of a file's package as links have them: of types also what they have, as Type.Member.
func members(file *ast.File) map[string]bool {
	names := declared(file)
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			if n.Recv != nil {
				names[receiver(n)+"."+n.Name.Name] = true
			}
			return false
		case *ast.TypeSpec:
			ast.Inspect(n.Type, func(in ast.Node) bool {
				if field, ok := in.(*ast.Field); ok {
					for _, name := range field.Names {
						names[n.Name.Name+"."+name.Name] = true
					}
				}
				return true
			})
		}
		return true
	})
	return names
}

// checkDocLinks finds comments of the program that name what is not there: a type that was renamed lives on in them otherwise.
// What another module has is not looked up.
func checkDocLinks(all []source) []string {
	names, imports := map[string]map[string]bool{}, map[string]map[string]string{} // by folder
	dirs := map[string]string{}                                                    // by the name of the package
	for _, s := range all {
		if s.test() {
			continue
		}
		dir := s.dir()
		if names[dir] == nil {
			names[dir], imports[dir] = map[string]bool{}, map[string]string{}
		}
		dirs[path.Base(dir)] = dir
		for name, is := range members(s.file) {
			names[dir][name] = names[dir][name] || is
		}
		maps.Copy(imports[dir], importNames(s))
	}
	there := func(dir, name string) bool {
		if names[dir][name] {
			return true
		}
		first, rest, _ := strings.Cut(name, ".")
		if imported, ok := imports[dir][first]; ok {
			ours, is := strings.CutPrefix(imported, modulePath+"/")
			return !is || names[ours][rest]
		}
		return names[dirs[first]][rest]
	}
	var findings []string
	for _, s := range all {
		for _, group := range s.file.Comments {
			for _, link := range docLink.FindAllStringSubmatch(group.Text(), -1) {
				switch {
				case s.test() || len(link[2]) == 1: // an index
				case !there(s.dir(), link[2]):
					findings = append(findings, fmt.Sprintf("%s: [%s] is not there", s.at(group), link[2]))
				case link[3] != "":
					findings = append(findings, fmt.Sprintf("%s: [%s]%s is no link: nothing may follow it", s.at(group), link[2], link[3]))
				}
			}
		}
	}
	slices.Sort(findings)
	return findings
}

func TestDocLinks(t *testing.T) {
	report(t, checkDocLinks(tree(t)))
}

func TestDocLinksCanFail(t *testing.T) {
	all := sources(t, map[string]string{
		"a/a.go": "// Package a has [Tee], [Tee.M], [Tee.F], [*Tee], [b.B] and [fs.ErrExist], [Tee]s, [Gone], [Tee.Gone].\npackage a\n" +
			"import \"io/fs\"\n// Tee says [b.Gone] of x[i] and \"[L0]\".\ntype Tee struct{ F int }\nfunc (t *Tee) M() {}\n",
		"b/b.go": "package b\ntype B int\n",
	})
	want := []string{
		"a/a.go:1: [Gone] is not there",
		"a/a.go:1: [Tee.Gone] is not there",
		"a/a.go:1: [Tee]s is no link: nothing may follow it",
		"a/a.go:4: [b.Gone] is not there",
	}
	if diff := cmp.Diff(want, checkDocLinks(all)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
