// Package web is what people and programs read over HTTP: the page of who is on call ([Schedules.RegisterPage]), for the private door, and the
// calendars ([Schedules.RegisterFeeds]), for the public one. The frame around all handlers is that of package doors.
package web
