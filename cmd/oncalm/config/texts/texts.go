// Package texts reads which texts a program of this configuration writes with: a folder with the operator's own, and in which shape
// postmortems are.
package texts

import (
	"slices"
	"strings"

	"github.com/oncalm/oncalm/cmd/oncalm/config/reading"
	"github.com/oncalm/oncalm/cmd/oncalm/config/severities"
	"github.com/oncalm/oncalm/postmortems/markdown"
	"github.com/oncalm/oncalm/postmortems/shapes"
	"github.com/oncalm/oncalm/templates"
)

// A Reader reads the section templates, and that of each service.
type Reader struct {
	Directory *string
	Shapes    *shapes.Choices
	chosen    []choice // is looked at when all texts are known
	texts     *templates.Set
}

// A choice is of a shape, where it stands.
type choice struct {
	at   reading.Value
	name string
}

// Section reads a folder, or a mapping with the folder and the shapes.
func (r *Reader) Section(v reading.Value) {
	v.File.Later(r.agree)
	if v.Kind() == reading.Scalar {
		r.directory(v)
		return
	}
	v.Mapping(
		reading.Key("directory", r.directory),
		reading.Key("postmortem", func(v reading.Value) { r.Shapes.All = r.shape(v) }),
	)
}

// Service returns the reader of a service's section.
func (r *Reader) Service(name string) func(reading.Value) {
	return func(v reading.Value) {
		v.Mapping(reading.Key("postmortem", func(v reading.Value) {
			if r.Shapes.Services == nil {
				r.Shapes.Services = map[string]shapes.Choice{}
			}
			r.Shapes.Services[name] = r.shape(v)
			v.File.Later(r.agree) // what was looked at is not looked at again
		}))
	}
}

// directory reads the folder, and sees that each text in it can be filled in. A text with a mistake in it is found here and not when
// a postmortem is made.
func (r *Reader) directory(v reading.Value) {
	s, ok := v.Filled("the path of a directory")
	if !ok {
		return
	}
	dir := v.File.Path(s)
	set, err := templates.Load(dir)
	if err == nil {
		err = markdown.Check(set)
	}
	if err != nil {
		v.Errorf("correct it, or remove the key", "%v", err)
		return
	}
	*r.Directory, r.texts = dir, set
	r.chosen = append(r.chosen, choice{v, markdown.Ours})
}

// shape reads a name, or names by severities.
func (r *Reader) shape(v reading.Value) shapes.Choice {
	c := shapes.Choice{Severity: map[string]string{}}
	const wanted = "the name of a shape such as sre, or a mapping such as {sev1: coe, sev2-sev4: sre}"
	if v.Kind() != reading.Mapping {
		c.Name = r.name(v, wanted)
		return c
	}
	v.Each(wanted, func(name string, key, v reading.Value) {
		for _, severity := range severities.Span(name) {
			c.Severity[severity] = r.name(v, wanted)
		}
		if len(severities.Span(name)) == 0 {
			key.Errorf("write sev1, or sev2-sev4", "%s is no severity", reading.Quote(name))
		}
	})
	return c
}

func (r *Reader) name(v reading.Value, wanted string) string {
	name, ok := v.Filled(wanted)
	if ok {
		r.chosen = append(r.chosen, choice{v, name})
	}
	return name
}

// agree sees that each shape that was chosen is there, and shows what people write.
func (r *Reader) agree() {
	if r.texts == nil {
		set, err := templates.Load("")
		if err != nil {
			return // the program's own texts have tests
		}
		r.texts = set
	}
	known := markdown.Shapes(r.texts)
	for _, c := range r.chosen {
		if !slices.Contains(known, c.name) {
			c.at.Errorf("choose one of "+strings.Join(known, ", ")+", or add postmortem-NAME.md to templates.directory",
				"there is no shape %s", reading.Quote(c.name))
			continue
		}
		if lost, err := markdown.Lost(r.texts, c.name); err == nil && len(lost) > 0 {
			c.at.Warnf(`add {{index .Written "`+lost[0]+`"}} and the like`,
				"the shape %s does not show what people write in %s", c.name, strings.Join(lost, ", "))
		}
	}
	r.chosen = nil
}
