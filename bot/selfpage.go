package bot

import (
	"context"
	"fmt"
	"time"

	"github.com/oncalm/oncalm/paging"
)

// selfEvent marks a self-page in its metadata.
const selfEvent = "oncalm_self"

// A SelfPage is what Oncalm has to say about itself.
type SelfPage struct {
	Key   string    // names it: an attempt after one that may have got through looks for it first
	Since time.Time // when it was decided, before which it cannot have been sent
	Title string
	Text  string
}

// SelfPage tells a person, or the channel of the incidents if person is "". Nothing of it is written down, before or
// after: it is for when nothing can be. Errors are those of a page (see [paging.Notifier]).
func (b *Bot) SelfPage(ctx context.Context, person string, p SelfPage) error {
	to := b.o.Channel
	if person != "" {
		to = b.o.People[person].Slack
	}
	if to == "" {
		return &paging.Undeliverable{Err: fmt.Errorf("there is no Slack id for %q", person)}
	}
	t, now := tag{selfEvent, p.Key}, time.Now()
	key := p.Key + "/" + person
	if b.outcomes.unsure(key, false) {
		r, err := b.sent(ctx, person, to, t, p.Since)
		if err != nil || r.TS != "" {
			return err
		}
	}
	m := message{title: p.Title, body: []paragraph{para(say(p.Text))}}
	_, err := b.client.post(ctx, to, m, t)
	b.outcomes.note(key, to, err, now)
	return asPage(err)
}

// sent looks for a message in a person's direct messages, or in the channel if person is "".
func (b *Bot) sent(ctx context.Context, person, to string, t tag, since time.Time) (ref, error) {
	if person != "" {
		return b.adopt(ctx, to, t, since)
	}
	r, err := b.client.find(ctx, to, t, since.Add(-skew))
	if err != nil {
		return ref{}, asSearch(err)
	}
	return r, nil
}
