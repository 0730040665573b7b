package main

import (
	"bytes"
	"cmp"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"maps"
	"slices"
	"testing"
)

// squeezed is a picture of a page with no more than 256 colours, which is what a page has but for the edges of its letters, so that the
// file is about a third as large. They are those that most of its points have, and no two that the eye cannot tell apart: so
// what is small and bright keeps its own.
func squeezed(file []byte) ([]byte, error) {
	full, err := png.Decode(bytes.NewReader(file))
	if err != nil {
		return nil, err
	}
	count := map[color.RGBA]int{}
	b := full.Bounds()
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			count[rgba(full.At(x, y))]++
		}
	}
	most := slices.SortedFunc(maps.Keys(count), func(a, b color.RGBA) int {
		return cmp.Or(count[b]-count[a], cmp.Compare(shade(a), shade(b)))
	})
	var palette color.Palette
	for apart := 8; len(palette) == 0; apart += 4 {
		if palette = distinct(most, apart); len(palette) > 256 {
			palette = nil
		}
	}
	small := image.NewPaletted(b, palette)
	draw.Draw(small, b, full, b.Min, draw.Src)
	var out bytes.Buffer
	enc := png.Encoder{CompressionLevel: png.BestCompression}
	err = enc.Encode(&out, small)
	return out.Bytes(), err
}

// distinct are the colours that are so far from all before them.
func distinct(all []color.RGBA, apart int) (palette color.Palette) {
	for _, c := range all {
		if !slices.ContainsFunc(palette, func(o color.Color) bool { return distance(o.(color.RGBA), c) < apart }) {
			palette = append(palette, c)
		}
		if len(palette) > 256 {
			break
		}
	}
	return palette
}

// distance is how far two colours are from each other, at most 255.
func distance(a, b color.RGBA) int {
	apart := func(x, y uint8) int { return max(int(x), int(y)) - min(int(x), int(y)) }
	return max(apart(a.R, b.R), apart(a.G, b.G), apart(a.B, b.B))
}

func rgba(c color.Color) color.RGBA {
	r, g, b, a := c.RGBA()
	return color.RGBA{uint8(r >> 8), uint8(g >> 8), uint8(b >> 8), uint8(a >> 8)}
}

func shade(c color.RGBA) int { return int(c.R)<<16 | int(c.G)<<8 | int(c.B) }

// TestSqueezed holds that a picture stays the same where it has few colours, and becomes smaller where it has many.
func TestSqueezed(t *testing.T) {
	full := image.NewRGBA(image.Rect(0, 0, 128, 128))
	for n := range 128 * 128 {
		c := color.RGBA{R: uint8(n * n >> 5), G: uint8(n * n >> 9), B: uint8(n * 13 >> 2), A: 255}
		full.SetRGBA(n%128, n/128, c)
	}
	plain := color.RGBA{R: 1, G: 2, B: 3, A: 255}
	draw.Draw(full, image.Rect(0, 0, 128, 64), image.NewUniform(plain), image.Point{}, draw.Src)
	var before bytes.Buffer
	if err := png.Encode(&before, full); err != nil {
		t.Fatal(err)
	}
	after, err := squeezed(before.Bytes())
	if err != nil || len(after) >= before.Len() {
		t.Fatalf("%d bytes from %d: %v", len(after), before.Len(), err)
	}
	small, err := png.Decode(bytes.NewReader(after))
	if err != nil {
		t.Fatal(err)
	}
	if got := rgba(small.At(10, 10)); got != plain || small.Bounds() != full.Bounds() {
		t.Errorf("%v of %v", got, small.Bounds())
	}
}
