// Package web is what the program shows about itself over HTTP, and the frame in which
// all its HTTP happens: limits, deadlines and headers.
//
// There are three doors. The public one takes alarms and Slack's requests; of this
// package it has only [Health] and the calendars ([Schedules.RegisterFeeds]). The private web
// listener has [Health], the metrics and the page of who is on call ([Schedules.RegisterPage])
// too, and is meant for people and machines of one's own network. The third is a
// socket beside the store's file ([ListenLocal], [Admin]), which only the user that
// runs the program can open: through it the command line reads a store that a running
// server holds.
//
// [NewServer] makes an http.Server that no slow or greedy client can hold up, and
// [Frame] the handler around all others.
package web
