// Package disk is what a store needs of the file system: the file that a name means, who holds
// it, and how a new file takes the place of another, whole or not at all.
//
// Links are followed once and on purpose, by [Locate]; from then on nothing that is opened may
// be a link. Beside a store stands <file>.lock, which one process at a time holds and which
// names it; it says also that there was a store, so that none is made anew where one got lost.
//
// A file that replaces another is written as <file>.new ([Replace]), or has no name at all until
// it is whole ([Draft]).
package disk
