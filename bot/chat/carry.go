package chat

import (
	"context"
	"errors"
	"runtime/debug"

	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/requests"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/store"
)

// carry is CarryOut, however long it takes.
func (r *Router) carry(ctx context.Context, c *Call, w Word) (payload string) {
	defer func() {
		if p := recover(); p != nil {
			r.o.Log.Error("a command failed", "word", c.Word, "panic", p, "stack", string(debug.Stack()))
			payload = r.tellFailure(c, errPanic)
		}
	}()
	payload, err := r.say(ctx, c, w)
	if refused, ok := errors.AsType[*incidents.Refused](err); ok {
		// Nothing was kept: the refusal is remembered by itself, so that the same request is refused for ever.
		payload, err = r.once(ctx, c, func(store.Tx) (blocks.Message, error) { return r.o.Refusal(c, refused), nil })
	}
	if err != nil {
		return r.tellFailure(c, err)
	}
	return payload
}

func (r *Router) say(ctx context.Context, c *Call, w Word) (payload string, err error) {
	if w.Change != nil {
		return r.once(ctx, c, func(tx store.Tx) (blocks.Message, error) {
			m, err := w.Change(c, tx)
			if c.Acted {
				m = r.o.Aside(m)
			}
			return m, err
		})
	}
	m, err := w.Show(ctx, c)
	if err != nil || c.url == "" && !c.direct {
		return r.encode(c, m), err
	}
	return r.once(ctx, c, func(store.Tx) (blocks.Message, error) { return m, nil })
}

// once does something in a transaction, unless this request was carried out before, and remembers the answer. What was
// pressed is answered later: the answer is enqueued.
func (r *Router) once(ctx context.Context, c *Call, do func(store.Tx) (blocks.Message, error)) (payload string,
	err error) {
	err = r.o.Book.Store.Update(ctx, func(tx store.Tx) error {
		if answer, seen := requests.Recall(tx, c.ID); seen {
			payload = answer
			return nil
		}
		m, err := do(tx)
		if err != nil {
			return err
		}
		payload = r.encode(c, m)
		requests.Remember(tx, c.Now, c.ID, payload)
		if c.direct && !(c.home && m.Shown) {
			enqueueDirectly(c, tx, m)
		}
		if c.url != "" && (!m.Shown || c.Private) {
			outbox.In(tx, c.Now).Once(answerEntry(r.seal, c.Now, c.ID, c.url, payload))
			c.told = true
		}
		return nil
	})
	return payload, err
}

func (r *Router) encode(c *Call, m blocks.Message) string {
	return encode(m, r.zone(c.Person), c.Private)
}

// tellFailure tells what went wrong. If it was pressed, nothing could be written down, so that is told without.
func (r *Router) tellFailure(c *Call, err error) (payload string) {
	m := r.Excuse(c, err)
	payload = r.encode(c, m)
	if c.direct {
		answerDirectly(r, c, m)
	}
	if c.url != "" {
		r.answerLoosely(c.url, payload, uses)
		c.told = true
	}
	return payload
}
