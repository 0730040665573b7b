// Package freeze holds the pipelines of a service while an incident of it is open, so that nobody deploys into it, and lets them go
// when it has ended: a quality gate that follows production.
//
// # The model
//
// An incident wants its pipelines frozen ([response.Freeze]) if a person says so, or if it is as bad as the configuration names. What
// is held is a [rollbacks.Gate], such as the way into a stage; several incidents may want the same one. For each gate there is a record,
// for each incident that wants it another, and one outbox entry that brings the gate in line with them: it looks how the gate stands,
// and asks for one thing at most. So it does not matter how often it runs, nor between which two steps the program is killed.
//
// A gate is ours if the reason for which it is held has a mark of ours. Marks are on the disk before a gate is held, so what was held by
// a program that was killed right after it is known, too. A gate that somebody else holds is left alone, by whoever freezes and by
// whoever thaws; and so is one that somebody has let go.
//
//	<incident>/freeze/<gate>     entry: note that an incident wants a gate held, or does not any more
//	freeze/<gate>                entry: bring a gate in line
//	freeze/gate/<gate>           what it is
//	freeze/want/<gate>/<incident>   an incident that wants it held, or that has not been told yet that it was let go
package freeze
