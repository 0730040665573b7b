// Package doors keeps strangers from harming the bot through its doors, whatever they send and however slowly: what is read of
// them, and what is held for them, has a limit, and who may be waited for longest is let go first.
//
// A [Tally] keeps them from filling the log, or hiding in it.
//
// A [Reader] reads the bodies of one door's requests. Small ones are read as they come; the few large ones take turns, so that
// all together never fill the memory.
//
// [NewServer] makes an http.Server with a deadline for every part of a request, and [Frame] the handler around all others: limits, headers, and a
// 500 where a handler panics.
//
// A [LimitedListener] is a listener with a number of places, in which whoever is silent or slow makes room for whoever comes. [Share] divides
// the files that the system gives to the process, so that none of those is missing that are needed to page somebody.
package doors
