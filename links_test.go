package oncalm_test

import (
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/text"
)

// page is what the link check knows of a Markdown file.
type page struct {
	links   []string
	anchors []string // of its headings, as GitHub makes them
}

// readPage parses Markdown.
func readPage(src string) page {
	var p page
	doc := goldmark.DefaultParser().Parse(text.NewReader([]byte(src)))
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) { // the function returns no error
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Link:
			p.links = append(p.links, string(n.Destination))
		case *ast.Image:
			p.links = append(p.links, string(n.Destination))
		case *ast.Heading:
			p.anchors = append(p.anchors, anchor(plainText(n, []byte(src))))
		}
		return ast.WalkContinue, nil
	})
	return p
}

func plainText(n ast.Node, src []byte) string {
	var b strings.Builder
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if t, ok := c.(*ast.Text); ok {
			b.Write(t.Segment.Value(src))
		} else {
			b.WriteString(plainText(c, src))
		}
	}
	return b.String()
}

// anchor is the name that GitHub gives to a heading.
func anchor(heading string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(heading) {
		switch {
		case unicode.IsLetter(r), unicode.IsDigit(r), r == '-', r == '_':
			b.WriteRune(r)
		case r == ' ':
			b.WriteByte('-')
		}
	}
	return b.String()
}

// checkLinks finds links to files and headings that are not there. Links to elsewhere are not followed; they must be https.
func checkLinks(pages map[string]page, exists func(name string) bool) []string {
	var findings []string
	for name, p := range pages {
		for _, link := range p.links {
			u, err := url.Parse(link)
			switch {
			case err != nil:
				findings = append(findings, name+": "+link+" is not a link")
			case u.Scheme == "http" && u.Hostname() != "127.0.0.1" || u.Scheme != "" && u.Scheme != "http" && u.Scheme != "https":
				findings = append(findings, name+": "+link+" is not https")
			case u.Scheme != "":
			default:
				target := name
				if u.Path != "" {
					target = path.Join(path.Dir(name), u.Path)
				}
				if !exists(target) {
					findings = append(findings, name+": "+link+" is not there")
				} else if u.Fragment != "" && !slices.Contains(pages[target].anchors, u.Fragment) {
					findings = append(findings, name+": "+link+": no such heading")
				}
			}
		}
	}
	slices.Sort(findings)
	return findings
}

// documents are the Markdown files of the repository for its users and contributors.
func documents(t *testing.T) map[string]string {
	t.Helper()
	texts := map[string]string{}
	err := walkRepo(func(name string) error {
		if path.Ext(name) == ".md" && !strings.Contains(name, "testdata/") && !strings.HasPrefix(name, "templates/") {
			texts[name] = read(t, name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return texts
}

func TestLinks(t *testing.T) {
	pages := map[string]page{}
	for name, src := range documents(t) {
		pages[name] = readPage(src)
	}
	report(t, checkLinks(pages, func(name string) bool {
		_, err := os.Stat(filepath.FromSlash(name))
		return err == nil
	}))
}

// TestDocumentsAreReachable holds that every document is linked from another one, so that nothing is written for nobody.
func TestDocumentsAreReachable(t *testing.T) {
	linked := map[string]bool{"README.md": true}
	texts := documents(t)
	for name, src := range texts {
		for _, link := range readPage(src).links {
			target, _, _ := strings.Cut(link, "#")
			linked[path.Join(path.Dir(name), target)] = true
		}
	}
	for name := range texts {
		if !linked[name] {
			t.Errorf("no document links to %s", name)
		}
	}
}

func TestLinksCanFail(t *testing.T) {
	pages := map[string]page{
		"README.md":    readPage("# Top\n[a](docs/a.md) [b](docs/a.md#two-words) [c](#top) [x](docs/gone.md) [y](docs/a.md#gone) [z](http://example.com) ![p](p.png)\n"),
		"docs/a.md":    readPage("# Two *words*\n[up](../README.md#top) [demo](http://127.0.0.1:8080)\n"),
		"docs/none.md": {},
	}
	exists := func(name string) bool { return name == "README.md" || name == "docs/a.md" }
	want := []string{
		"README.md: docs/a.md#gone: no such heading",
		"README.md: docs/gone.md is not there",
		"README.md: http://example.com is not https",
		"README.md: p.png is not there",
	}
	if diff := cmp.Diff(want, checkLinks(pages, exists)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// namedPaths are the files and folders that a document names as code: what ends in .go, and what begins with one of the folders
// of the root. A file without a folder is in that of the file before it in the same paragraph, or in the root.
func namedPaths(src string, folders []string) []string {
	var paths []string
	folder := ""
	doc := goldmark.DefaultParser().Parse(text.NewReader([]byte(src)))
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) { // the function returns no error
		if entering && n.Type() == ast.TypeBlock {
			folder = ""
		}
		if span, ok := n.(*ast.CodeSpan); ok && entering {
			for word := range strings.FieldsSeq(strings.ReplaceAll(plainText(span, []byte(src)), "·", " ")) {
				name := path.Clean(strings.TrimRight(word, ".,:;"))
				first, _, inFolder := strings.Cut(name, "/")
				switch file := path.Ext(name) == ".go"; {
				case strings.ContainsAny(name, "<…"): // the form of a key
				case file && !inFolder:
					paths = append(paths, path.Join(folder, name))
				case inFolder && (file || slices.Contains(folders, first)):
					paths = append(paths, name)
					if file {
						folder = path.Dir(name)
					}
				}
			}
		}
		return ast.WalkContinue, nil
	})
	return paths
}

// rootFolders are the folders in the root.
func rootFolders(t *testing.T) []string {
	t.Helper()
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	var folders []string
	for _, e := range entries {
		if e.IsDir() {
			folders = append(folders, e.Name())
		}
	}
	return folders
}

// TestNamedFilesExist holds that each file and folder that a document names is there. The changelog may name what is gone.
func TestNamedFilesExist(t *testing.T) {
	folders := rootFolders(t)
	found := map[string]int{}
	for name, src := range documents(t) {
		if name == "CHANGELOG.md" {
			continue
		}
		for _, named := range namedPaths(src, folders) {
			found[name]++
			if matches, err := filepath.Glob(filepath.FromSlash(named)); err != nil || len(matches) == 0 {
				t.Errorf("%s names %s, which is not there", name, named)
			}
		}
	}
	if found["CONTRIBUTING.md"] < 30 {
		t.Errorf("found %d files and folders in CONTRIBUTING.md: this test looks for them in the wrong way", found["CONTRIBUTING.md"])
	}
}

func TestNamedFilesCanFail(t *testing.T) {
	const doc = "The `rooms_test.go`, by `go run ./cmd/x demo`.\n\n1. `bot/chat/said.go`, then `carry.go` (`/slack/events`).\n2. `b.go` of `store · store/bolt`, `store/<key>`.\n\n" +
		"| `cmd/*` |\n\n```sh\ncat store/in/a/block.go\n```\n"
	want := []string{"rooms_test.go", "cmd/x", "bot/chat/said.go", "bot/chat/carry.go", "b.go", "store/bolt", "cmd/*"}
	if diff := cmp.Diff(want, namedPaths(doc, []string{"cmd", "store"})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
