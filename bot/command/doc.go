// Package command has the words of /incident, typed or pressed: those by which somebody answers a page (ack, resolve,
// reopen, escalate, snooze, note, undo), those that mend (merge, split), and those that show (list, info, postmortem).
// Roles, updates and the like are in package respond, which gets its incidents here.
//
// A word finds the incident that is meant, by the button, the number, the place where it is said, or since only one is
// open. It then records an event with [incidents.Book], or shows what is recorded. What an incident allows in its state,
// package incidents decides; [Refusal] says it to people. A word that is about several incidents changes all of them or
// none.
//
// Texts that people typed are cut to a length before they are recorded. A reply that changed nothing says so: at night
// nobody should have to look.
package command
