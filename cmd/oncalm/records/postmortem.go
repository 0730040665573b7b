package records

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/oncalm/oncalm/cmd/oncalm/cli"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/history"
	"github.com/oncalm/oncalm/postmortems"
	"github.com/oncalm/oncalm/postmortems/document"
	"github.com/oncalm/oncalm/postmortems/evidence"
	"github.com/oncalm/oncalm/postmortems/lint"
	"github.com/oncalm/oncalm/postmortems/markdown"
	"github.com/oncalm/oncalm/postmortems/page"
	"github.com/oncalm/oncalm/postmortems/picture"
	"github.com/oncalm/oncalm/postmortems/shapes"
)

// PostmortemCommand is oncalm postmortem.
type PostmortemCommand struct {
	source
	Format string `enum:"markdown,html,json,svg" default:"markdown" help:"markdown, html (one file, with the picture), json, or svg: the picture alone (default: markdown)."`
	JSON   bool   `name:"json" help:"The same as -format json."`
	HTML   bool   `name:"html" help:"The same as -format html."`
	Advice bool   `help:"In HTML, say beside what people wrote where it blames somebody, and what action items lack: for whoever writes it."`
	Shape  string `placeholder:"NAME" help:"oncalm, sre, coe, pagerduty, howie, or one of templates.directory, instead of the one of the configuration."`
	Names  bool   `help:"Say who people are. Without it they are called by what they were: Responder A."`
	ID     string `arg:"" help:"The incident's number."`
}

// Run makes the document of an incident.
func (c *PostmortemCommand) Run(ctx context.Context, s *cli.Session) error {
	doc, err := c.document(ctx, s)
	if err != nil {
		return err
	}
	if c.JSON || c.Format == "json" {
		return s.JSON(doc)
	}
	text, err := c.text(s, doc)
	if err != nil {
		return err
	}
	_, err = s.Stdout.Write(text)
	return err
}

// Documents are the document of an incident in Markdown, in each shape, one after the other.
func Documents(ctx context.Context, s *cli.Session, f cli.StoreFlag, id string,
	people postmortems.People) ([]byte, error) {
	c := PostmortemCommand{source: source{StoreFlag: f}, ID: id, Names: bool(people)}
	doc, err := c.document(ctx, s)
	if err != nil {
		return nil, err
	}
	filled, err := texts(s, c.StoreFlag)
	if err != nil {
		return nil, err
	}
	var all []byte
	for _, shape := range markdown.Shapes(filled.Texts) {
		text, err := filled.Markdown(doc, shape)
		if err != nil {
			return nil, err
		}
		all = append(append(all, text...), '\n')
	}
	return all, nil
}

// text is the document in the form that is asked for.
func (c *PostmortemCommand) text(s *cli.Session, doc document.Document) ([]byte, error) {
	if c.Format == "svg" && !c.HTML {
		svg, _ := picture.SVG(doc)
		return []byte(svg + "\n"), nil
	}
	filled, err := texts(s, c.StoreFlag)
	if err != nil {
		return nil, err
	}
	if known := markdown.Shapes(filled.Texts); c.Shape != "" && !slices.Contains(known, c.Shape) {
		return nil, cli.End(cli.ExitUsage, "there is no shape "+strconv.Quote(c.Shape),
			"choose one of "+strings.Join(known, ", "))
	}
	var text []byte
	if c.HTML || c.Format == "html" {
		o := page.Options{Shape: c.Shape}
		if c.Advice {
			l, err := lint.New()
			if err != nil {
				return nil, err
			}
			o.Advice = page.Advise(l, doc)
		}
		text, err = filled.Page(doc, o)
	} else {
		text, err = filled.Markdown(doc, c.Shape)
	}
	if err != nil {
		return nil, cli.End(cli.ExitUsage, err.Error(), "correct the template")
	}
	return text, nil
}

// document reads an incident, and what is known beside its timeline. The store is opened twice, once for the incident and
// once for what is beside it; in between little can change that matters.
func (c *PostmortemCommand) document(ctx context.Context, s *cli.Session) (document.Document, error) {
	i, events, err := incident(ctx, s, c.source, c.ID)
	if err != nil {
		return document.Document{}, err
	}
	around := evidence.Around{}
	err = c.read(ctx, s, func(r reader) (err error) {
		around, err = aroundOf(ctx, r, i, events)
		return err
	})
	return postmortems.Make(i, events, around, postmortems.People(c.Names)), err
}

// aroundOf reads what is known beside a timeline.
func aroundOf(ctx context.Context, r reader, i incidents.Incident, events []incidents.Event) (around evidence.Around,
	err error) {
	from, to := evidence.Read(i, events).Window()
	if around.Changes, err = cli.Changes(ctx, r, from, to); err != nil {
		around.Changes = nil // the document says that nobody looked
	}
	around.Past, err = cli.Before(ctx, r, i.ID)
	if errors.Is(err, errors.ErrUnsupported) {
		around.Past, err = postmortems.Past(i, func(q history.Query, each func([]history.Row) error) error {
			return r.Incidents(ctx, q, each)
		})
	}
	return around, err
}

// texts are the templates of the configuration; those of the program if only a store
// was named.
func texts(s *cli.Session, f cli.StoreFlag) (shapes.Layout, error) {
	if f.Store != "" {
		return shapes.Load("", shapes.Choices{})
	}
	cfg, err := s.Load(f.Config, "templates")
	if err != nil {
		return shapes.Layout{}, err
	}
	return shapes.Load(cfg.Templates, cfg.Shapes)
}
