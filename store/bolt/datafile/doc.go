// Package datafile is one file of bbolt that is ours, as a store has it open: it is made, opened and
// brought to the layout of today; found damaged, moved, replaced or cut while it is used; and
// looked at from outside, when it is a backup or a copy.
//
// bbolt panics over pages that are no pages, and the kernel answers reading what is not there any
// more with a signal. Both become errors here. Where bbolt keeps locks in its hands then, the file
// is lost: nothing begins any more, and [Options.Lost] is told.
//
// Damage that can be lived with, of values, is told once ([Options.Damaged]) and remembered
// ([File.Health]) until the value is written anew.
package datafile
