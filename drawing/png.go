package drawing

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

// Scale is how many pixels of a PNG make one of a scene, so that letters are sharp on every screen.
const Scale = 2

// PNG returns the picture in light colours: whoever looks at a PNG cannot choose. The error is one of the encoder, such as for a picture of no
// or too much extent.
func (s Scene) PNG() ([]byte, error) {
	img := image.NewRGBA(image.Rect(0, 0, int(math.Ceil(s.W*Scale)), int(math.Ceil(s.H*Scale))))
	l := NewLetters(Scale)
	for _, one := range s.Shapes {
		s.draw(img, l, one)
	}
	var b bytes.Buffer
	err := png.Encode(&b, img)
	return b.Bytes(), err
}

// draw paints a shape.
func (s Scene) draw(img *image.RGBA, l *Letters, one Shape) {
	ink := image.NewUniform(s.paint(one.Role).Light)
	switch one.Kind {
	case Words:
		d := font.Drawer{Dst: img, Src: ink, Face: l.face(one.Face)}
		// fonts reckon in 64ths of a pixel
		x := fixed.Int26_6(math.Round(one.X * Scale * 64))
		if one.Middle {
			x -= d.MeasureString(one.Text) / 2
		}
		d.Dot = fixed.Point26_6{X: x, Y: fixed.Int26_6(math.Round(one.Y * Scale * 64))}
		d.DrawString(one.Text)
	case Hatched:
		one.fill(img, ink)
		one.fill(img, stripes{s.paint(one.Role + 1).Light})
	case Line:
		one.stroke(img, ink)
	default:
		one.fill(img, ink)
	}
}

// stroke paints a line: a rectangle along each of its parts, and a round joint at each of its points.
func (s Shape) stroke(img *image.RGBA, src image.Image) {
	r := vector.NewRasterizer(img.Bounds().Dx(), img.Bounds().Dy())
	half := s.W * Scale / 2
	for n, p := range s.Points {
		x, y := p.X*Scale, p.Y*Scale
		ring(r, x, y, half)
		if n == 0 {
			continue
		}
		fromX, fromY := s.Points[n-1].X*Scale, s.Points[n-1].Y*Scale
		long := math.Hypot(x-fromX, y-fromY)
		if long == 0 {
			continue
		}
		across, along := (fromY-y)/long*half, (x-fromX)/long*half
		r.MoveTo(float32(fromX-across), float32(fromY-along))
		r.LineTo(float32(x-across), float32(y-along))
		r.LineTo(float32(x+across), float32(y+along))
		r.LineTo(float32(fromX+across), float32(fromY+along))
		r.ClosePath()
	}
	r.DrawOp = draw.Over
	r.Draw(img, img.Bounds(), src, image.Point{})
}

// ring adds a disc, as a polygon that nobody can tell from one. It goes round as the rectangles of a line do: what lies on one another
// adds up, and the other way round it would take away.
func ring(r *vector.Rasterizer, x, y, radius float64) {
	const corners = 12
	for n := range corners {
		sin, cos := math.Sincos(2 * math.Pi * float64(n) / corners)
		if n == 0 {
			r.MoveTo(float32(x+radius*cos), float32(y+radius*sin))
			continue
		}
		r.LineTo(float32(x+radius*cos), float32(y+radius*sin))
	}
	r.ClosePath()
}

// fill paints the shape's area with a source. A pill has corners of one curve each.
func (s Shape) fill(img *image.RGBA, src image.Image) {
	x, y, w, h := float32(s.X*Scale), float32(s.Y*Scale), float32(s.W*Scale), float32(s.H*Scale)
	// The area is rasterised in a corner of its own: then a bar costs what the bar is large, not what the picture is.
	left, top := float32(math.Floor(float64(x))), float32(math.Floor(float64(y)))
	area := image.Rect(int(left), int(top), int(math.Ceil(float64(x+w))), int(math.Ceil(float64(y+h))))
	x, y = x-left, y-top
	r := vector.NewRasterizer(area.Dx(), area.Dy())
	c := float32(0)
	if s.Kind == Pill {
		c = float32(s.radius() * Scale)
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
	const period, half = 7 * Scale, 1 * Scale
	d := math.Mod(float64(x+y)/math.Sqrt2, period)
	d = math.Abs(d - period/2)
	cover := min(max(half-d+0.5, 0), 1)
	return color.RGBA{
		R: uint8(float64(s.color.R) * cover), G: uint8(float64(s.color.G) * cover), B: uint8(float64(s.color.B) * cover),
		A: uint8(255 * cover),
	}
}
