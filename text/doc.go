// Package text makes what outsiders wrote fit to be shown.
//
// Alarms, notes, names of people and of schedules come from outside. Each is cleaned once, where it comes in or where it
// goes out, by the same rule, and is then escaped for the place where it is shown:
//
//   - [Clean] keeps the lines of a text, [Line] makes one line of it. Both leave valid UTF-8 without control characters,
//     without characters that nobody sees, and without those that turn the direction of reading. So no text can break a
//     terminal, forge a second line, hide a word, or look like another name.
//   - [Clip] cuts a text to a number of characters.
//   - [Slack], [Markdown] and [HTML] escape a text for a place where markup is read. Slack reads &, < and > as markup,
//     so a mention is as dead there as a link. A terminal and a calendar need no more than [Line].
//
// The rest of the package are the small words around such texts: [List], [Count], [Ago], [Lasting].
package text
