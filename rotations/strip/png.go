package strip

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math"

	"golang.org/x/image/font"
	"golang.org/x/image/math/fixed"
	"golang.org/x/image/vector"
)

// scale is how many pixels of a PNG make one of the layout, so that letters are sharp on every screen.
const scale = 2

// PNG returns the picture in light colours. The error is one of the encoder, such as for a picture of no or too much extent.
func (p Picture) PNG() ([]byte, error) {
	l := newLetters(scale)
	s := lay(p, l)
	img := image.NewRGBA(image.Rect(0, 0, int(math.Ceil(s.w*scale)), int(math.Ceil(s.h*scale))))
	for _, one := range s.shapes {
		one.draw(img, l)
	}
	var b bytes.Buffer
	err := png.Encode(&b, img)
	return b.Bytes(), err
}

// draw paints a shape, of which the light colours are taken: whoever looks at a PNG cannot choose.
func (s shape) draw(img *image.RGBA, l *letters) {
	colour := s.role.paint().light
	switch s.kind {
	case words:
		d := font.Drawer{Dst: img, Src: image.NewUniform(colour), Face: l.face(s.face)}
		// fonts reckon in 64ths of a pixel
		x := fixed.Int26_6(math.Round(s.x * scale * 64))
		if s.middle {
			x -= d.MeasureString(s.text) / 2
		}
		d.Dot = fixed.Point26_6{X: x, Y: fixed.Int26_6(math.Round(s.y * scale * 64))}
		d.DrawString(s.text)
	case hatched:
		s.fill(img, image.NewUniform(colour))
		s.fill(img, stripes{(s.role + 1).paint().light})
	default:
		s.fill(img, image.NewUniform(colour))
	}
}

// fill paints the shape's area with a source. A pill has corners of one curve each.
func (s shape) fill(img *image.RGBA, src image.Image) {
	x, y, w, h := float32(s.x*scale), float32(s.y*scale), float32(s.w*scale), float32(s.h*scale)
	// The area is rasterised in a corner of its own: then a bar costs what the bar is large, not what the picture is.
	left, top := float32(math.Floor(float64(x))), float32(math.Floor(float64(y)))
	area := image.Rect(int(left), int(top), int(math.Ceil(float64(x+w))), int(math.Ceil(float64(y+h))))
	x, y = x-left, y-top
	r := vector.NewRasterizer(area.Dx(), area.Dy())
	c := float32(0)
	if s.kind == pill {
		c = float32(s.radius() * scale)
	}
	r.MoveTo(x+c, y)
	r.LineTo(x+w-c, y)
	r.QuadTo(x+w, y, x+w, y+c)
	r.LineTo(x+w, y+h-c)
	r.QuadTo(x+w, y+h, x+w-c, y+h)
	r.LineTo(x+c, y+h)
	r.QuadTo(x, y+h, x, y+h-c)
	r.LineTo(x, y+c)
	r.QuadTo(x, y, x+c, y)
	r.ClosePath()
	r.DrawOp = draw.Over
	r.Draw(img, area, src, area.Min)
}

// stripes is an endless picture of slanting lines.
type stripes struct{ color color.RGBA }

// ColorModel, Bounds and At make it an image.
func (s stripes) ColorModel() color.Model { return color.RGBAModel }

// Bounds are large enough for every picture.
func (s stripes) Bounds() image.Rectangle { return image.Rect(-1e6, -1e6, 1e6, 1e6) }

// At is opaque on a line, and less so towards its edges.
func (s stripes) At(x, y int) color.Color {
	const period, half = 7 * scale, 1 * scale
	d := math.Mod(float64(x+y)/math.Sqrt2, period)
	d = math.Abs(d - period/2)
	cover := min(max(half-d+0.5, 0), 1)
	return color.RGBA{
		R: uint8(float64(s.color.R) * cover), G: uint8(float64(s.color.G) * cover), B: uint8(float64(s.color.B) * cover),
		A: uint8(255 * cover),
	}
}
