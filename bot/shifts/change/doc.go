// Package change is the part of /oncall that changes who is on call: its words, the forms that say the same, and the buttons below what
// was said.
//
// A word becomes a plan ([overrides.Plan]). One that can be misread is shown in full first, and travels in the button that confirms it;
// it becomes an override in the transaction that answers. A plan that others have to agree to, a cover or a swap, becomes an ask:
// whoever accepts first decides. [Plans] lead there, whether they were typed or filled in ([Forms]). [Answers] are what people say
// afterwards: accept, decline, withdraw, undo, and accept a shift that waits for them.
//
// The rules are those of package overrides: here is what is said. Whom else a change concerns is told by package news.
package change
