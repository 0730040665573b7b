// Package importing turns the schedules of other on-call programs into our configuration: calendars (.ics), and what
// the APIs of PagerDuty, Opsgenie and Grafana OnCall answer, kept as JSON files.
//
// [Read] finds out by the content what a file is. The result, a [plan.Plan], is `people:` and `schedules:` as the
// configuration has them, and notes: everything that could not be carried over, or means something else here. What is
// over by now is left out; nothing else is dropped silently. What a rotation means is computed, not guessed: one that
// our layers cannot express is left out with a note, and where an export says itself who is on call when, the plan is
// compared with that.
//
// Each program has a package: calendar, grafana, opsgenie, pagerduty. They know what exports of it mean, and put that into
// a plan by what they share: wall reckons with times as exports have them, rolling makes layers of groups that take
// turns, series makes layers of the series of calendars, and sheet carries over all that is in a calendar.
package importing
