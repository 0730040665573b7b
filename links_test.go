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
