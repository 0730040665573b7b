// Package socket takes what Slack sends over a connection that we open: Socket Mode, for machines that cannot be reached from outside.
//
// A [Door] keeps a connection open. It asks Slack for an address with the token of the app, connects, and is connected once Slack
// greets. When Slack asks for another connection, the next one is open before the old one ends, so that nothing falls in between; when
// one ends by itself, the next is tried at once, and then after pauses that grow up to [mostPause]. A connection over which nothing
// comes is dead: we ping, and Slack does.
//
// What comes is an envelope. Nothing in it is signed: whoever holds the other end has proven to be Slack. It is parsed and handled as
// what is posted is (package incoming), and acknowledged with the reply, within the 3 s that Slack waits. What is not acknowledged
// comes again in another envelope, and the request in it has the same name; so it has one effect, and the same reply.
package socket
