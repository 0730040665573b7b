package bot

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/store"
)

// errPaced is the reason of a card that waits for its turn.
var errPaced = errors.New("waits for its turn, Slack takes about one message a second in a channel")

// uses is how often we use a response address at the most. Slack allows five times, of which one may have said that
// something is being stored.
const uses = 4

// life is how long Slack takes answers to something that a person did.
const life = 30 * time.Minute

// encode makes the answer that only one person sees, to a command or at a response address. With replace it takes the place
// of the message acted on.
func encode(m message, zone *time.Location, replace bool) string {
	buf := appendString([]byte(`{"response_type":"ephemeral","replace_original":`+strconv.FormatBool(replace)+`,"text":`), m.text(zone))
	if blocks := m.blocks(); len(blocks) > len("[]") {
		buf = append(append(buf, `,"blocks":`...), blocks...)
	}
	return string(append(buf, '}'))
}

// answerBody is the body of an answer's entry. The address is a secret while it is of use, which is for half an hour.
type answerBody struct {
	URL     string `json:"url"`
	Payload string `json:"payload"`
}

func answerEntry(now time.Time, request, url, payload string) outbox.Entry {
	return outbox.Entry{
		Key: store.Key("answer", request), Kind: KindAnswer, Lane: outbox.Answers, Due: now,
		Body: outbox.Body(answerBody{url, payload}),
	}
}

// answer tells a person what came of pressing a button. It is dropped when Slack does not take it any more.
func (b *Bot) answer(ctx context.Context, e outbox.Entry) (func(store.Tx) error, error) {
	var body answerBody
	if err := e.Decode(&body); err != nil {
		return nil, err
	}
	if b.o.Clock.Now().Sub(e.Created) > life {
		b.log.Warn("an answer came too late to be told", "key", e.Key)
		return nil, nil
	}
	err := b.client.answer(ctx, body.URL, []byte(body.Payload))
	if perhapsSent(err) && e.Attempt+1 >= uses {
		b.log.Warn("an answer could not be told as often as Slack takes one", "key", e.Key, "err", err)
		return nil, nil
	}
	if t := troubleOf(err); t == refused || t == unreadable || t == barred {
		b.log.Warn("an answer could not be told", "key", e.Key, "err", err)
		return nil, nil
	}
	return nil, asChore(err)
}

// answerLoosely tells a person what could not be written down, such as that the store takes nothing. It does not wait.
func (b *Bot) answerLoosely(url, payload string) {
	b.loose.Go(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := b.client.answer(ctx, url, []byte(payload)); err != nil {
			b.log.Warn("an answer could not be told", "err", err)
		}
	})
}
