package page_test

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/oncalm/oncalm/changes"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/postmortems"
	"github.com/oncalm/oncalm/postmortems/document"
	"github.com/oncalm/oncalm/postmortems/evidence"
	"github.com/oncalm/oncalm/postmortems/lint"
	"github.com/oncalm/oncalm/postmortems/markdown"
	"github.com/oncalm/oncalm/postmortems/page"
	"github.com/oncalm/oncalm/postmortems/storytest"
	"github.com/oncalm/oncalm/templates"
)

// show writes the pages into a folder, to be looked at.
var show = flag.String("show", "", "a folder that the pages are written into")

func texts(t testing.TB) *templates.Set {
	t.Helper()
	set, err := templates.Load("")
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func build(i incidents.Incident, events []incidents.Event) document.Document {
	return postmortems.Make(i, events, evidence.Around{Changes: []changes.Change{
		{ID: "7f1c", At: i.Opened.Add(-14 * time.Minute), Kind: "deploy", Title: "deployed checkout 42"},
	}, Past: []evidence.Earlier{}}, postmortems.AsRoles)
}

var tag = regexp.MustCompile(`<[a-zA-Z!/][^>]*>`)

// ours are the tags of a page: those of the document, of its frame and of the picture.
var ours = regexp.MustCompile(`^</?(h[1-6]|p|ul|ol|li|table|thead|tbody|tr|th|td|a|strong|em|small|blockquote|code|pre|span|div|figure|` +
	`figcaption|nav|aside|main|body|head|html|title|style|svg|path|polyline|text|rect|circle|meta|!doctype|br|hr|del)(\s[^<]*)?/?>$`)

// TestPages: what comes from outside makes no tags, no attributes that run, and no links but those that may be.
func TestPages(t *testing.T) {
	l, err := lint.New()
	if err != nil {
		t.Fatal(err)
	}
	for name, story := range storytest.Stories() {
		t.Run(name, func(t *testing.T) {
			d := build(story(t).Folded())
			out, err := page.Render(d, texts(t), page.Options{Advice: page.Advise(l, d)})
			if err != nil {
				t.Fatal(err)
			}
			again, err := page.Render(d, texts(t), page.Options{Advice: page.Advise(l, d)})
			if err != nil || string(again) != string(out) {
				t.Errorf("it is another page the second time (%v)", err)
			}
			if *show != "" {
				if err := os.WriteFile(filepath.Join(*show, name+".html"), out, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			check(t, string(out))
		})
	}
}

// TestPagesOfShapes: the same holds in each shape, for what is hostile and for what runs from right to left.
func TestPagesOfShapes(t *testing.T) {
	for _, shape := range markdown.Shapes(texts(t)) {
		for _, name := range []string{"hostile", "rtl", "responded", "measured"} {
			t.Run(shape+"/"+name, func(t *testing.T) {
				d := build(storytest.Stories()[name](t).Folded())
				out, err := page.Render(d, texts(t), page.Options{Shape: shape})
				if err != nil {
					t.Fatal(err)
				}
				check(t, string(out))
			})
		}
	}
}

func check(t *testing.T, html string) {
	t.Helper()
	for _, found := range tag.FindAllString(html, -1) {
		if !ours.MatchString(found) || regexp.MustCompile(`(?i)\\son[a-z]+\s*=|javascript:|\sstyle=|<img|<script`).MatchString(found) {
			t.Errorf("data made the tag %s", found)
		}
	}
	for _, href := range regexp.MustCompile(`href="([^"]*)"`).FindAllStringSubmatch(html, -1) {
		if !strings.HasPrefix(href[1], "https://") && !strings.HasPrefix(href[1], "#") {
			t.Errorf("a link to %s", href[1])
		}
	}
	for _, id := range regexp.MustCompile(`href="#([^"]*)"`).FindAllStringSubmatch(html, -1) {
		if strings.Count(html, `id="`+id[1]+`"`) != 1 {
			t.Errorf("a link leads to %d places %s", strings.Count(html, `id="`+id[1]+`"`), id[1])
		}
	}
	for _, part := range []string{`<meta http-equiv="Content-Security-Policy" content="` + page.Policy() + `">`, `lang="en"`, "<title>Postmortem of incident 42"} {
		if !strings.Contains(html, part) {
			t.Errorf("%s is not in the page", part)
		}
	}
	if strings.Contains(html, "oncalm: summary") || strings.Contains(html, "place") && regexp.MustCompile(`place[0-9a-f]{24}`).MatchString(html) {
		t.Error("a mark of ours is shown")
	}
}
