package sockets

import (
	"slices"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// conn is one connection.
type conn struct {
	ws *websocket.Conn
	mu sync.Mutex // one writes at a time
}

func (c *conn) write(v any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	_ = c.ws.SetWriteDeadline(time.Now().Add(time.Second))
	_ = c.ws.WriteJSON(v) // a connection that is gone takes nothing
}

func (c *conn) hangUp() {
	said := websocket.FormatCloseMessage(websocket.CloseNormalClosure, "")
	_ = c.ws.WriteControl(websocket.CloseMessage, said, time.Now().Add(time.Second))
	_ = c.ws.Close()
}

// pinged is how often Slack sends a ping.
const pinged = 10 * time.Second

// serve greets, and takes acknowledgements until the connection ends.
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
		var ack acknowledgement
		if c.ws.ReadJSON(&ack) != nil {
			return
		}
		h.take(ack)
	}
}

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
