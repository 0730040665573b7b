// Package declare has the words of /incident by which people begin something themselves: an incident that no alarm has opened, and a
// page to somebody whom no policy names.
//
// # The model
//
// A declared incident is one like any other: the policy of its service pages, the card is drawn, and whoever declared it stands first on
// its timeline. It is declared by one line, or by a form, which may be filled in with the text of a message already; that text is
// foreign, and goes into a field for somebody to read before it is sent.
//
// A page by hand goes beside the run of the policy ([paging.ByHand]): the steps go on as if it were not there, and it reaches the
// person by the channels by which any page does.
package declare
