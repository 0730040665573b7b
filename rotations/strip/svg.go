package strip

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
func (p Picture) SVG() []byte {
	s := lay(p, newLetters(1))
	var b bytes.Buffer
	out := func(format string, args ...any) { _, _ = fmt.Fprintf(&b, format, args...) } // a buffer takes everything
	out(`<svg xmlns="http://www.w3.org/2000/svg" width="%s" height="%s" viewBox="0 0 %[1]s %[2]s" role="img" aria-label="%s">`+"\n",
		num(s.w), num(s.h), text.HTML(s.title))
	out("<title>%s</title>\n<style>\n%s</style>\n", text.HTML(s.title), style())
	out("<defs>%s%s</defs>\n", pattern(gapBack), pattern(offBack))
	for _, one := range s.shapes {
		b.WriteString(one.svg())
	}
	out("</svg>\n")
	return b.Bytes()
}

// pattern is the hatching of a gap. The role of its lines comes after that of its ground.
func pattern(back role) string {
	rect := func(r role, width int) string {
		return fmt.Sprintf(`<rect class="f%d" width="%d" height="7" fill="%s"/>`, r, width, hex(r.paint().light))
	}
	return fmt.Sprintf(`<pattern id="gap%d" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">%s%s</pattern>`,
		back, rect(back, 7), rect(back+1, 2))
}

// style gives the roles their colours on the dark side; the light ones stand at the shapes, for what reads no style.
func style() string {
	var b strings.Builder
	b.WriteString("text { font-family: system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', 'Noto Sans', sans-serif; }\n")
	b.WriteString("@media (prefers-color-scheme: dark) {\n")
	for r, p := range paints() {
		if p.light != p.dark {
			_, _ = fmt.Fprintf(&b, ".f%d { fill: %s; }\n", r, hex(p.dark))
		}
	}
	b.WriteString("}\n")
	return b.String()
}

// svg is the shape as an element.
func (s shape) svg() string {
	fill := hex(s.role.paint().light)
	if s.kind == hatched {
		fill = fmt.Sprintf("url(#gap%d)", s.role)
	}
	look := fmt.Sprintf(`fill="%s"`, fill)
	if p := s.role.paint(); s.kind != hatched && p.light != p.dark {
		look = fmt.Sprintf(`class="f%d" %s`, s.role, look)
	}
	if s.kind == words {
		weight := ""
		if s.face.medium {
			weight = ` font-weight="500"`
		}
		if s.middle {
			weight += ` text-anchor="middle"`
		}
		return fmt.Sprintf(`<text x="%s" y="%s" font-size="%s"%s %s>%s</text>`+"\n", num(s.x), num(s.y), num(s.face.size), weight, look, text.HTML(s.text))
	}
	round := ""
	if s.kind == pill {
		round = fmt.Sprintf(` rx="%s"`, num(s.radius()))
	}
	at := fmt.Sprintf(`<rect x="%s" y="%s" width="%s" height="%s"%s %s`, num(s.x), num(s.y), num(s.w), num(s.h), round, look)
	if s.text == "" {
		return at + "/>\n"
	}
	return at + "><title>" + text.HTML(s.text) + "</title></rect>\n"
}

// radius is that of a pill's corners.
func (s shape) radius() float64 { return min(4, s.w/2, s.h/2) }

// num is a length, to a hundredth of a pixel.
func num(f float64) string {
	digits := strconv.FormatFloat(f, 'f', 2, 64)
	return strings.TrimSuffix(strings.TrimRight(digits, "0"), ".")
}

// hex is a colour as CSS writes it.
func hex(c color.RGBA) string { return fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B) }
