// Package prose reads what people wrote: the sentences of a text in Markdown, as words with their places in it.
//
// What is no prose is left out: code, quotations, what stands between quotation marks, addresses, comments. Instead of it one
// word of the kind [Masked] stands in the sentence, so that the words around it are not taken for neighbours. A cell of a table, an
// entry of a list and a heading are sentences of their own.
package prose
