// Package manifest writes the manifest of the Slack app: what Slack has to know of us, from the tables by which we work.
//
// The commands and their hints come from the words, the addresses from how Slack reaches us, the scopes and events from what we
// call and want to be told ([Needs]). A scope that only some feature needs is optional: whoever installs the app may leave it out,
// and then lacks that feature and nothing else.
package manifest
