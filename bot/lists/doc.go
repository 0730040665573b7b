// Package lists is the word list: which incidents there are, worst first and then the oldest, by filters, a page at a time.
//
// Everything is reachable: a page has buttons to the next and to the one before, which say the same word with the number of the
// page. What is not understood is no filter that is left out: it is named, with what there is.
//
// A list is two reads: rows of all that is wanted (package history, in parts), which are sorted and counted, and then the
// heads of one page. Between the two an incident may be swept or change; a page shows what the heads say.
package lists
