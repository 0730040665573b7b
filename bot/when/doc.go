// Package when reads spans of time as people write them in chat: 2h, until 18:00, fri 9-17, fri 18:00..sat 09:00, tomorrow,
// 2026-12-24..2026-12-27. It is pure: now and the zone of the person who wrote are arguments.
//
// # The rules
//
// What has no date is the soonest that is not over. A day without a time of day is the whole day, at the end of a span too:
// 24 dec..27 dec ends with the 27th. An end without a day is the first one after the begin. Hours and minutes are lengths of
// time, days and weeks are steps of the calendar: 1d said at 15:00 ends at 15:00, also when the clocks change.
//
// A time of day that a clock change skips or repeats is what package rotations makes of it: the first instant at which a
// clock there has reached it. The span carries a note that says so.
//
// Since all of this can be misread, whoever uses it shows people what was understood before it counts.
//
// What was written is cut into terms ([lex]), which know what a word can be and nothing of time. A reader makes points of
// them, a day and a time of day of which either may be missing, and then finds the first instant that a point can mean. So
// "fri 9-17" and "9-17 fri" come to the same.
package when
