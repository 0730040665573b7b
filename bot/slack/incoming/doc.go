// Package incoming is what Slack sends, by whichever door it comes.
//
// It has two parts. To parse is a function of bytes: [Command], [Interaction] and [Event] read what Slack sends as JSON, [PostedCommand]
// and [PostedInteraction] the forms in which it posts the same. What comes of it is [Parsed]. To dispatch is to do something about that:
// a [Desk] says when it came, keeps replies to addresses of Slack's, bounds the time, and calls the [slack.Handler].
//
// A door is what is left: it takes bytes from somewhere, finds out whether they are from Slack, and takes the reply back. Part of what
// is parsed was written by others, so it is read strictly: no field comes twice, and nothing of one kind is read as another.
package incoming
