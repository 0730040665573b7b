package sockets

import (
	"slices"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// conn is one connection. Envelopes, pings and what is said at the end come from different goroutines, and the websocket
// takes one writer at a time.
type conn struct {
	ws *websocket.Conn
	mu sync.Mutex // one writes at a time
}

// write sends a message. It waits a second at most: a bot that does not read must not hold up the others.
func (c *conn) write(v any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	_ = c.ws.SetWriteDeadline(time.Now().Add(time.Second))
	_ = c.ws.WriteJSON(v) // a connection that is gone takes nothing
}

// hangUp ends the connection as Slack does, with a close message before.
func (c *conn) hangUp() {
	said := websocket.FormatCloseMessage(websocket.CloseNormalClosure, "")
	_ = c.ws.WriteControl(websocket.CloseMessage, said, time.Now().Add(time.Second))
	_ = c.ws.Close()
}

// pinged is how often Slack sends a ping. A bot takes a connection for dead if none comes for long: ours after 35 seconds.
const pinged = 10 * time.Second

// serve greets, and takes acknowledgements until the connection ends. Its hello has the fields of the real one, of which
// num_connections tells a bot whether it is alone.
func (h *Hub) serve(c *conn) {
	h.mu.Lock()
	h.open = append(h.open, c)
	n := len(h.open)
	h.mu.Unlock()
	done := make(chan struct{})
	var beside sync.WaitGroup
	defer beside.Wait()
	defer close(done)
	defer func() {
		h.mu.Lock()
		h.open = slices.DeleteFunc(h.open, func(other *conn) bool { return other == c })
		h.mu.Unlock()
		_ = c.ws.Close()
	}()
	beside.Go(func() { c.ping(done) })
	c.write(map[string]any{
		"type": "hello", "num_connections": n, "connection_info": map[string]any{"app_id": "A0ONCALM"},
		"debug_info": map[string]any{"host": "applink-1", "approximate_connection_time": 18060},
	})
	for {
		_, message, err := c.ws.ReadMessage()
		if err != nil {
			return
		}
		h.take(message)
	}
}

// ping sends pings until done. That they come is all that matters; nobody waits for the pong.
func (c *conn) ping(done <-chan struct{}) {
	each := time.NewTicker(pinged)
	defer each.Stop()
	for {
		select {
		case <-done:
			return
		case <-each.C:
			_ = c.ws.WriteControl(websocket.PingMessage, []byte("p"), time.Now().Add(time.Second))
		}
	}
}
