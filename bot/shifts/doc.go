// Package shifts is the conversation about who is on call: the room of /oncall.
//
// Each part of it is a package: typed finds out what somebody means, show looks, change changes, and news sends notices to
// those whom a change concerns. This package puts them together: the words, in the order of help, and which button
// belongs to which of them.
package shifts
