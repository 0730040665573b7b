// Package ops keeps the program running: it knows whether the program is well, its metrics, whom to tell when it is not
// well, and what it does for itself. Alarms, incidents and people are the business of the packages before it.
//
// [Health] says whether the program lives and is ready: it is ready if the checks that count hold, such as [StoreWritable] and [NotBehind]. [Metrics]
// and [Gauges] are its figures. [ListenLocal] and [Admin] are a socket beside the store's file, which only the user that runs the program can
// open: through it a [Client], the command line, reads a store that a running server holds.
//
// When Oncalm itself is in trouble no incident can tell of it. A [SelfPager] tells people past the store: that it is full, or lost, and as a
// [ClockWatch] finds out, that the clock of the machine is wrong. A [Reserve] of the disk keeps incidents going that are open when it is full.
//
// An [Auditor] enqueues again what was lost from the store, a [Sweeper] removes daily what was kept long enough, and [Scrub] looks for damage. Each asks
// the packages, which know their own keys.
//
// # In the store
//
//	probe/ready                    what [StoreWritable] writes, to see whether it can
//	outbox/entry/sweep/<time>      the next sweep (see package outbox)
package ops
