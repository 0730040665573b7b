// Package slack knows Slack and no incident: how it is called, what its errors amount to, how fast it may be spoken to, and who we
// are to it.
//
// A [Sender] sends. [Sender.Put] is the only way out for what must not come twice. A message carries a [Tag] in its metadata. When
// an earlier attempt may have got through, the conversation is searched for the tag first, and a message found is adopted. One search
// serves all messages of a conversation, and takes two seconds at the most: who cannot look, sends, and says that it may be a
// repeat. What Slack has taken since the start is known without looking.
//
// What people do comes in as a [Request] by a door (package door is the one for what Slack posts), and a [Handler] answers with a
// [Reply]. [Watch.Judge] tells our own workspace from strangers.
//
// An error of a call is one of a few troubles ([TroubleOf]): wait, since Slack says so; wait, since nobody answers; the token is not
// taken; the form is not taken; or this message is refused. One table has Slack's names for all of them. A [Watch] takes note of
// what calls come to: what keeps pages from going out, what keeps cards out of their channel. A [Pace] spreads work that must not go
// faster than Slack takes it.
package slack
