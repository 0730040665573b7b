// Package silence is the conversation about what nobody is paged for: people silence alarms and end that, and ask what would happen.
//
// What follows a word is taken apart by [Talk] in one place: what to silence, for how long, and why. Nothing that can be typed
// silences everything by accident: that is a * alone, and the answer says how much it covers.
//
// [Talk.Follow] hears of each change of the book of silences, in its transaction, and enqueues what the channel and whoever made the
// silence are told.
//
//	told/silence/<id>/<what>/<person>    entry: a notice; without a person, to the channel
//
// The rules are those of package silences: how long a silence may be, what ends it, and what then pages. Here are only its
// words.
package silence
