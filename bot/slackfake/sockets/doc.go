// Package sockets is Slack's side of Socket Mode: the connections that a bot has opened, and the envelopes that come over them.
//
// A [Hub] is where connections come in, over the network ([Hub.ServeHTTP]) or in memory ([Hub.Dial]), each with a ticket that
// apps.connections.open has made. To those who act as people it is a transport ([Hub.RoundTrip]): what would be posted to the
// bot goes out as an envelope, to one of the connections, and what the bot acknowledges it with comes back as the response.
package sockets
