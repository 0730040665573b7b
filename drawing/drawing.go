// Package drawing puts shapes into pictures: a [Scene] is what has been laid out, and [Scene.SVG] and [Scene.PNG] draw the same of it,
// each in its own words. An SVG takes the light or the dark side of whoever looks; a PNG is light.
//
// The same scene gives the same bytes. Texts are escaped here; whoever lays them out makes them harmless and cuts them to their room
// ([Letters.Fit]).
package drawing

import "image/color"

// A Scene is a picture that has been laid out. Shapes lie on one another in their order.
type Scene struct {
	Title  string // what it shows, in words, for those who do not see it
	W, H   float64
	Shapes []Shape
	Paints []Paint // of the roles, in their order
	// Hatches are the roles of grounds that are hatched. The role after each is that of its lines.
	Hatches []Role
}

// A Role is what a colour is for. A scene gives each a [Paint].
type Role int

// A Paint is a colour on the light and on the dark side.
type Paint struct{ Light, Dark color.RGBA }

// RGB is a colour without transparency, as it is written in CSS.
func RGB(hex uint32) color.RGBA {
	return color.RGBA{R: uint8(hex >> 16), G: uint8(hex >> 8), B: uint8(hex), A: 0xff}
}

// Sides is a paint with a colour for each side.
func Sides(light, dark uint32) Paint { return Paint{RGB(light), RGB(dark)} }

// Both is the same on the light and on the dark side.
func Both(hex uint32) Paint { return Sides(hex, hex) }

// A Shape is something to draw. Positions are in pixels of scale 1, from the top left.
type Shape struct {
	Kind       Kind
	Role       Role
	X, Y, W, H float64 // of a text: X and Y are where it begins, or its middle, on its base line; of a line, W is its width
	Face       Typeface
	Middle     bool    // X is the text's middle
	Text       string  // letters; of a box what it tells, if anything
	Points     []Point // of a line
}

// A Point is a place in a scene.
type Point struct{ X, Y float64 }

// A Kind is what a shape is.
type Kind int

// The kinds.
const (
	Box     Kind = iota // a rectangle
	Pill                // one with round corners
	Hatched             // one with slanting lines
	Words
	Line // from point to point
)

// radius is that of a pill's corners.
func (s Shape) radius() float64 { return min(4, s.W/2, s.H/2) }

// paint is the colour of a role.
func (s Scene) paint(r Role) Paint { return s.Paints[r] }
