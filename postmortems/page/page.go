// Package page shows a postmortem as HTML, whole in one file: the document that package markdown lays out, with the picture of its
// course, fit for a screen of any width, for light and dark, and for paper.
//
// What the document is made of has gone through Markdown and then through a sanitiser, so that nothing from outside can become more
// than text and links. The page forbids everything else by its policy of contents, which allows its own style sheet by its hash and
// nothing that runs.
package page

import (
	"bytes"
	_ "embed" // the style sheet
	"fmt"
	"regexp"
	"strings"

	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"

	"github.com/oncalm/oncalm/drawing"
	"github.com/oncalm/oncalm/graphs"
	"github.com/oncalm/oncalm/postmortems/document"
	"github.com/oncalm/oncalm/postmortems/markdown"
	"github.com/oncalm/oncalm/templates"
	"github.com/oncalm/oncalm/text"
)

//go:embed page.css
var sheet string

// styles are the sheet of a page, with the dark side of its graphs. On paper it is light.
func styles() string {
	return sheet + "@media screen and (prefers-color-scheme: dark) {\n" + drawing.Dark(graphs.Paints(), ".metric") + "}\n"
}

// Policy is what the page may do, for the header of an answer.
func Policy() string {
	return text.OwnStyle(styles()) + "; img-src data:; base-uri 'none'; form-action 'none'"
}

// Advice is what somebody could say better, shown beside their words to whoever writes the document.
type Advice struct{ Found, Suggest, Rule string }

// Options are what a page has beside its document.
type Options struct {
	// Advice is by the section that it is about; "action items" for those.
	Advice map[string][]Advice
	// Shape is that of the document; empty is our own.
	Shape string
}

// Render makes the page of a document. The errors are those of [markdown.RenderAs].
func Render(d document.Document, set *templates.Set, o Options) ([]byte, error) {
	b := &builder{doc: d, secret: "place" + d.Header.Digest[:min(24, len(d.Header.Digest))]}
	source, err := markdown.RenderWith(d, set, o.Shape, b.graphs())
	if err != nil {
		return nil, err
	}
	source = b.mark(source, o.Advice)
	body, err := toHTML(source)
	if err != nil {
		return nil, err
	}
	return b.page(body), nil
}

// toHTML turns Markdown into HTML that shows text, tables and links, and nothing else.
func toHTML(source []byte) ([]byte, error) {
	md := goldmark.New(goldmark.WithExtensions(extension.GFM), goldmark.WithParserOptions(parser.WithAutoHeadingID()))
	var out bytes.Buffer
	out.Grow(2 * len(source))
	if err := md.Convert(source, &out); err != nil {
		return nil, err
	}
	p := bluemonday.NewPolicy()
	p.AllowElements("h1", "h2", "h3", "h4", "h5", "h6", "p", "br", "hr", "strong", "em", "del", "code", "pre", "blockquote", "ul",
		"ol", "li", "table", "thead", "tbody", "tr", "th", "td")
	p.AllowAttrs("id").Matching(regexp.MustCompile(`^[a-z0-9][a-z0-9_-]*$`)).OnElements("h1", "h2", "h3", "h4", "h5", "h6")
	p.AllowAttrs("href").OnElements("a")
	p.AllowURLSchemes("https")
	p.RequireParseableURLs(true)
	p.RequireNoReferrerOnLinks(true)
	p.RequireNoFollowOnLinks(false)
	clean := p.SanitizeReader(&out)
	return clean.Bytes(), nil
}

// A builder puts a page together.
type builder struct {
	doc    document.Document
	secret string   // begins the words that stand for what is put in after everything else is harmless
	asides []string // what is put in
}

var sectionEnd = regexp.MustCompile(`(?m)^<!-- oncalm: ([a-z]+) e\d+ -->\n(?s:.*?)^<!-- /oncalm -->$`)

// mark puts words into the document that stand for advice.
func (b *builder) mark(source []byte, advice map[string][]Advice) []byte {
	source = sectionEnd.ReplaceAllFunc(source, func(section []byte) []byte {
		name := sectionEnd.FindSubmatch(section)[1]
		return append(bytes.Clone(section), b.aside(advice[string(name)])...)
	})
	if note := b.aside(advice[ActionItems]); note != nil {
		source = regexp.MustCompile(`(?m)^## Action items$`).ReplaceAll(source, append([]byte("$0"), note...))
	}
	return source
}

// ActionItems is where advice about action items stands.
const ActionItems = "action items"

// aside keeps advice, and returns the words that stand for it.
func (b *builder) aside(all []Advice) []byte {
	if len(all) == 0 {
		return nil
	}
	var out strings.Builder
	out.WriteString(`<aside class="advice"><strong>Only you see this</strong><ul>`)
	for _, a := range all {
		fmt.Fprintf(&out, "<li>“%s”: %s <small>%s</small></li>", text.HTML(a.Found), text.HTML(a.Suggest), text.HTML(a.Rule))
	}
	out.WriteString("</ul></aside>")
	return fmt.Appendf(nil, "\n\n%s\n", b.place(out.String()))
}

// place keeps what is put in, and returns the words that stand for it.
func (b *builder) place(html string) string {
	b.asides = append(b.asides, html)
	return fmt.Sprintf("%s%03d", b.secret, len(b.asides)-1)
}

// graphs draws the metrics of a document, and returns the words that stand for the pictures.
func (b *builder) graphs() []string {
	places := make([]string, len(b.doc.Graphs))
	for n, g := range b.doc.Graphs {
		drawn, ok := g.Drawn()
		if !ok {
			continue
		}
		scene := drawn.Scene()
		scene.Title = "Graph of the metric " + text.Clip(g.Metric, 200) + ", which the words below it tell"
		places[n] = b.place(fmt.Sprintf(`<figure class="metric"><div class="scroll" tabindex="0" role="region" aria-label="Metric %d">%s</div></figure>`,
			n+1, scene.Inline()))
	}
	return places
}

// page writes a body between its head and its end.
func (b *builder) page(body []byte) []byte {
	var out bytes.Buffer
	out.Grow(len(body) + len(body)/2 + len(sheet))
	name := text.HTML("Postmortem of incident " + b.doc.Header.ID + ": " + text.Clip(b.doc.Header.Title, 200))
	out.WriteString(`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="` + Policy() + `">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>` + name + `</title>
<style>` + styles() + `</style>
</head>
<body>
<main>
`)
	b.finish(&out, body)
	out.WriteString(`</main>
</body>
</html>
`)
	return out.Bytes()
}
