// Package capture puts what people say in Slack onto the timelines of incidents.
//
// # The model
//
// A message belongs on a timeline while somebody of the configuration has marked it: with one of some reactions, or by pinning it;
// or since somebody chose so in its menu; or, if that is configured, since it was said where an incident is talked about. Whoever takes
// the last mark away strikes the line.
//
// Events are only the occasion to look. [Captures] reads the message as it stands, compares that with what it noted when it looked last,
// and does what is missing: an event that comes three times, late, or after the one that follows it, changes nothing. After a start
// the places of open incidents are read again, for what was said and marked meanwhile.
//
// Which incident is meant: that whose channel it is, or whose card began the thread; or else the one that is open. If several are,
// whoever marked the message is asked.
//
// A line stands at the message's own time, by its author, with a link to it. It is never changed: what was edited is struck, and noted
// again as it reads now.
//
//	capture/message/<channel>/<ts>      what was done about a message
//	capture/until/<channel>/<thread>    the last message of a place that was read; the thread is - outside of threads
//	capture/<channel>/<ts>              entry: look at a message
//	capture/<channel>/<ts>/tell/<user>  entry: tell somebody what came of marking it, or ask
//	captures/<channel>/<thread>         entry: read a place
package capture
