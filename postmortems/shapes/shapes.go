// Package shapes says in which shape a document is written: our own, that of a book or company that many know, or an operator's. It is
// chosen for all incidents, for some severities, and for single services; the narrowest choice is taken.
package shapes

import (
	"github.com/oncalm/oncalm/postmortems/document"
	"github.com/oncalm/oncalm/postmortems/markdown"
	"github.com/oncalm/oncalm/postmortems/page"
	"github.com/oncalm/oncalm/templates"
)

// A Choice is of shapes by their names. The empty name chooses none.
type Choice struct {
	Name     string
	Severity map[string]string // by severity
}

// of is the shape for a severity.
func (c Choice) of(severity string) string {
	if name := c.Severity[severity]; name != "" {
		return name
	}
	return c.Name
}

// Choices are those for all incidents, and those for single services.
type Choices struct {
	All      Choice
	Services map[string]Choice
}

// Of is the shape of a document: by the worst severity that its incident had.
func (c Choices) Of(h document.Header) string {
	severity := h.Severity
	if h.Worst != "" {
		severity = h.Worst
	}
	for _, choice := range []Choice{c.Services[h.Service], c.All} {
		if name := choice.of(severity); name != "" {
			return name
		}
	}
	return markdown.Ours
}

// A Layout writes documents.
type Layout struct {
	Texts   *templates.Set
	Choices Choices
}

// Load reads the texts of the program and of a directory, which may be empty, and makes sure that each can be filled in. The errors
// are those of [templates.Load] and [markdown.Render].
func Load(dir string, c Choices) (Layout, error) {
	set, err := templates.Load(dir)
	if err != nil {
		return Layout{}, err
	}
	return Layout{set, c}, markdown.Check(set)
}

// Markdown writes a document as Markdown. Without a shape it is in the one that was chosen for its incident.
func (l Layout) Markdown(d document.Document, shape string) ([]byte, error) {
	return markdown.RenderAs(d, l.Texts, l.shape(d, shape))
}

// MarkdownWith is [Layout.Markdown] with pictures, see [markdown.RenderWith].
func (l Layout) MarkdownWith(d document.Document, pictures []string) ([]byte, error) {
	return markdown.RenderWith(d, l.Texts, l.shape(d, ""), pictures)
}

// Page writes a document as a page, in a shape like [Layout.Markdown].
func (l Layout) Page(d document.Document, o page.Options) ([]byte, error) {
	o.Shape = l.shape(d, o.Shape)
	return page.Render(d, l.Texts, o)
}

func (l Layout) shape(d document.Document, shape string) string {
	if shape != "" {
		return shape
	}
	return l.Choices.Of(d.Header)
}
