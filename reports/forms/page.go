package forms

import (
	_ "embed" // the style sheet
	"fmt"
	"strings"

	"github.com/oncalm/oncalm/reports"
	"github.com/oncalm/oncalm/text"
)

//go:embed report.css
var styles string

// Policy is what the page may do, for the header of an answer: nothing but its own style sheet.
func Policy() string {
	return text.OwnStyle(styles) + "; base-uri 'none'; form-action 'none'"
}

// HTML is a report as a page of one file, with its picture: for screens of any width, light and dark, and for paper.
func HTML(r reports.Report) string {
	var b strings.Builder
	title := text.HTML(heading(r))
	b.WriteString(`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="` + Policy() + `">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>` + title + `</title>
<style>` + styles + `</style>
</head>
<body>
<main>
<h1>` + title + `</h1>
`)
	paragraph(&b, Summed(r))
	if len(r.Incidents.ByService) > 0 {
		paragraph(&b, "By service: "+counts(r.Incidents.ByService)+".")
	}
	b.WriteString(`<figure><div class="scroll" tabindex="0" role="region" aria-label="The picture">` + SVG(r) + "</div></figure>\n")
	if r.Incidents.All > 0 {
		grid(&b, "How long it took", times(r))
	}
	paragraph(&b, "Over by itself in under 5 min: "+share(r.Passing)+". Acted on: "+share(r.Acted)+".")
	grid(&b, "Pages", nights(r))
	grid(&b, "Noisy alarms", noisy(r))
	if r.MoreNoisy > 0 {
		paragraph(&b, fmt.Sprintf("And %d more.", r.MoreNoisy))
	}
	for _, n := range r.Noisy {
		changes(&b, n)
	}
	grid(&b, "Action items", toDo(r))
	paragraph(&b, unfinished(r))
	b.WriteString("<h2>What the words mean</h2>\n<ul>\n")
	for _, d := range Definitions() {
		b.WriteString("<li>" + text.HTML(d) + "</li>\n")
	}
	b.WriteString("</ul>\n</main>\n</body>\n</html>\n")
	return b.String()
}

func paragraph(b *strings.Builder, s string) { b.WriteString("<p>" + text.HTML(s) + "</p>\n") }

// grid is a table under a heading, in a frame that can be moved with the keyboard, too; nothing if it has no rows.
func grid(b *strings.Builder, title string, rows [][]string) {
	if len(rows) < 2 {
		return
	}
	fmt.Fprintf(b, `<h2>%s</h2>
<div class="scroll" tabindex="0" role="region" aria-label="%s"><table>
`, text.HTML(title), text.HTML(title))
	for n, row := range rows {
		cell := "td"
		if n == 0 {
			cell = "th"
		}
		b.WriteString("<tr>")
		for _, c := range row {
			b.WriteString("<" + cell + ">" + text.HTML(c) + "</" + cell + ">")
		}
		b.WriteString("</tr>\n")
	}
	b.WriteString("</table></div>\n")
}

// changes are the changes that are proposed for an alarm.
func changes(b *strings.Builder, n reports.Noisy) {
	if len(n.Cures) == 0 {
		return
	}
	fmt.Fprintf(b, "<details><summary>What could be changed of %s</summary>\n<ol>\n", text.HTML(name(n.Alarm.Name)))
	for _, c := range n.Cures {
		b.WriteString("<li>" + text.HTML(c.Says) + "\n")
		for _, code := range []string{c.CLI, c.CloudFormation, c.Config} {
			if code != "" {
				b.WriteString(`<pre tabindex="0"><code>` + text.HTML(code) + "</code></pre>\n")
			}
		}
		b.WriteString("</li>\n")
	}
	b.WriteString("</ol></details>\n")
}
