// Package graphs shows what the metric of an alarm was around an incident: who looks at a curve sees in a second what a page takes minutes
// to tell.
//
// # The model
//
// A [Source] is asked for the values of the metric. What it answers is an event of the incident (response.Measured), so that the curve stands
// in the postmortem when CloudWatch has long forgotten it, and is drawn from the timeline alone: a [Graph] is such an event, and the
// marks ([Mark]) of what happened meanwhile. [Graph.Scene] draws it, and [Graph.Words] says the same to those who do not see it.
//
// A [Watcher] asks some time after the incident has begun, since the values come a minute or two late; after it was resolved; and after the
// alarm has said whether a rollback has helped. Nothing waits for it: its entries have a lane that no page has, and what cannot be had is
// left out.
//
//	<incident>/graph/<seq>    entry: look at the metric, because of the event of that number
package graphs
