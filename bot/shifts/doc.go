// Package shifts is the conversation about who is on call: the words, buttons and forms of /oncall, and what people are told of
// changes.
//
// People change who is on call with words. A plan ([overrides.Plan]) that can be misread is shown in full first, and travels in the
// button that confirms it; it becomes an override in the transaction that answers. A plan that others have to agree to, a cover or a
// swap, becomes an ask: whoever accepts first decides, and messages follow it. Everybody whom a change touches is owed a notice. The
// rules are those of package overrides; here is what is said.
//
//	ask/<change>/<person>            entry: the question to a person, as it stands
//	told/<change>/<what>/<person>    entry: a notice; without a person, to the channel
//	picture/<change>                 entry: the picture of a schedule
package shifts
