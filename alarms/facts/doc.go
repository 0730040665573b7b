// Package facts knows what JSON says that has a form which nobody knows: the title in it, its state, how bad it is, what it is about, and whether it says
// that something failed. People and services write the same things under many names and in many words; here are those.
//
// A [Fact] is a member with a text, wherever it stands. [Of] lists them, what stands near the top first, and the other functions look in that list. Names are compared
// without their capital letters and signs. It is pure, and what is read is bounded.
package facts
