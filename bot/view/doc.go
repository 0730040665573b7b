// Package view is how an incident looks in messages: its title and status, who was paged and how far the page has come, the newest
// lines of its timeline, what its alarm says, and the buttons that make sense as it stands. Cards, pages and answers are made of these.
//
// It draws what package incidents says (Words of an event), and decides nothing. Texts from outside are cut and made one
// line here, at the place where they are shown: in the store they are whole. Times are put into messages as times, and each
// reader sees them on their own clock.
package view
