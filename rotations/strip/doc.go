// Package strip draws shifts: time goes from left to right, a row for each schedule or each person, and in it a bar for each
// shift in the colour of who has it. Gaps are hatched, now is a line, the axis has the days of one zone, with weekends shaded.
//
// A [Picture] is data, made with [OfSchedule] or [ByPerson]. [Picture.SVG] and [Picture.PNG] draw the same: where everything
// stands is found out once, in [lay], and each of the two forms only puts it into its own words. An SVG takes the light or the dark
// side of whoever looks; a PNG is light.
//
// A colour belongs to a name: it is chosen by the name alone, unless two people of one picture would get the same; then the
// later in the alphabet takes another. White letters stand on all of them at a contrast of at least 4.5, and they stand on the
// light and the dark ground at 3 at least, as WCAG 2 AA wants it. Nothing is told by colour alone: bars have names as far as
// there is room, and in an SVG all of them tell who and when to those who point at them or have them read out.
//
// The same picture gives the same bytes. Names are text from outside: they are escaped, made harmless, and cut to their room.
package strip
