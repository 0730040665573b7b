// Package postmortems makes a document from the timeline of an incident.
//
// [Build] is pure: the same incident and timeline make the same [document.Document], whatever the machine, its clock and its
// time zone. The document says only what was recorded: its parts are read by package evidence; this package puts them
// together, sums them up in sentences, and chooses what to ask people by what happened.
//
//	doc := postmortems.Build(incident, timeline)
//	text, err := markdown.Render(doc, set)
//
// Each sentence names the events that it was taken from, so that whoever doubts it can look. What is not recorded is said
// to be not recorded, and never worked out from something else.
package postmortems
