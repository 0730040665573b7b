// Package blockkit is the fake's own judge of Block Kit: what Slack takes, and in which words it refuses the rest.
//
// # The model
//
// A text of JSON is parsed and judged at once ([ParseBlocks], [ParseView]): what is wrong is collected as a list of problems, each in
// Slack's words and with the JSON pointer of the place. A [shape] lists what an object may have, a [rule] judges one value; the shapes
// of all blocks and elements are tables. The limits were written from Slack's documentation by somebody who had not seen the code
// that makes the messages: a message that both take is one that Slack takes.
//
// What people can act on in blocks that were taken are [Interactives].
package blockkit
