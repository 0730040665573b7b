// Package doors keeps strangers from harming the bot through its doors, whatever they send and however slowly: what is read of
// them, and what is held for them, has a limit, and who may be waited for longest is let go first.
//
// A [Tally] keeps them from filling the log, or hiding in it.
//
// A [Reader] reads the bodies of one door's requests. Small ones are read as they come; the few large ones take turns, so that
// all together never fill the memory.
package doors
