// Package web is what people and programs read over HTTP: the page of who is on call ([Schedules.RegisterPage]), for the private door, and the
// calendars ([Schedules.RegisterFeeds]), for the public one. The frame around all handlers is that of package doors.
//
// The pages of postmortems ([Postmortems.RegisterPage]) are for the private door, too.
//
// The page is for whoever can reach the private listener, and asks nobody who they are. A calendar is for whoever has its
// link: the token in it is compared with what the store has, and a wrong one looks like a calendar that is not there. Both
// show the schedules with the overrides of the moment, and keep nothing.
package web
