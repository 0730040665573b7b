// Package lists is the word list: which incidents there are, worst first and then the oldest, by filters, a page at a time.
//
// Everything is reachable: a page has buttons to the next and to the one before, which say the same word with the number of the
// page. What is not understood is no filter that is left out: it is named, with what there is.
package lists
