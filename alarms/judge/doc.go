// Package judge knows how a message is judged: what it can amount to, and how a row of a table says which messages it knows and
// what they amount to.
//
// A [Judgement] says what a message is about, by family and key, what to say, and its [Treatment]: whether it pages, is shown, is
// over, or is a change. A [Row] finds a [Verdict], mostly by the state at a path ([By]), and has patterns for key, title and reason
// ([Fill]). What tools mean by words such as critical is a verdict, too ([Graded]). Packages alerts and messages have the rows.
package judge
