// Package news is what people are told of changes of who is on call.
//
// A [Follower] hears of each change of [overrides.Book], in the transaction that makes it, and owes what follows: a notice to everybody
// whom it touches and to the channel, but for whoever did it and is answered; and the question to each who is asked to stand in. A
// question is a message that stays: when somebody accepts, declines or takes it back, it is written anew as it stands then.
//
// The words for people, changes and what is asked for are here, too: answers say them in the same way.
//
//	ask/<change>/<person>            entry: the question to a person, as it stands
//	told/<change>/<what>/<person>    entry: a notice; without a person, to the channel
package news
