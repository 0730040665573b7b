package socket

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"runtime/debug"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"github.com/oncalm/oncalm/bot/slack"
	"github.com/oncalm/oncalm/bot/slack/incoming"
)

// An envelope is what Slack sends: a request with its name, or a word about the connection.
type envelope struct {
	Type    string          `json:"type"`
	ID      string          `json:"envelope_id"`
	Payload json.RawMessage `json:"payload"`
	Reason  string          `json:"reason"`
}

// acknowledgement says that an envelope came, with the reply to what is in it.
type acknowledgement struct {
	ID      string          `json:"envelope_id"`
	Payload json.RawMessage `json:"payload,omitempty"`
}

const (
	// mostAck is how large an acknowledgement may be, in bytes. Slack drops larger ones, and says nothing.
	mostAck = 20*1024 - 1
	// writing is how long it may take to write one.
	writing = 2 * time.Second
)

// parserOf is how to read what is in an envelope of a type; nil for what we do not offer.
func parserOf(kind string) incoming.Parser {
	switch kind {
	case "slash_commands":
		return incoming.Command
	case "interactive":
		return incoming.Interaction
	case "events_api":
		return incoming.Event
	}
	return nil
}

// read takes one message.
func (l *link) read(ctx context.Context, message []byte, work *sync.WaitGroup) {
	var e envelope
	if err := json.Unmarshal(message, &e); err != nil {
		l.o.Log.Warn("Slack sent something that is no JSON over its connection")
		return
	}
	switch {
	case e.Type == "hello":
		if !l.greeted {
			l.greeted = true
			if l.state.greet(time.Now()) {
				l.o.Log.Info("connected to Slack")
				if l.o.Back != nil {
					work.Go(func() { l.o.Back(ctx) })
				}
			}
		}
	case e.Type == "disconnect":
		l.why = "Slack says " + e.Reason
		l.retire()
	case e.ID != "":
		l.hands <- struct{}{}
		work.Go(func() {
			defer func() { <-l.hands }()
			l.serve(ctx, e)
		})
	}
}

// serve handles what is in an envelope, and acknowledges it unless it is to come again.
func (l *link) serve(ctx context.Context, e envelope) {
	var p incoming.Parsed
	if parse := parserOf(e.Type); parse != nil {
		sum := sha256.Sum256(e.Payload)
		var err error
		if p, err = parse(e.Payload, hex.EncodeToString(sum[:])); err != nil { // named the same each time that it comes
			l.o.Log.Warn("what Slack sent is not what its kind of request is; it was dropped", "kind", e.Type)
		}
	}
	reply := l.handle(ctx, p)
	if reply.Again {
		return
	}
	message := encode(acknowledgement{e.ID, []byte(reply.JSON)})
	if len(message) > mostAck {
		defer l.answer(ctx, p, reply.JSON)
		message = nil
	}
	if message == nil {
		message = encode(acknowledgement{ID: e.ID})
	}
	l.acknowledge(message)
}

// handle has a request handled. One that fails in a way that nobody has thought of is not to end the program, nor to come again.
func (l *link) handle(ctx context.Context, p incoming.Parsed) (reply slack.Reply) {
	defer func() {
		if e := recover(); e != nil {
			l.o.Log.Error("a request failed", "panic", e, "stack", string(debug.Stack()))
			reply = slack.Reply{}
		}
	}()
	return l.o.Desk.Serve(ctx, p)
}

// encode makes the message; nil if the reply is no JSON.
func encode(ack acknowledgement) []byte {
	var b bytes.Buffer
	to := json.NewEncoder(&b)
	to.SetEscapeHTML(false) // it would only make it longer
	if to.Encode(ack) != nil {
		return nil
	}
	return b.Bytes()
}

// acknowledge says that an envelope came. If that does not get through, it comes again, and is the same request.
func (l *link) acknowledge(message []byte) {
	l.writing.Lock()
	defer l.writing.Unlock()
	_ = l.ws.SetWriteDeadline(time.Now().Add(writing))
	if err := l.ws.WriteMessage(websocket.TextMessage, message); err != nil {
		l.o.Log.Info("an envelope of Slack's was not acknowledged; it comes again", "err", reason(err))
	}
}

// answer sends a reply by the address that its request names: it is too large for an acknowledgement.
func (l *link) answer(ctx context.Context, p incoming.Parsed, reply string) {
	if p.Request.ReplyTo == "" || !l.o.Desk.Ours(p.Request.ReplyTo) {
		l.o.Log.Warn("a reply is too large for Slack's connection, and its request names no address for it", "bytes", len(reply))
		return
	}
	if err := l.o.Answer(context.WithoutCancel(ctx), p.Request.ReplyTo, []byte(reply)); err != nil {
		l.o.Log.Warn("a reply could not be sent", "err", err)
	}
}
