// Package bot connects Oncalm with Slack: what people type, press and fill in comes in, pages and cards go out.
// It puts the packages below it together, each of which knows a part: slack how Slack is called, chat how people
// speak to us, command the words of /incident, shifts those of /oncall, view how an incident looks, notice all
// messages besides pages.
//
// # In
//
// [Bot.Serve] carries out what people do in Slack, whichever way the request came, with the words of two rooms:
// that of /incident and that of /oncall. No request waits for Slack: a reply that comes later is an outbox
// entry.
//
// # Out
//
// [pages.Pages] delivers a page: a direct message with buttons, in one call. Its key is in the message's metadata
// (see package slack), so that a repeat can be found.
//
// [Bot.Follow] enqueues, for each event of an incident, a new card in the channel: one message, edited in place.
// Many changes are one edit, and cards are paced, because Slack takes about one message a second and channel.
// When somebody acknowledges, escalates or resolves, the pages of that incident are edited too: their buttons
// go, and a line says why.
//
// # In the store
//
//	card/<id>       where the card of an incident is, and the last event that it shows
//	card-at/…       whose card a message is, by its channel and time stamp
//	bot/channel     since when the channel takes no cards; absent while it does
//	bot/identity    who we are to Slack, as it said last
//	storm/…         see package storm
//	<id>/card       entry: the card is to be posted or edited
package bot
