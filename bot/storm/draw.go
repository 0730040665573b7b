package storm

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"time"

	"github.com/oncalm/oncalm/bot/slack"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/incidents/numbering"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/store"
)

// cardEvent marks the card of a storm in its metadata.
const cardEvent = "oncalm_storm"

// forgotten is how many incidents of a storm are forgotten in one transaction.
const forgotten = 1000

// Handlers returns the handler of the cards of storms.
func (s *Storms) Handlers() map[string]outbox.Handler { return map[string]outbox.Handler{Kind: s.draw} }

// posting is how fast cards of storms are posted.
func posting() slack.Tempo { return slack.Tempo{Kind: "post storm", Every: time.Second, Burst: 1} }

// draw posts the card of a storm, or edits the one that is there, and judges whether the storm is over. Over is judged here
// and nowhere else, from what is stored, so a restart does not end a storm or make it longer.
func (s *Storms) draw(ctx context.Context, e outbox.Entry) (func(store.Tx) error, error) {
	var b body
	if err := e.Decode(&b); err != nil {
		return nil, err
	}
	now := s.o.Clock.Now()
	r, t, err := s.read(ctx, b.Storm, now)
	if err != nil || r == nil || s.o.Channel == "" {
		return nil, err
	}
	if r.Over.IsZero() && t.recent <= handful && now.Sub(r.Began) >= calm { // before, those join who have waited
		r.Over = now.UTC()
	}
	if t.open == 0 && !r.Over.IsZero() && now.Sub(r.Over) >= kept {
		return func(tx store.Tx) error { return s.forget(tx, now, b.Storm, *r) }, nil
	}
	m := message(b.Storm, *r, t)
	if sum := sumOf(m); sum != r.Drawn {
		return s.put(ctx, e, b.Storm, *r, t, m, sum)
	}
	s.o.Pace.Forget(e.Key)
	return func(tx store.Tx) error { return s.drawn(tx, now, b.Storm, *r, t) }, nil
}

// read is a storm with its tally, of one moment.
func (s *Storms) read(ctx context.Context, n int, now time.Time) (r *state, t tally, err error) {
	err = s.o.Book.Store.View(ctx, func(tx store.Tx) error {
		if r, err = readCard(tx, n); err != nil || r == nil {
			return err
		}
		t, err = take(tx, n, *r, now)
		return err
	})
	return r, t, err
}

// put brings the card to Slack. The pace of edits is that of all cards of the channel.
func (s *Storms) put(ctx context.Context, e outbox.Entry, n int, r state, t tally, m blocks.Message, sum string) (
	func(store.Tx) error, error) {
	now, tempo, edit := s.o.Clock.Now(), posting(), r.TS != ""
	if edit {
		tempo = s.o.Editing
	}
	if when, ok := s.o.Pace.Start(e.Key, tempo, now); !ok {
		return nil, &outbox.Later{After: when.Sub(now), Err: slack.ErrPaced}
	}
	ref, adopted, err := s.o.Out.Put(ctx, slack.Post{
		To: s.o.Channel, Tag: slack.Tag{Event: cardEvent, Key: e.Key}, Name: e.Key, Drawn: blocks.Draw(m),
		Since: r.Since, Perhaps: e.PerhapsDone, At: r.Ref, Renew: true,
	})
	if err != nil {
		return s.o.Undrawn(e, edit, err)
	}
	edit = adopted || edit && ref == r.Ref
	s.o.Out.Watch.Took(edit)
	r.Ref, r.Drawn = ref, sum
	return func(tx store.Tx) error {
		s.o.Took(tx, now, edit)
		return s.drawn(tx, now, n, r, t)
	}, nil
}

// drawn records what the card says, and when it is looked at again.
func (s *Storms) drawn(tx store.Tx, now time.Time, n int, r state, t tally) error {
	was, err := readCard(tx, n)
	if err != nil {
		return err
	}
	r.All, r.More = t.all, false
	if _, last := numbering.Kept(tx); !r.Over.IsZero() && r.From > 0 && r.To == 0 {
		r.To = int(last)
	}
	switch {
	case was != nil && was.More:
		s.redraw(tx, now, n, now.Add(r.rest()))
	case r.Over.IsZero():
		s.redraw(tx, now, n, now.Add(calm/4))
	case t.open == 0:
		s.redraw(tx, now, n, r.Over.Add(kept))
	}
	return saveCard(tx, n, r)
}

// forget lets go of the incidents of a storm of which all is resolved, some at a time.
func (s *Storms) forget(tx store.Tx, now time.Time, n int, r state) error {
	var ids []string
	for id, of := range rows(tx) {
		if number, err := strconv.Atoi(id); of == n || of == none && err == nil && r.spans(number) {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	for _, id := range ids[:min(len(ids), forgotten)] {
		tx.Delete(memberPrefix + id)
	}
	if len(ids) > forgotten {
		s.redraw(tx, now, n, now)
		return nil
	}
	tx.Delete(cardKey(n))
	return nil
}

// sumOf tells cards apart that say something else.
func sumOf(m blocks.Message) string {
	sum := sha256.Sum256(append([]byte(m.Notice), m.Blocks()...))
	return hex.EncodeToString(sum[:8])
}
