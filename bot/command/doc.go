// Package command is the conversation about incidents: the words and buttons of /incident. Each word records an event with
// [incidents.Book], or shows what is recorded; the states in which it may be said are those of the incident.
package command
