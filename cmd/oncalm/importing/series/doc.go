// Package series makes layers of the series of calendars.
//
// An [Entry] of a calendar is there once, or by a rule: then it is a series, and each time an [Occurrence]. Calendars
// have one series for each person, where layers have one rotation for all. So series of one level that come again after
// the same time, and fill each other's pauses, are a round: one layer, in which people take turns. Those that pause
// while others go on, of their own level or of lower ones, are woven: the time until all of them come again as they
// were is cut into strips in which the same series are, and each strip is a layer of its own. Every other series is a
// layer by itself, or is left out with a note.
package series
