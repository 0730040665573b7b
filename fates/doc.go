// Package fates keeps what became of every message that came in, so that one can look up why somebody was paged, or why
// nobody was.
//
// A [Fate] is written in the transaction that acts on its message, so it exists if and only if that has happened, and it is
// at the same time the note by which a message that comes again is recognised: one key says both. It holds how the message
// was judged, which incident it concerns, and the text of the message, so that it can be judged again by another
// configuration. Whom the incident paged is not in it: that is on the timeline.
//
// A message that was refused changes nothing, and whoever refuses must not write for each: strangers decide how many there
// are. [Refused] counts them by code and hour and keeps the newest of each code in memory, and writes what is new every
// half minute.
//
//	fate/<time>.<MessageId>    Fate, kept for 7 days; the time is when the message was sent
//	refused/<code>             how many messages were refused for that reason, by the hour, and the newest of them
package fates
