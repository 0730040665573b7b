// Package chatpage is Slack in the browser, for the demo: the conversations of a workspace, and a stage of things that happen
// outside Slack.
//
// # The model
//
// The page asks for all that one person sees ([Page.Handler], /chat/state) and draws it; a stream says only that something has
// changed, and then it asks again. What the person does is posted to /chat/… and goes through the same hands that tests use. What
// the page offers besides is told by [Options]: controls, a tour whose steps [Page.Done] ticks off, help for commands.
//
// Nothing is inline and no text becomes markup: the assets are plain scripts and styles under a strict policy. There is no
// login, so it belongs on a loopback address.
package chatpage
