// Package ical reads iCalendar (RFC 5545) as programs write it: [Parse] makes a tree of components and properties of a file,
// within bounds and in linear time, and [Zones] finds out which time zone is meant by a TZID, whoever made it up.
//
// Values stay as they are written. A comma in a text is escaped; only who knows what the text is can tell whether it parts two
// names.
//
// Files come from strangers, so each bound is one that nobody's calendar reaches. What is not understood is kept and not
// refused: programs write properties of their own.
package ical
