// Package api is Slack's Web API over a workspace: the methods that a bot uses, with the answers, the error names and the limits
// of the real one.
//
// # The model
//
// An [API] takes a request, over a socket ([API.ServeHTTP]) or in memory ([API.RoundTripper]), records it as a [Call], asks the
// faults and the limits whether it shall fail, and otherwise runs its method with the workspace locked. There is one table of methods, with the
// scope that each needs; they are grouped by subject in small types, which share what the bot may do (access). Response URLs and
// uploads, which are no methods, go the same way.
//
// It is an independent judge: what it takes, Slack takes; what breaks a limit is answered invalid_blocks, msg_too_long and so
// on. Slack's rate limits are a switch (package limits); an answer 429 can be scripted as a fault as well.
package api
