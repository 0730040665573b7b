// Package door takes what Slack posts over HTTP.
//
// It judges by the headers what can be, reads the body once, checks the signature over the raw bytes and the age, and only then has
// anything parsed. What Slack signs is a body alone, not the address that it is for: each address takes its own kind of body and no
// other. What is to be done about a request, [incoming.Desk] knows.
package door
