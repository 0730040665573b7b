// Package door takes what Slack posts over HTTP.
//
// It judges by the headers what can be, reads the body once, checks the signature over the raw bytes and the age, and only then parses
// anything. What Slack signs is a body alone, not the address that it is for: each address takes its own kind of body and no other. A
// [slack.Handler] gets a [slack.Request] and knows nothing of the door.
package door
