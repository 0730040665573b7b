// Package feed is shifts as a calendar (RFC 5545), and who may subscribe to one.
//
// A [Calendar] holds one entry for each shift; overrides are in it, gaps are where no entry is. Times are written in UTC, so
// that no reader has to know a zone's rules, or can have them wrong: the calendar program shows them on its owner's wall clock,
// and the entry's text says them on the schedule's. The text comes from names that people chose; it is plain, and nothing in it
// can end a line or begin a property.
//
// # Identity
//
// A subscribed calendar is read again and again, and an entry that comes back under another UID is one deleted and one
// added, with its notifications. So the UID is made of what does not change while time passes: the schedule, the layer and
// the instant at which the shift begins, also where the part that is shown begins later. An override in the middle of a
// shift leaves its first part what it was. The same shifts give the same bytes: even the time stamp is an argument.
//
// # Links
//
// Calendar programs cannot log in, so a feed is read by who knows its [Link]: an address with a secret token. A feed can have
// several links, each made by somebody and each revocable. The store has only hashes of the tokens, under
// feed/<kind>/<name>/<id>: who reads the store, or a backup of it, cannot read the calendars with that.
package feed
