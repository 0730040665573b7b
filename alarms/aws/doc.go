// Package aws knows what the messages of AWS, and of others that come over its topics, look like and amount to. It is
// pure: texts go in, judgements come out; it knows no store, no clock and no HTTP.
package aws
