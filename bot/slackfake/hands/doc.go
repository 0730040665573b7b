// Package hands acts for the people of the fake Slack: they type, press, choose, fill forms and react, and the bot hears of it.
//
// # The model
//
// [Hands] do what a person does on the screen ([Hands.Command], [Hands.Press], [Hands.SubmitView], [Hands.Say]). They check, as
// Slack does, that the person could do it at all ([ErrInput]), and make of it what Slack sends. [Bot] is where that goes: to
// /slack/commands, /slack/interactions and /slack/events below the endpoint of [Bot.Connect], authentically signed, with Slack's
// patience of three seconds. What the bot answers lands in the conversation or in the modal; [Response] says how it answered.
// The workspace is never locked while the bot is asked, so that the bot may call the Web API meanwhile.
//
// Events are delivered once, without Slack's three retries.
package hands
