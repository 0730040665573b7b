// Package markdown lays a postmortem out as Markdown, in the dialect of GitHub, by the template "postmortem".
//
// A template can only arrange what a sheet has: all of it is Markdown already. What came from outside (names and reasons of
// alarms, notes, errors) is shown letter by letter: it cannot become a link, a mention, a heading or a column of a table. Links
// lead to the AWS console and to Slack alone, and to the runbook, which is configured. A document stays below 1 MiB: what does
// not fit is left out of the middle of a table, and the document says so.
//
// Templates are the operator's own and run at any time of the night, so all that a template could do wrong is found by
// [Check] when the configuration is read.
package markdown
