// Package command has the words of /incident, typed or pressed: ack, resolve, escalate, note, list, info,
// postmortem. Each records an event with [incidents.Book], or shows what is recorded. Which words an incident
// allows in its state, package incidents decides; [Refusal] says it to people.
package command
