package chat

import (
	"context"
	"encoding/json"
	"time"

	"github.com/oncalm/oncalm/bot/slack"
	"github.com/oncalm/oncalm/bot/slack/blocks"
)

// Filled is what comes of a form that was sent: what is wrong with it, by field, or else the form that takes its place.
type Filled struct {
	Wrong map[string]string
	Next  blocks.Form
}

// Closing is a form that says something, and can only be closed.
func Closing(title string, m blocks.Message) blocks.Form {
	return blocks.Form{Title: title, Close: "Close", Body: m}
}

// opening is how long Slack may take to open a form.
const opening = 1500 * time.Millisecond

// open opens the form of a word, and reports whether it is open. It is the one thing for which a request waits for Slack: the
// right to open it lasts three seconds.
func (r *Router) open(ctx context.Context, c *Call, w Word, trigger string) bool {
	if trigger == "" {
		return false
	}
	form, ok := w.Form(ctx, c)
	if !ok {
		return false
	}
	view, err := form.JSON()
	if err == nil {
		short, cancel := context.WithTimeout(ctx, opening)
		defer cancel()
		err = r.o.Out.OpenView(short, trigger, view)
	}
	if err != nil {
		r.o.Log.Warn("a form could not be opened; sending the command's help instead", "word", c.Word, "err", err)
		return false
	}
	return true
}

// chosen opens the form of a word that was chosen as a shortcut. Where it opens none, the word says why: where the message is in whose
// menu it was chosen, or else to whoever chose it.
func (r *Router) chosen(ctx context.Context, in slack.Request) {
	c := &Call{ID: in.ID, Now: in.At, Channel: in.Channel, url: in.ReplyTo}
	if in.Shortcut.Message.TS != "" {
		c.Message = &in.Shortcut.Message
	}
	if c.url == "" {
		c.Channel, c.direct = in.User, true
	}
	room, w, ok := r.said(in.Shortcut.Callback)
	if !ok || w.Form == nil {
		room, w = &r.o.Rooms[0], Telling(NoForm(r.o.Rooms[0].Root))
	}
	c.Root, c.Word = room.Root, w.Name
	if m, known := r.admit(ctx, c, in); !known {
		if ok && visits(ctx, r, in) {
			visit(r, c, in, room, w)
		} else {
			turnAway(r, c, m)
		}
		return
	}
	w = r.permitted(c, room, w)
	if w.Form != nil && r.open(ctx, c, w, in.Trigger) {
		return
	}
	r.CarryOut(ctx, c, w)
}

// submitted carries out a form, and returns what Slack is to do with it.
func (r *Router) submitted(ctx context.Context, in slack.Request) (payload string) {
	room, w, ok := r.said(in.Form.Callback)
	if !ok || w.Filled == nil {
		room, w = &r.o.Rooms[0], Word{Filled: noForm}
	}
	c := &Call{ID: in.ID, Now: in.At, Root: room.Root, Word: w.Name, Rest: in.Form.Metadata}
	var done Filled
	if m, known := r.admit(ctx, c, in); !known && ok && visits(ctx, r, in) {
		done = filledByVisitor(ctx, r, c, in, room, w)
	} else if !known {
		done.Next = Closing(room.Title, m)
	} else {
		if room.Bare || w.Timed {
			r.learnZone(ctx, c)
		}
		if m, ok = r.refuses(c, room, w); ok {
			done.Next = Closing(room.Title, m)
		} else {
			done = w.Filled(ctx, c, in.Form)
		}
	}
	payload, err := done.payload()
	if err != nil {
		r.o.Log.Error("a form cannot be answered", "word", c.Word, "err", err)
	}
	return payload
}

// noForm answers a form that nobody knows.
func noForm(_ context.Context, c *Call, _ *slack.Form) Filled {
	return Filled{Next: Closing("Not known", NoForm(c.Root))}
}

// payload is what Slack is to do.
func (f Filled) payload() (string, error) {
	answer := map[string]any{"response_action": "errors", "errors": f.Wrong}
	if len(f.Wrong) == 0 {
		view, err := f.Next.JSON()
		if err != nil {
			return "", err
		}
		answer = map[string]any{"response_action": "update", "view": view}
	}
	body, err := json.Marshal(answer)
	return string(body), err
}
