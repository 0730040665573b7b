package proof

import (
	"context"
	"errors"
	"log/slog"

	"github.com/oncalm/oncalm/clocks"
	"github.com/oncalm/oncalm/paging"
	"github.com/oncalm/oncalm/reach"
	"github.com/oncalm/oncalm/store"
)

// A Watcher sees what channels say of contacts.
type Watcher struct {
	Contacts *Contacts
	Store    store.Store
	Clock    *clocks.Clock
	Log      *slog.Logger
}

// Watch is a channel of which is noted that it refuses contacts.
func (w *Watcher) Watch(via string, c paging.Channel) paging.Channel {
	if j, ok := c.(joiner); ok {
		return watchedJoiner{j, w, via}
	}
	return watched{c, w, via}
}

// hear takes note of an error. That it cannot be stored changes nothing for the page: it is noted with the next one.
func (w *Watcher) hear(ctx context.Context, person, via string, err error) {
	dead, ok := errors.AsType[*reach.Dead](err)
	if !ok {
		return
	}
	now := w.Clock.Now()
	failed := w.Store.Update(context.WithoutCancel(ctx), func(tx store.Tx) error {
		w.Contacts.SetBack(tx, now, person, via, dead.Error())
		return nil
	})
	if failed != nil {
		w.Log.Warn("that a contact is not reached any more could not be stored", "person", person, "via", via, "err", failed)
	}
}

type watched struct {
	paging.Channel
	w   *Watcher
	via string
}

// Page implements [paging.Channel].
func (c watched) Page(ctx context.Context, key string, p paging.Page) (paging.Receipt, error) {
	r, err := c.Channel.Page(ctx, key, p)
	c.w.hear(ctx, p.Person, c.via, err)
	return r, err
}

// joiner is a channel that joins pages.
type joiner interface {
	paging.Channel
	paging.Joiner
}

type watchedJoiner struct {
	joiner
	w   *Watcher
	via string
}

// Page implements [paging.Channel].
func (c watchedJoiner) Page(ctx context.Context, key string, p paging.Page) (paging.Receipt, error) {
	r, err := c.joiner.Page(ctx, key, p)
	c.w.hear(ctx, p.Person, c.via, err)
	return r, err
}

// PageAll implements [paging.Joiner].
func (c watchedJoiner) PageAll(ctx context.Context, key string, j paging.Joint) (paging.Receipt, error) {
	r, err := c.joiner.PageAll(ctx, key, j)
	c.w.hear(ctx, j.Person, c.via, err)
	return r, err
}
