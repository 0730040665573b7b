// Package change is the part of /oncall that changes who is on call: its words, the forms that say the same, and
// the buttons of the replies.
//
// A word becomes a plan ([overrides.Plan]), typed ([Plans]) or filled in ([Forms]). A plan that could be misread
// is shown in full first, and is the value of the button that confirms it; it becomes an override in the
// transaction that makes the reply. A plan that others have to agree to, a cover or a swap, becomes a question
// to them: whoever accepts first decides. [Answers] are the words that follow: accept, decline, withdraw, undo,
// and accept a shift that waits to be accepted.
//
// The rules are those of package overrides; this package turns them into words. Package news tells everybody
// else whom a change concerns.
//
// A plan travels in the message and not in the store: if nobody confirms it, nothing is left of it. So nothing of what a
// button carries is believed; the book checks it again when it is pressed, and its change id makes a second press find the
// first.
package change
