package store

import "context"

type mayWait struct{}

// MayWait marks the context of an [Store.Update] of which the caller has time: an engine may let it wait a little for others, to
// commit them together. It is as durable as any other when Update returns. It is for notes of what has been done, that it would
// be found out if the note were lost.
func MayWait(ctx context.Context) context.Context { return context.WithValue(ctx, mayWait{}, true) }

// Waits reports whether ctx is marked so.
func Waits(ctx context.Context) bool { return ctx.Value(mayWait{}) != nil }
