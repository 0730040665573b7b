// Package civil knows wall clocks: times without a zone, and the instants at which they come. It reads no clock and no setting.
//
// A [Time] is what a wall clock shows: the seconds of a calendar in which every day has 24 hours, so that adding a day or a
// month is plain arithmetic. Only what comes of it is turned into an instant. The rule for that fits in one line, and all others
// follow from it:
//
//	a wall-clock time comes at the first instant at which the local clock has reached it.
//
// So 02:30 on a night without a 02:30 comes at the first instant after the gap; on a night with two it comes with the first.
// Read the other way round: at any instant there is one time that the local clock has reached so far, which never falls back.
// A [Calendar] has both directions; they agree.
//
// A [Window] is a part of each of some [Days] of the week, from one [Clock] to another; if it passes midnight, the days are those
// on which it begins. [Changes] lists when clocks change.
package civil
