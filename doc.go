// Package oncalm is the root of Oncalm, a self-hosted incident bot: it takes CloudWatch alarms from Amazon SNS, opens
// incidents, pages the person on call in Slack, keeps the timeline, and writes the postmortem from it.
//
// There is nothing to import here. The program is [github.com/oncalm/oncalm/cmd/oncalm], and one straight way leads
// through the packages, each of them named for what it knows:
//
//	doors       what strangers may take: bodies, connections, hosts, paths
//	alarms      the SNS door: verify, confirm, parse, deduplicate
//	incidents   an incident is the fold of its timeline; the Book keeps them
//	rotations   who is on call at a given instant; calendar arithmetic and nothing else
//	paging      whom to page now, whom next, and when
//	outbox      what is owed to the world: pages, deadlines, card refreshes
//	bot         the Slack door: pages, cards, buttons, slash commands
//	postmortems the timeline as a document
//	text        what outsiders wrote, made fit to be shown
//	store       ordered keys and values, changed in durable transactions
//
// A message is answered with 200 only after one transaction holds the incident, its first event and everything that is
// owed because of it. What is owed is done at least once, under a key that names the effect, and that it was done becomes
// the next event. Handlers decide on the state at the time they run; nothing is ever cancelled.
//
// The tests of this package are about the repository as a whole: the order in which packages may import each other, the
// shape of functions and files, the modules that are depended on, and that the documents say what the code does.
package oncalm
