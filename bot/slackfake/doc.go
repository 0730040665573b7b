// Package slackfake stands in for Slack: its Web API, the signed requests that it sends to a bot, and a chat page in the browser.
//
// # The model
//
// A [Slack] is one workspace in memory (package workspace) with its sides:
//
//   - API: towards the bot's client it is Slack's Web API.
//   - Faults: it misbehaves in all the ways in which Slack does.
//   - Limits: it takes so many calls and no more, if that is switched on.
//   - Hands: it acts for the people, who type and press; Bot is where that goes.
//   - Page: towards a browser it is a chat page.
//
// A test looks at what happened with [Slack.DM], [Slack.Messages], [Slack.Ephemerals], [Slack.View] and the calls of the API.
//
// # Time
//
// Time is only time.Now and timers, no goroutine outlives the call that started it, and nothing touches a socket unless it is
// served on one: inside a testing/synctest bubble the whole thing runs on the bubble's clock.
//
// # What it is not
//
// It is a test double: nothing is kept on disk, and only tests and the demonstration use it.
package slackfake
