// Package shifts is the conversation about who is on call: the room of /oncall.
//
// It has one room for each part of what is said. Package typed finds out what somebody means, package show looks, package change
// changes, and package news tells those whom a change concerns. Here they are put together: the words in the order of help, and which
// button is whose.
package shifts
