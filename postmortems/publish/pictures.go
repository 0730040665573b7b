package publish

import (
	"bytes"
	"fmt"

	"github.com/oncalm/oncalm/postmortems/document"
	"github.com/oncalm/oncalm/postmortems/markdown"
)

// A Picture is a file beside a document, to which it leads. Its name does not depend on the document's, which people may change.
type Picture struct {
	Name string
	SVG  []byte
}

// pictures are the graphs of a document, and what shows them in it.
func pictures(d document.Document, stem string) (files []Picture, shown []string) {
	shown = make([]string, len(d.Graphs))
	for n, g := range d.Graphs {
		drawn, ok := g.Drawn()
		if !ok {
			continue
		}
		name := stem + "-metric.svg"
		if n > 0 {
			name = fmt.Sprintf("%s-metric-%d.svg", stem, n+1)
		}
		files = append(files, Picture{name, signed(drawn.Scene().SVG())})
		shown[n] = markdown.Picture(g, name)
	}
	return files, shown
}

const signature = "<!-- oncalm drew this; sha256 "

// signed puts under a picture by what it is known to be as we have drawn it.
func signed(svg []byte) []byte {
	return fmt.Appendf(bytes.Clone(svg), "%s%s -->\n", signature, digest(svg))
}

// MayReplace reports whether a picture may be put where a file stands: nil, or one that is as we have drawn it. Git may have changed
// the ends of its lines.
func MayReplace(there []byte) bool {
	if there == nil {
		return true
	}
	there = bytes.ReplaceAll(there, []byte("\r\n"), []byte("\n"))
	n := bytes.LastIndex(there, []byte(signature))
	return n >= 0 && bytes.Equal(there, signed(there[:n]))
}
