// Package tickets gives action items a ticket where the team keeps its work: an issue at GitHub or GitLab, or in Jira.
//
// # The model
//
// A [Tracker] has tickets. A [Desk] has one made for each action item that has no link, some time after it was planned, so that what is
// put right at once is in it. A ticket carries a mark, and before one is made the tracker is looked through for it: whether an earlier
// attempt has made it that nobody heard of, or one that was killed. So there is one for each item. Its link stands on the item, by an
// event of the incident.
//
// Once an hour the tickets are looked at. What was closed there is done here, by whom and when as far as the tracker tells, and what was
// opened again there is open here. Only a change there changes anything here: an item that people close here stays so.
//
//	ticket/<incident>/<event>     record of the ticket of the item that this event planned
//	<incident>/ticket/<event>     entry: it is to be made
//	ticket-look/<time>            entry: the tickets are to be looked at
package tickets
