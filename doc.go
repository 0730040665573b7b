// Package oncalm is the root of Oncalm, a self-hosted incident bot: it takes CloudWatch alarms from Amazon SNS,
// opens incidents, pages the person on call in Slack, keeps the timeline, and writes the postmortem from it.
//
// There is nothing to import here. The program is [github.com/oncalm/oncalm/cmd/oncalm]. Each package is named
// for what it knows, and imports only what stands before it in this list:
//
//	store       keys and values, changed in durable transactions
//	text        texts of outsiders, made harmless
//	clocks      the time on the wall, and the time that the machine has been up
//	outbox      work to be done and recorded once: pages, deadlines, cards
//	rotations   who is on call at an instant: calendar arithmetic and nothing else
//	incidents   an incident is the fold of its timeline; the book keeps them
//	overrides   who stands in for whom
//	changes     what was deployed or set, for the question "what changed before?"
//	doors       limits for what comes in: bodies, connections, hosts, paths
//	alarms      the messages of SNS: verified, understood, deduplicated, put into incidents
//	paging      whom to page now, whom next, and when
//	handoffs    what people are told when a shift begins or ends
//	postmortems the timeline as a document
//	bot         Slack: pages, cards, buttons, slash commands
//	ops         whether the program is well, and what it does for itself
//	web         the page of who is on call, and the calendars
//
// CONTRIBUTING.md has the whole list, and follows an alarm and the press of a button from file to file.
//
// A message is answered with 200 only after one transaction holds the incident, its first event and the outbox
// entries that follow from it. Each entry is done at least once, under a key that names its effect, and that it
// was done becomes the next event. Handlers decide on the state at the time they run; nothing is ever cancelled.
//
// The tests of this package are about the repository as a whole: the order in which packages may import each
// other, the shape of functions and files, the modules that are depended on, and that the documents say what the
// code does.
package oncalm
