// Package page shows a postmortem as HTML, whole in one file: the document that package markdown lays out, with the picture of its
// course, fit for a screen of any width, for light and dark, and for paper.
//
// What the document is made of has gone through Markdown and then through a sanitiser, so that nothing from outside can become more
// than text and links. The page forbids everything else by its policy of contents, which allows its own style sheet by its hash and
// nothing that runs.
package page

import (
	"bytes"
	"crypto/sha256"
	_ "embed" // the style sheet
	"encoding/base64"
	"fmt"
	"regexp"
	"strings"

	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"

	"github.com/oncalm/oncalm/postmortems/document"
	"github.com/oncalm/oncalm/postmortems/markdown"
	"github.com/oncalm/oncalm/postmortems/picture"
	"github.com/oncalm/oncalm/templates"
	"github.com/oncalm/oncalm/text"
)

//go:embed page.css
var styles string

// Policy is what the page may do, for the header of an answer.
func Policy() string {
	sum := sha256.Sum256([]byte(styles))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) +
		"'; img-src data:; base-uri 'none'; form-action 'none'"
}

// Advice is what somebody could say better, shown beside their words to whoever writes the document.
type Advice struct{ Found, Suggest, Rule string }

// Options are what a page has beside its document.
type Options struct {
	// Advice is by the section that it is about; "action items" for those.
	Advice map[string][]Advice
}

// Render makes the page of a document. The errors are those of [markdown.Render].
func Render(d document.Document, set *templates.Set, o Options) ([]byte, error) {
	source, err := markdown.Render(d, set)
	if err != nil {
		return nil, err
	}
	b := &builder{doc: d, secret: "place" + d.Header.Digest[:min(24, len(d.Header.Digest))]}
	source = b.mark(source, o.Advice)
	body, err := toHTML(source)
	if err != nil {
		return nil, err
	}
	return b.page(b.finish(body)), nil
}

// toHTML turns Markdown into HTML that shows text, tables and links, and nothing else.
func toHTML(source []byte) (string, error) {
	md := goldmark.New(goldmark.WithExtensions(extension.GFM), goldmark.WithParserOptions(parser.WithAutoHeadingID()))
	var out bytes.Buffer
	if err := md.Convert(source, &out); err != nil {
		return "", err
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
	return p.Sanitize(out.String()), nil
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
	b.asides = append(b.asides, out.String())
	return fmt.Appendf(nil, "\n\n%s%03d\n", b.secret, len(b.asides)-1)
}

var (
	heading  = regexp.MustCompile(`<h2 id="([^"]*)">(.*?)</h2>`)
	marks    = regexp.MustCompile(`\[e\d+(?:(?:, |–)e\d+)*(?: ?,? and \d+ more)?\]`)
	oneMark  = regexp.MustCompile(`e\d+`)
	lineMark = regexp.MustCompile(`<tr>(\s*)<td>\[e(\d+)\]</td>`)
	ask      = regexp.MustCompile(`<strong>\[fill in`)
)

// finish puts in what is ours: the picture, the contents, advice, and links from marks to lines.
func (b *builder) finish(body string) string {
	if svg, _ := picture.SVG(b.doc); svg != "" {
		figure := `<figure class="course"><div class="scroll" tabindex="0" role="region" aria-label="The course of the incident">` +
			svg + `</div><figcaption>The course of the incident. A hollow mark is an end, or what did not reach or help; what is behind
each mark is told where the pointer rests.</figcaption></figure>`
		body = before(body, "<h2", figure+b.contents(body))
	}
	lines := map[string]bool{}
	for _, m := range lineMark.FindAllStringSubmatch(body, -1) {
		lines[m[2]] = true
	}
	// The row of a line is where marks lead to; its own mark leads nowhere.
	body = lineMark.ReplaceAllString(body, `<tr>$1<td id="e$2"><span>e$2</span></td>`)
	body = marks.ReplaceAllStringFunc(body, func(s string) string {
		return `<span class="marks">` + oneMark.ReplaceAllStringFunc(s, func(m string) string {
			if !lines[m[1:]] {
				return m
			}
			return `<a href="#` + m + `">` + m + `</a>`
		}) + `</span>`
	})
	body = ask.ReplaceAllString(body, `<strong class="ask">[fill in`)
	body = framed(body)
	for n, aside := range b.asides {
		body = strings.Replace(body, fmt.Sprintf("<p>%s%03d</p>", b.secret, n), aside, 1)
	}
	return body
}

// framed puts each table into a frame that can be moved, also with the keyboard.
func framed(body string) string {
	n := 0
	body = regexp.MustCompile("<table>").ReplaceAllStringFunc(body, func(string) string {
		n++
		return fmt.Sprintf(`<div class="scroll" tabindex="0" role="region" aria-label="Table %d"><table>`, n)
	})
	return strings.ReplaceAll(body, "</table>", "</table></div>")
}

// before puts something in front of the first place where a text stands; at the end if there is none.
func before(s, place, what string) string {
	if n := strings.Index(s, place); n >= 0 {
		return s[:n] + what + s[n:]
	}
	return s + what
}

// contents are links to the sections.
func (b *builder) contents(body string) string {
	var out strings.Builder
	for _, m := range heading.FindAllStringSubmatch(body, -1) {
		fmt.Fprintf(&out, `<li><a href="#%s">%s</a></li>`, m[1], m[2])
	}
	return `<nav aria-label="Sections"><ul>` + out.String() + "</ul></nav>"
}

// page puts the head in front of a body.
func (b *builder) page(body string) []byte {
	name := text.HTML("Postmortem of incident " + b.doc.Header.ID + ": " + text.Clip(b.doc.Header.Title, 200))
	return []byte(`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="` + Policy() + `">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>` + name + `</title>
<style>` + styles + `</style>
</head>
<body>
<main>
` + body + `</main>
</body>
</html>
`)
}
