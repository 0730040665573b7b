// Package chat is how people speak to the bot: which words there are, what was meant, and who may say it. It
// knows no word itself: the rooms of /incident and /oncall bring theirs.
//
// A [Room] has words ([Word]). A word is typed behind the room's slash command, or said by a button or a form:
// all three are a [Said], the room, the word and the text behind it. A typed text is split into tokens
// ([Token]), without the marks that were copied along. The [Router] finds out who asks and which word is meant,
// and carries it out. A word that changes something runs in one transaction, together with the note that this
// request was carried out: the same request twice has one effect and the same reply.
//
// The reply goes out when the change is on disk; if the disk is slow, "being stored" goes out first and the
// result follows. The reply to a button goes to a response address: it is an outbox entry, since it must outlive
// the process.
//
// Which person a Slack user is, the configuration says. Anybody else is refused.
//
//	answer/<request>    entry: the reply to whoever pressed a button
package chat
