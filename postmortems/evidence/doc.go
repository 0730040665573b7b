// Package evidence reads from a timeline what it tells: when users were hurt, how the incident became known, who was paged and
// what came of it, what happened in which order, and how long things took.
//
// [Read] sorts a timeline out, and the methods of [Reading] make parts of a document of it. Nothing is guessed, and each part
// names its events. The impact is measured by the alarms' own words: each alarm, or contributor of one, has windows from ALARM
// to OK, and the impact is their union. Whatever reads a timeline in a new way (changes, rollbacks) comes here.
//
// Two times run through it. When something happened is the alarm's own time or what a person said; when it was recorded is
// ours. Windows go by the former, and the order of numbers by the latter.
package evidence
