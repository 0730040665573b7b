package strip

import (
	"strings"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gomedium"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"

	"github.com/oncalm/oncalm/text"
)

// letters are the fonts at hand, in one scale. They are not safe for concurrent use.
type letters struct {
	scale float64
	faces map[typeface]font.Face
}

// A typeface is a size in pixels, and a weight.
type typeface struct {
	size   float64
	medium bool
}

// newLetters are the fonts for pictures of a scale.
func newLetters(scale float64) *letters { return &letters{scale, map[typeface]font.Face{}} }

// face returns a font. Those built in can always be read.
func (l *letters) face(t typeface) font.Face {
	if f, ok := l.faces[t]; ok {
		return f
	}
	ttf := goregular.TTF
	if t.medium {
		ttf = gomedium.TTF
	}
	parsed, err := opentype.Parse(ttf)
	if err != nil {
		panic(err)
	}
	f, err := opentype.NewFace(parsed, &opentype.FaceOptions{Size: t.size * l.scale, DPI: 72})
	if err != nil {
		panic(err)
	}
	l.faces[t] = f
	return f
}

// generous is how much wider than in our fonts a text may be in those of a browser. An SVG names no font of ours, and each
// system has another one.
const generous = 1.12

// width is how much room a text needs, in pixels of scale 1. What our fonts lack counts as wide as it is high.
func (l *letters) width(t typeface, text string) float64 {
	f, sum := l.face(t), 0.0
	for _, r := range text {
		if advance, ok := f.GlyphAdvance(r); ok {
			sum += float64(advance) / 64 / l.scale
			continue
		}
		sum += t.size
	}
	return sum * generous
}

// fit returns as much of a text as there is room for: all of it, or its begin and an ellipsis, or nothing where that would
// leave fewer than three letters.
func (l *letters) fit(t typeface, text string, room float64) string {
	if l.width(t, text) <= room {
		return text
	}
	runes := []rune(text)
	for n := len(runes) - 1; n >= 3; n-- {
		short := strings.TrimRight(string(runes[:n]), " ,") + "…"
		if l.width(t, short) <= room {
			return short
		}
	}
	return ""
}

// longest is how many letters of a name are looked at.
const longest = 100

// clean is a text from outside as it can be shown.
func clean(s string) string { return text.Clip(text.Line(s), longest) }
