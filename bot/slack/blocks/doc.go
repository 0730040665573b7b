// Package blocks writes messages in Slack's building blocks.
//
// A [Message] is made of lines ([Line]), and a line of pieces of text, times and links. Each text is literal, wherever it comes from: one
// form of it becomes rich text, where nothing is a command to Slack, and another the plain text for notifications, which Slack reads
// as markup and which is escaped for that. Nothing here can mention anybody. All limits of Slack's are kept, whatever the texts are;
// [Validate] checks what was written against them.
package blocks
