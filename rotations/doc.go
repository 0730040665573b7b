// Package rotations knows who is on call: calendar arithmetic and nothing else. It reads no clock, keeps no state and
// touches nothing outside; the instant is always an argument, and the same arguments always give the same answer.
//
// # The model
//
// A [Schedule] has layers. A [Layer] is a list of turns that follow each other from a start, each for one shift length, and
// then begin again; windows of the week may restrict it. Where several layers cover an instant, the last of them counts.
// Where none does, there is a gap: nobody is on call. An [Override] lets somebody stand in for a span of time; overrides are
// applied in the order they are given, so a later one wins.
//
// People come and go without moving anybody else's turn: a turn that comes into being goes on from the one that was last, so
// that whatever was before stays as it was; a turn of which nobody is there any more is taken by the others, by turns. The
// turn of [Nobody] is a gap on purpose, which lower layers do not fill. A layer may be for the schedule's holidays, or for all
// other days. Its shadows get the notices of its shifts and are not paged.
//
// All spans are half-open: who takes over at 09:00 is on call at 09:00, and who hands over then is not.
//
// # Wall clocks
//
// A layer lives on the wall clock of its schedule's zone: its k-th handoff is the start plus k shifts on a calendar that
// knows no clock changes (a [civil.Time]), hours included. Only the result is turned into an instant, by the rule of package
// civil. So two handoffs that fall into one gap come together and leave no shift between them, and an hour that is repeated
// passes without a handoff. A weekly handoff at 09:00 stays at 09:00, and the week it ends has 167 or 169 hours when the clocks
// change.
//
// Looking up who is on call is arithmetic on the time that the local clock has reached. Nothing is counted from the start, so a
// schedule that began ten years ago answers as fast as a new one.
//
// Overrides are about instants, not wall clocks: [civil.Time.In] makes them from what people write.
package rotations
