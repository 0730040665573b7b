package page

import (
	"bytes"
	"fmt"
	"regexp"
	"strconv"

	"github.com/oncalm/oncalm/postmortems/picture"
)

var (
	heading  = regexp.MustCompile(`<h2 id="([^"]*)">(.*?)</h2>`)
	marks    = regexp.MustCompile(`^\[e\d+(?:(?:, |–)e\d+)*(?: ?,? and \d+ more)?\]`)
	oneMark  = regexp.MustCompile(`e\d+`)
	lineMark = regexp.MustCompile(`<tr>(\s*)<td>\[e(\d+)\]</td>`)
	rowMark  = regexp.MustCompile(`^<tr>(\s*)<td>\[e(\d+)\]</td>`)
)

// ask begins a place for people.
const ask = "<strong>[fill in"

// A finisher writes a body of harmless HTML with what is ours: the picture, the contents, advice, and links from marks to lines. It
// goes through the body once, since that of a storm is large.
type finisher struct {
	*builder
	out    *bytes.Buffer
	lines  map[string]bool // that marks can lead to
	tables int
	begun  bool // the first section
}

// finish writes a body.
func (b *builder) finish(out *bytes.Buffer, body []byte) {
	f := finisher{builder: b, out: out, lines: map[string]bool{}}
	for _, m := range lineMark.FindAllSubmatchIndex(body, -1) {
		f.lines[string(body[m[4]:m[5]])] = true
	}
	whole := body
	for len(body) > 0 {
		n := bytes.IndexAny(body, "<[")
		if n < 0 {
			n = len(body)
		}
		f.out.Write(body[:n])
		if body = body[n:]; len(body) > 0 {
			body = body[f.one(body, whole):]
		}
	}
	if !f.begun {
		f.course(whole)
	}
}

// one writes what begins with a bracket, and returns how long it was.
func (f *finisher) one(body, whole []byte) int {
	begins := func(s string) bool { return bytes.HasPrefix(body, []byte(s)) }
	switch {
	case body[0] == '[':
		return f.marks(body)
	case begins("<h2") && !f.begun:
		f.begun = true
		f.course(whole)
	case begins("<tr>"):
		// The row of a line is where marks lead to; its own mark leads nowhere.
		if m := rowMark.FindSubmatch(body); m != nil {
			fmt.Fprintf(f.out, `<tr>%s<td id="e%s"><span>e%s</span></td>`, m[1], m[2], m[2])
			return len(m[0])
		}
	case begins(ask):
		f.out.WriteString(`<strong class="ask">[fill in`)
		return len(ask)
	case begins("<table>"): // in a frame that can be moved, also with the keyboard
		f.tables++
		fmt.Fprintf(f.out, `<div class="scroll" tabindex="0" role="region" aria-label="Table %d"><table>`, f.tables)
		return len("<table>")
	case begins("</table>"):
		f.out.WriteString("</table></div>")
		return len("</table>")
	case begins("<p>" + f.secret):
		if n := f.put(body); n > 0 {
			return n
		}
	}
	f.out.WriteByte(body[0])
	return 1
}

// marks links marks to the lines that they name.
func (f *finisher) marks(body []byte) int {
	m := marks.Find(body)
	if m == nil {
		f.out.WriteByte(body[0])
		return 1
	}
	f.out.WriteString(`<span class="marks">`)
	at := 0
	for _, one := range oneMark.FindAllIndex(m, -1) {
		f.out.Write(m[at:one[0]])
		at = one[1]
		if name := m[one[0]:one[1]]; f.lines[string(name[1:])] {
			fmt.Fprintf(f.out, `<a href="#%s">%s</a>`, name, name)
		} else {
			f.out.Write(name)
		}
	}
	f.out.Write(m[at:])
	f.out.WriteString(`</span>`)
	return len(m)
}

// put writes the advice that words stand for; 0 if they stand for none.
func (f *finisher) put(body []byte) int {
	rest := body[len("<p>"+f.secret):]
	end := bytes.Index(rest, []byte("</p>"))
	if end < 0 {
		return 0
	}
	n, err := strconv.Atoi(string(rest[:end]))
	if err != nil || n < 0 || n >= len(f.asides) {
		return 0
	}
	f.out.WriteString(f.asides[n])
	return len("<p>"+f.secret) + end + len("</p>")
}

// course writes the picture, and links to the sections.
func (f *finisher) course(body []byte) {
	svg, _ := picture.SVG(f.doc)
	if svg == "" {
		return
	}
	f.out.WriteString(`<figure class="course"><div class="scroll" tabindex="0" role="region" aria-label="The course of the incident">`)
	f.out.WriteString(svg)
	f.out.WriteString(`</div><figcaption>The course of the incident. A hollow mark is an end, or what did not reach or help; what is behind
each mark is told where the pointer rests.</figcaption></figure><nav aria-label="Sections"><ul>`)
	for _, m := range heading.FindAllSubmatch(body, -1) {
		fmt.Fprintf(f.out, `<li><a href="#%s">%s</a></li>`, m[1], m[2])
	}
	f.out.WriteString("</ul></nav>")
}
