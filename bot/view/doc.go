// Package view is how an incident looks in messages: its title and status, who was paged and how far the page has come, the newest
// lines of its timeline, what its alarm says, and the buttons that make sense as it stands. Cards, pages and answers are made of these.
package view
