package drawing

import (
	"strings"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gomedium"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
)

// Letters are the fonts at hand, in one scale. They are not safe for concurrent use.
type Letters struct {
	scale float64
	faces map[Typeface]font.Face
}

// A Typeface is a size in pixels, and a weight.
type Typeface struct {
	Size   float64
	Medium bool
}

// NewLetters are the fonts for pictures of a scale.
func NewLetters(scale float64) *Letters { return &Letters{scale, map[Typeface]font.Face{}} }

// face returns a font. Those built in can always be read.
func (l *Letters) face(t Typeface) font.Face {
	if f, ok := l.faces[t]; ok {
		return f
	}
	ttf := goregular.TTF
	if t.Medium {
		ttf = gomedium.TTF
	}
	parsed, err := opentype.Parse(ttf)
	if err != nil {
		panic(err)
	}
	f, err := opentype.NewFace(parsed, &opentype.FaceOptions{Size: t.Size * l.scale, DPI: 72})
	if err != nil {
		panic(err)
	}
	l.faces[t] = f
	return f
}

// generous is how much wider than in our fonts a text may be in those of a browser. An SVG names no font of ours, and each
// system has another one.
const generous = 1.12

// Width is how much room a text needs, in pixels of scale 1. What our fonts lack counts as wide as it is high.
func (l *Letters) Width(t Typeface, text string) float64 {
	f, sum := l.face(t), 0.0
	for _, r := range text {
		if advance, ok := f.GlyphAdvance(r); ok {
			sum += float64(advance) / 64 / l.scale
			continue
		}
		sum += t.Size
	}
	return sum * generous
}

// Fit returns as much of a text as there is room for: all of it, or its begin and an ellipsis, or nothing where that would
// leave fewer than three letters.
func (l *Letters) Fit(t Typeface, text string, room float64) string {
	if l.Width(t, text) <= room {
		return text
	}
	runes := []rune(text)
	for n := len(runes) - 1; n >= 3; n-- {
		short := strings.TrimRight(string(runes[:n]), " ,") + "…"
		if l.Width(t, short) <= room {
			return short
		}
	}
	return ""
}
