// Package document is the model of a postmortem: what it says, in the order in which people read it.
//
// A [Document] is plain data, and is also the JSON form. Each [Sentence], row and figure names the events that it is taken
// from by their numbers. What no event tells is not recorded: a zero time, a nil number or an empty text, never 0 and never a
// guess. What only people can know is asked for.
//
// Package evidence reads the parts from a timeline, package postmortems puts them together, and each form in which people
// read a document is a package of its own, such as markdown.
package document
