// Package slackfake stands in for Slack: its Web API, the signed requests that
// it sends to a bot, and a chat page in the browser.
//
// # The model
//
// A [Slack] is one workspace in memory: people, conversations, messages, open
// modals. It has three sides.
//
//   - Towards the bot's client it is Slack's Web API ([Slack.ServeHTTP], or
//     [Slack.RoundTripper] without any socket): the methods that a bot uses, with
//     the answers, the error names and the limits of the real one. It is an
//     independent judge: what it takes, Slack takes; what breaks a limit is answered
//     invalid_blocks, msg_too_long and so on. [Slack.Fail], [Slack.FailEvery] and
//     [Slack.Down] make it misbehave in all the ways in which Slack does.
//   - Towards the bot's doors it acts for the people: [Slack.Command],
//     [Slack.Press], [Slack.SubmitView] and [Slack.Event] send authentic signed
//     requests to /slack/commands, /slack/interactions and /slack/events below the
//     endpoint given to [Slack.Connect], and what the bot answers lands in the
//     Conversation, as it would in Slack.
//   - Towards a browser it is a chat page ([Slack.Page]).
//
// A test looks at what happened with [Slack.DM], [Slack.Messages],
// [Slack.Ephemerals], [Slack.View] and [Slack.Calls].
//
// # Time
//
// Time is only time.Now and timers, no goroutine outlives the call that started
// it, and nothing touches a socket unless it is served on one: inside a
// testing/synctest bubble the whole thing runs on the bubble's clock.
//
// # What it is not
//
// It is a test double: nothing is kept on disk, and only tests and the
// demonstration use it. Slack's own rate limits are not imposed, they are scripted
// as faults. Events are delivered once, without Slack's three retries.
package slackfake
