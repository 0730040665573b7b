// Package channels gives an incident a Slack channel of its own, where people talk about it.
//
// # The model
//
// What an incident's channel should look like follows from the incident: whether there is one, its name, its topic, who is in it, the
// card that is pinned there, the bookmarks, and that it is archived some time after all is over. [Channels] looks at what was done so far,
// which is one record, and does the next step that is missing; each is one call, recorded before the next. So it does not matter what
// was the occasion to look, nor where a crash came between.
//
// Pages come first: a channel is opened after the card of the incident stands in the channel of all incidents, by workers of its own,
// at a pace that leaves most of what Slack takes to others. An incident of a storm has none until somebody cares for just this one.
//
// What Slack refuses is said once, and given up: an incident needs no channel.
//
//	channel/of/<id>        what was done about the channel of an incident
//	channel/at/<channel>   whose channel it is
//	<id>/channel           entry: look at the channel of an incident
//	<id>/channel/archive   entry: archive it
package channels
