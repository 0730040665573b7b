// Package news tells people about changes of who is on call.
//
// A [Follower] is called for each change of [overrides.Book], in the transaction that makes it. It enqueues a
// notice to everybody whom the change concerns and to the channel, but not to whoever made it, who has the
// reply; and a question to each person who is asked to stand in. A question is one message: when somebody
// accepts, declines or withdraws, it is edited to say so.
//
// How people, changes and requests are named is here, too, so that replies name them in the same way.
//
//	ask/<change>/<person>            entry: the question to a person, as it is now
//	told/<change>/<what>/<person>    entry: a notice; without a person, to the channel
package news
