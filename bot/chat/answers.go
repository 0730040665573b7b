package chat

import (
	"context"
	"strconv"
	"time"

	"github.com/oncalm/oncalm/bot/slack"

	"github.com/oncalm/oncalm/bot/slack/blocks"

	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/store"
)

// uses is how often we use a response address at the most. Slack allows five times, of which one may have said that
// something is being stored.
const uses = 4

// Life is how long Slack takes answers to something that a person did.
const Life = 30 * time.Minute

// encode makes the answer that only one person sees, to a command or at a response address. With replace it takes the place
// of the message acted on.
func encode(m blocks.Message, zone *time.Location, replace bool) string {
	buf := blocks.AppendString([]byte(`{"response_type":"ephemeral","replace_original":`+strconv.FormatBool(replace)+`,"text":`), m.Text(zone))
	if blocks := m.Blocks(); len(blocks) > len("[]") {
		buf = append(append(buf, `,"blocks":`...), blocks...)
	}
	return string(append(buf, '}'))
}

// answerBody is the body of an answer's entry. The address is a secret while it is of use, which is for half an hour.
type answerBody struct {
	URL     string `json:"url,omitempty"` // as older versions wrote it
	Sealed  string `json:"sealed,omitempty"`
	Payload string `json:"payload"`
}

// answerEntry is the entry of an answer. Whoever can read the store cannot read the address.
func answerEntry(s seal, now time.Time, request, url, payload string) outbox.Entry {
	key := store.Key("answer", request)
	return outbox.Entry{
		Key: key, Kind: KindAnswer, Lane: outbox.Answers, Due: now,
		Body: outbox.Body(answerBody{Sealed: s.close(url, key), Payload: payload}),
	}
}

// answer tells a person what came of pressing a button. It is dropped when Slack does not take it any more.
func (r *Router) answer(ctx context.Context, e outbox.Entry) (func(store.Tx) error, error) {
	var body answerBody
	if err := e.Decode(&body); err != nil {
		return nil, err
	}
	if r.o.Clock.Now().Sub(e.Created) > Life {
		r.o.Log.Warn("a reply came too late to be sent", "key", e.Key)
		return nil, nil
	}
	if body.Sealed != "" {
		address, err := r.seal.open(body.Sealed, e.Key)
		if err != nil {
			r.o.Log.Warn("a reply could not be sent", "key", e.Key, "err", err)
			return nil, nil
		}
		body.URL = address
	}
	return nil, send(ctx, r, e, body.URL, body.Payload)
}

// send posts to a response address, as often as Slack allows. What Slack does not take is logged and dropped.
func send(ctx context.Context, r *Router, e outbox.Entry, url, payload string) error {
	err := r.o.Out.Answer(ctx, url, []byte(payload))
	if (slack.PerhapsSent(err) || slack.TroubleOf(err) == slack.Limited) && e.Attempt+1 >= uses {
		r.o.Log.Warn("a reply could not be sent in as many attempts as Slack allows", "key", e.Key, "err", err)
		return nil
	}
	if t := slack.TroubleOf(err); t == slack.Refused || t == slack.Unreadable || t == slack.Barred {
		r.o.Log.Warn("a reply could not be sent", "key", e.Key, "err", err)
		return nil
	}
	return slack.Owed(err)
}

// breath is the pause before an answer is tried again; each further one is twice as long.
const breath = 2 * time.Second

// answerLoosely tells a person what could not be written down, such as that the store takes nothing. It does not wait, and tries
// so many times. With a stop of the program it ends: there is nothing that the next start would know of.
func (r *Router) answerLoosely(url, payload string, times int) {
	r.loose.Go(func() {
		pause := breath
		for {
			err := r.o.Out.Answer(context.Background(), url, []byte(payload))
			if err == nil {
				return
			}
			times--
			if t := slack.TroubleOf(err); times == 0 || t != slack.Limited && t != slack.Unreachable ||
				!r.lives(max(pause, slack.WaitOf(err))) {
				r.o.Log.Warn("a reply could not be sent", "err", err)
				return
			}
			pause *= 2
		}
	})
}

// lives reports whether d has passed before the program was to end.
func (r *Router) lives(d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-r.ending:
		return false
	case <-t.C:
		return true
	}
}
