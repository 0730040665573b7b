// Package bolt is the store on one machine: one file, kept by bbolt.
//
// # One commit for all who wait
//
// A function given to [DB.Update] runs at once, in the goroutine of its caller, one
// function at a time. It reads what is committed and, over that, what the functions
// before it have written; its own writes join the open batch if it returns nil, and
// leave no trace if it returns an error or panics. One goroutine takes the open
// batch, writes it into the file in one transaction of bbolt, waits for the disk, and
// answers all callers whose functions were in it. Meanwhile the next batch collects.
// So an idle store answers after one commit, a busy one shares each commit among all
// who wait for it, and no timer is involved.
//
//	Update ─▶ function ─▶ open batch ──(file is free)──▶ batch in flight ─▶ file
//	             │reads       ▲                               ▲              ▲
//	             └────────────┴───────────────────────────────┴──────────────┘
//
// Since a function may have read what is not durable yet, all answers wait for the
// commit that makes it so, refusals too. A function that read durable things only
// and wrote nothing is answered at once.
//
// # When the disk fails
//
// A full disk is an error for those who wait ([store.ErrFull]); nothing of theirs is
// in the file, and the store goes on. After any other failed commit nobody can say
// what is on disk: the batch and all later calls get [store.ErrUnknownOutcome],
// [DB.Failed] is closed, and the process should stop and start again. Views still
// answer then, if they can.
//
// With [DB.KeepReserve] the file has more blocks of the disk than it needs. Nobody else can
// write into those, so on a full disk there is still room for what cannot be put off.
//
// Pages that are no pages surface as [store.ErrDamaged]; [DB.Check] finds them. bbolt has no
// checksums on pages of data, so each value has one behind it. A value that does not fit its
// own is absent to those who read it; [Options.Damaged] is told once, [DB.Health] says so,
// and [DB.Damage] lists them.
//
// # Packages below
//
// This package is about transactions: who writes in which batch, and what is answered when. What
// it stands on has packages of its own: disk (names, links, locks, files that replace others), layout
// (buckets and checksums), pages (checking them), datafile (a file that is open, and what can
// happen to it), copies (backups), reserve.
//
// # On disk
//
// The file is what [disk.Locate] finds; beside it stands <file>.lock, which one process at a
// time holds and which names it. The file itself is locked, too: <file>.lock can be
// removed. A file is created, restored or compacted as <file>.new and then renamed, so
// <file> is never half of anything.
//
// A file can be removed or replaced while it is open, and what is written into it then is
// found by nobody. So each commit looks before its answer whether the name of the store
// still stands for the file, and [DB.Watch] each second; if not, it is as after a failed
// commit, and the error wraps [store.ErrGone].
package bolt
