// Package heartbeats notices that something has not happened: a backup that did not run says nothing.
//
// Whoever does something again and again beats each time, over HTTP ([Door]) or in a message over SNS ([Desk.Beat]). A beat is
// expected so long after the one before ([Heartbeat.Every]), and is missing so much later ([Heartbeat.Grace]). Then an incident of the
// heartbeat's service is opened, which pages by its policy; the next beat resolves it.
//
// The deadline is one entry of the outbox for each heartbeat. When it comes due, the handler looks when the last beat was, and waits on
// if that was meanwhile: so a beat writes one key as a rule. Time is counted by the second and not by the wall ([clocks.Moment]): no
// setting of the clock makes a beat missing.
//
// The first deadline counts from when the heartbeat was configured, or was given another every or grace. A heartbeat that is removed
// leaves nothing: an incident of it is resolved.
//
// While Oncalm itself was away nobody could beat. So what was expected while it was away has one grace more, from the start on; once
// until the next beat, so that a server which is started again and again does not wait for ever.
//
//	heartbeat/<name>    record: when it beat last, and whether it is missing
package heartbeats
