// Package wording knows how a postmortem says things: texts from outside, names, times and lengths of time, in plain text that
// is not escaped for any format yet.
//
// All texts are of one line, clean of control characters, and cut within a sentence. What runs from right to left stands
// between isolates, so that it cannot change the order of what stands around it. Times are UTC, in the order of ISO 8601.
package wording
