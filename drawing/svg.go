package drawing

import (
	"bytes"
	"fmt"
	"image/color"
	"strconv"
	"strings"

	"github.com/oncalm/oncalm/text"
)

// SVGForm and PNGForm are the media types of the pictures.
const (
	SVGForm = "image/svg+xml"
	PNGForm = "image/png"
)

// SVG returns the picture as a document of its own. Where the browser of whoever looks asks for dark pages, it is dark. It
// has no script and asks for nothing from elsewhere, so it can be shown under the strictest policy.
func (s Scene) SVG() []byte {
	var b bytes.Buffer
	out := func(format string, args ...any) { _, _ = fmt.Fprintf(&b, format, args...) } // a buffer takes everything
	s.begin(out)
	out("<title>%s</title>\n<style>\n%s</style>\n", text.HTML(s.Title), s.style())
	s.drawn(&b)
	return b.Bytes()
}

// Inline returns the picture as a part of a page that allows no style but that of its own sheet: it has none, and its dark side is in
// the page's sheet ([Dark]).
func (s Scene) Inline() []byte {
	var b bytes.Buffer
	s.begin(func(format string, args ...any) { _, _ = fmt.Fprintf(&b, format, args...) }) // as above
	s.drawn(&b)
	return b.Bytes()
}

func (s Scene) begin(out func(string, ...any)) {
	out(`<svg xmlns="http://www.w3.org/2000/svg" width="%s" height="%s" viewBox="0 0 %[1]s %[2]s" role="img" aria-label="%s">`+"\n",
		num(s.W), num(s.H), text.HTML(s.Title))
}

// drawn writes the shapes, and the end.
func (s Scene) drawn(b *bytes.Buffer) {
	out := func(format string, args ...any) { _, _ = fmt.Fprintf(b, format, args...) } // as above
	if len(s.Hatches) > 0 {
		out("<defs>")
		for _, r := range s.Hatches {
			b.WriteString(s.pattern(r))
		}
		out("</defs>\n")
	}
	for _, one := range s.Shapes {
		b.WriteString(s.element(one))
	}
	out("</svg>\n")
}

// pattern is the hatching of a ground. The role of its lines comes after that of its ground.
func (s Scene) pattern(back Role) string {
	rect := func(r Role, width int) string {
		return fmt.Sprintf(`<rect class="f%d" width="%d" height="7" fill="%s"/>`, r, width, hex(s.paint(r).Light))
	}
	return fmt.Sprintf(`<pattern id="gap%d" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">%s%s</pattern>`,
		back, rect(back, 7), rect(back+1, 2))
}

// style gives the letters their font, and the roles their colours on the dark side; the light ones stand at the shapes, for what reads
// no style.
func (s Scene) style() string {
	lines := map[Role]bool{}
	for _, one := range s.Shapes {
		if one.Kind == Line {
			lines[one.Role] = true
		}
	}
	return "text { font-family: system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', 'Noto Sans', sans-serif; }\n" +
		"@media (prefers-color-scheme: dark) {\n" + dark(s.Paints, "", func(r Role) bool { return lines[r] }) + "}\n"
}

// Dark are the rules of a sheet by which pictures of these paints ([Scene.Inline]) are dark within what a selector selects.
func Dark(paints []Paint, within string) string {
	return dark(paints, within+" ", func(Role) bool { return true })
}

func dark(paints []Paint, before string, line func(Role) bool) string {
	var b strings.Builder
	for n, p := range paints {
		if p.Light == p.Dark {
			continue
		}
		_, _ = fmt.Fprintf(&b, "%s.f%d { fill: %s; }\n", before, n, hex(p.Dark))
		if line(Role(n)) {
			_, _ = fmt.Fprintf(&b, "%s.s%d { stroke: %s; }\n", before, n, hex(p.Dark))
		}
	}
	return b.String()
}

// look is how an element gets its colour: as the attribute of that name, and by the class that makes it dark.
func (s Scene) look(r Role, class, attribute string) string {
	p := s.paint(r)
	if p.Light == p.Dark {
		return fmt.Sprintf(`%s="%s"`, attribute, hex(p.Light))
	}
	return fmt.Sprintf(`class="%s%d" %s="%s"`, class, r, attribute, hex(p.Light))
}

// element is a shape as an element.
func (s Scene) element(one Shape) string {
	switch one.Kind {
	case Words:
		return s.words(one)
	case Line:
		var points strings.Builder
		for n, p := range one.Points {
			if n > 0 {
				points.WriteByte(' ')
			}
			points.WriteString(num(p.X) + "," + num(p.Y))
		}
		return fmt.Sprintf(`<polyline points="%s" fill="none" stroke-width="%s" stroke-linejoin="round" %s/>`+"\n", points.String(), num(one.W),
			s.look(one.Role, "s", "stroke"))
	}
	look, round := s.look(one.Role, "f", "fill"), ""
	if one.Kind == Hatched {
		look = fmt.Sprintf(`fill="url(#gap%d)"`, one.Role)
	}
	if one.Kind == Pill {
		round = fmt.Sprintf(` rx="%s"`, num(one.radius()))
	}
	at := fmt.Sprintf(`<rect x="%s" y="%s" width="%s" height="%s"%s %s`, num(one.X), num(one.Y), num(one.W), num(one.H), round, look)
	if one.Text == "" {
		return at + "/>\n"
	}
	return at + "><title>" + text.HTML(one.Text) + "</title></rect>\n"
}

// words are letters as an element.
func (s Scene) words(one Shape) string {
	more := ""
	if one.Face.Medium {
		more = ` font-weight="500"`
	}
	if one.Middle {
		more += ` text-anchor="middle"`
	}
	return fmt.Sprintf(`<text x="%s" y="%s" font-size="%s"%s %s>%s</text>`+"\n", num(one.X), num(one.Y), num(one.Face.Size), more,
		s.look(one.Role, "f", "fill"), text.HTML(one.Text))
}

// num is a length, to a hundredth of a pixel.
func num(f float64) string {
	digits := strconv.FormatFloat(f, 'f', 2, 64)
	return strings.TrimSuffix(strings.TrimRight(digits, "0"), ".")
}

// hex is a colour as CSS writes it.
func hex(c color.RGBA) string { return fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B) }
