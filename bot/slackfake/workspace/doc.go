// Package workspace is the state of the fake Slack: people, conversations, messages, views, and the app that is installed.
//
// # The model
//
// A [Workspace] is in memory and belongs to one at a time: who looks at it or changes it locks it, and unlocks it before
// anything that may block. What leaves a locked workspace is a copy ([Message.Clone], [View.Clone]).
//
//   - [Workspace.People], [Workspace.Groups] and [Workspace.Conversations] are what there is; a [Conversation] keeps its
//     messages in the order of their ts, which it gives out itself.
//   - [Screens] are what people have open, and the right to open a modal (a trigger); [Hooks] are the response URLs, the ways
//     back into a conversation.
//   - [Changes] counts what happens, for pages that watch; [IDs] makes all ids of one count.
//
// It knows what an app may write ([ParseMessage], [Screens.Parse]) and how Slack shows what is there to an app
// ([App.ShapeMessage], [App.ShapeView]), but nothing of HTTP: who may ask for what is for the Web API to say.
package workspace
