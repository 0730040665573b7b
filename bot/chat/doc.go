// Package chat is the grammar of what people say in Slack: words, calls, and who may.
//
// A slash command is the way into a [Room], which owns [Word]s, buttons and forms. What a person typed becomes [Token]s; marks and
// names that were copied along go. The [Router] finds out who asks, which word is meant, and carries it out: a word that changes
// something runs in one transaction, together with the note that the request was carried out, so that the same request twice has one
// effect and the same answer. The answer goes out when the change is on disk; if the disk is slow, "being stored" goes out first, and
// what came of it follows. What was pressed is answered at a response address: that is owed, since it must outlive us.
//
// Who a Slack user is, the configuration says. Anybody else is refused, never taken for somebody.
//
//	answer/<request>    entry: what a person is told after pressing a button
package chat
