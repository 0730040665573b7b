// Package bot is the door between Oncalm and Slack: slash commands and buttons come in, pages and cards go out.
//
// # In
//
// [Bot.Serve] carries out what people do in Slack, by whichever door it came (package slack), with the words of two rooms (package
// chat): that of /incident and that of /oncall. No request waits for Slack: what has to be told later is enqueued.
//
// # Out
//
// [Bot.Page] delivers a page: a direct message with buttons, in one call. Its key travels in the message's metadata: see package
// slack, through which everything goes out.
//
// [Bot.Follow] enqueues, for each event of an incident, a fresh card in the channel: one message, edited in place. Many changes
// are one edit, and cards are paced, because Slack takes about one message a second and channel. When somebody acknowledges,
// escalates or resolves, the pages of that incident are brought up to date as well: their buttons go, and a line says why.
//
//	card/<id>    where the card of an incident is, and the event up to which it tells the story
//	shown/<id>   what the pages of an incident say now, by key
package bot
