package chat

import (
	"context"
	"sync"
	"time"

	"github.com/oncalm/oncalm/bot/slack"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/store"
)

// loose is what goes on after a request was answered. Requests still come while somebody waits for it, which a [sync.WaitGroup] is not
// made for. The zero value is ready.
type loose struct {
	mu   sync.Mutex
	n    int
	idle chan struct{} // closed when nothing goes on any more; nil if nobody waits for that
}

// Go starts f.
func (l *loose) Go(f func()) {
	l.mu.Lock()
	l.n++
	l.mu.Unlock()
	go func() {
		defer l.done()
		f()
	}()
}

func (l *loose) done() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.n--; l.n == 0 && l.idle != nil {
		close(l.idle)
		l.idle = nil
	}
}

// Wait returns when nothing goes on.
func (l *loose) Wait() {
	l.mu.Lock()
	if l.n == 0 {
		l.mu.Unlock()
		return
	}
	if l.idle == nil {
		l.idle = make(chan struct{})
	}
	idle := l.idle
	l.mu.Unlock()
	<-idle
}

// longest is how long a change may take that people wait for, however slow the disk is.
const longest = time.Minute

// An attempt is something that goes on though whoever asked for it may have been answered meanwhile.
type attempt[T any] struct{ done chan T }

// attemptTo does something whose end somebody waits for, but not beyond Slack's patience: it goes on after that.
func attemptTo[T any](ctx context.Context, r *Router, do func(context.Context) T) attempt[T] {
	a := attempt[T]{make(chan T, 1)}
	work, cancel := context.WithTimeout(context.WithoutCancel(ctx), longest)
	if ctx.Err() != nil {
		cancel() // nobody waits for it any more: it is not begun
	}
	r.loose.Go(func() {
		defer cancel()
		a.done <- do(work)
	})
	return a
}

// wait returns what came of it, and false if ctx ended before.
func (a attempt[T]) wait(ctx context.Context) (result T, ok bool) {
	select {
	case result = <-a.done:
		return result, true
	case <-ctx.Done():
	}
	return result, false
}

// carried is what a word came to: the answer, encoded, and whether it reaches whoever asked by itself.
type carried struct {
	payload string
	told    bool
}

// CarryOut says a word and returns the answer, encoded. A word that changes something is carried out once for each request,
// and answers the same each time. It never fails: what went wrong is told in the answer. What takes longer than Slack's
// patience is being stored: that is the answer then, and what came of it follows.
func (r *Router) CarryOut(ctx context.Context, c *Call, w Word) (payload string) {
	address, pressed := c.reply, c.url != ""
	if pressed {
		address = c.url
	}
	zone := r.zone(c.Person)
	a := attemptTo(ctx, r, func(ctx context.Context) carried {
		payload := r.carry(ctx, c, w)
		return carried{payload, c.told}
	})
	if ctx.Err() != nil {
		return (<-a.done).payload
	}
	result, ok := a.wait(ctx)
	if ok {
		return result.payload
	}
	payload = encode(beingStored(), zone, false)
	if pressed {
		r.answerLoosely(address, payload, 1) // the uses that are left are for what came of it
	}
	r.loose.Go(func() {
		if result := <-a.done; !result.told && address != "" {
			r.answerLoosely(address, result.payload, uses)
		}
	})
	return payload
}

// beingStored is what people read while the store is slow.
func beingStored() blocks.Message {
	return blocks.Sentence("That is being stored, and takes longer than usual. The result follows; there is no need to " +
		"do it again.")
}

// lateEvent marks what came of a form after its answer in its metadata.
const lateEvent = "oncalm_told"

// Once carries out what a form asks for, once. If that takes longer than Slack's patience, what came of it follows as a direct
// message.
func (r *Router) Once(ctx context.Context, c *Call, do func(store.Tx) (blocks.Message, error)) blocks.Message {
	person, user := c.Person, r.o.People[c.Person].Slack
	a := attemptTo(ctx, r, func(ctx context.Context) (m blocks.Message) {
		_, err := r.once(ctx, c, func(tx store.Tx) (done blocks.Message, err error) {
			done, err = do(tx)
			m = done
			return done, err
		})
		if err != nil {
			m = r.Excuse(c, err)
		}
		if len(m.Body) == 0 {
			m = blocks.Sentence("That was already done.")
		}
		return m
	})
	if ctx.Err() != nil {
		return <-a.done
	}
	m, ok := a.wait(ctx)
	if ok {
		return m
	}
	r.loose.Go(func() {
		m := <-a.done
		if _, err := r.o.Out.Post(context.Background(), user, blocks.Draw(m),
			slack.Tag{Event: lateEvent, Key: c.ID}); err != nil {
			r.o.Log.Warn("the result of a form could not be sent", "person", person, "err", err)
		}
	})
	return beingStored()
}
