// Package typed finds out what somebody means who types behind /oncall: whom, which schedule, and which time.
//
// A person is mentioned or named; a schedule is named, or the only one that can be meant; the rest is a time, in the zone of whoever
// wrote it. What can be read in two ways is not guessed: the [Reader] answers with what there is to choose from, where it can with a
// button that says the same again with the choice at its end.
//
// A schedule may be called like a word of a time ("night"), so its name counts only as the first or the last word.
package typed
