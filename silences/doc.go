// Package silences keeps what nobody is to be paged for: silences that people make, and the maintenance of the configuration.
//
// A [Silence] covers alarms, by what they are called or belong to, for a time. An incident that such an alarm opens is kept and
// shown as silenced, with who made the silence and why, and pages nobody. When the silence is over, what still fires pages, or is
// resolved, as the silence says. Nothing that is silenced is forgotten, and no silence lasts longer than [Longest].
//
// Whether an alarm is covered is a function of values ([Cover.Fits]). The [Book] keeps the silences, and each door changes them
// through it. Each [Follower] writes, in the same transaction, what people are told of that.
//
// # One kind of record
//
// A maintenance of the configuration is a [Rule]: once, or at times of the calendar in a zone. Its next window, or the one that is
// open, stands in the store as a silence like any other, and when that is over the one after it does ([Book.Plan]). So a restart in
// the midst changes nothing, and what is not in the configuration any more ends.
//
// # Time
//
// What somebody made for a length ends when that much time has passed, whatever the wall clock does meanwhile: it is over when its
// entry in the outbox has come due. Maintenance keeps to the calendar, and so to the wall.
//
//	silence/<id>              a silence that is to come, in force, or whose incidents are being let go
//	silence.over/<id>         one that is over; kept for 30 days
//	silence/<id>/<do>         entry: it begins, is about to end, ends, or is looked at since something is clear
//	maintenance/<id>/<do>     entry: the same, by the calendar
package silences
