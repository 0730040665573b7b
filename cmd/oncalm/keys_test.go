package main

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/oncalm/oncalm/alarms/aws"
	"github.com/oncalm/oncalm/cmd/oncalm/cli"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/bolt"
)

// mostKeys is how many keys an alarm may write on its way, from the message to the record that its page was delivered, and
// mostBytes how long their values may be together.
const (
	mostKeys  = 12
	mostBytes = 5600
)

// keyCounter is a store that notes what is written to it.
type keyCounter struct {
	store.Store
	mu     sync.Mutex
	writes []string // "put" or "delete", and the key
	bytes  int
}

func (c *keyCounter) Update(ctx context.Context, fn func(store.Tx) error) error {
	var tx *countedTx
	err := c.Store.Update(ctx, func(inner store.Tx) error {
		tx = &countedTx{Tx: inner, wrote: map[string]string{}}
		return fn(tx)
	})
	c.mu.Lock()
	defer c.mu.Unlock()
	if err == nil {
		for key, what := range tx.wrote {
			c.writes = append(c.writes, what+" "+key)
		}
		c.bytes += tx.bytes
	}
	return err
}

// countedTx counts a key once, however often a transaction writes it.
type countedTx struct {
	store.Tx
	wrote map[string]string
	bytes int
}

func (t *countedTx) Put(key string, val []byte) {
	t.wrote[key], t.bytes = "put", t.bytes+len(val)
	t.Tx.Put(key, val)
}

func (t *countedTx) Delete(key string) {
	t.wrote[key] = "delete"
	t.Tx.Delete(key)
}

// mark returns what was written since the last mark, but for the storm's card, which is drawn now and then.
func (c *keyCounter) mark() (writes []string, bytes int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, w := range c.writes {
		if !strings.Contains(w, "storm/1/card") && !strings.HasSuffix(w, "storm/card/1") {
			writes = append(writes, w)
		}
	}
	bytes = c.bytes
	c.writes, c.bytes = nil, 0
	slices.Sort(writes)
	return writes, bytes
}

// extravagant is a store in which each change writes a key more: the control.
type extravagant struct{ store.Store }

func (e extravagant) Update(ctx context.Context, fn func(store.Tx) error) error {
	return e.Store.Update(ctx, func(tx store.Tx) error {
		tx.Put("damaged/extravagant", []byte("x"))
		return fn(tx)
	})
}

// TestKeysOfAnAlarm holds how many keys an alarm writes in a storm.
func TestKeysOfAnAlarm(t *testing.T) {
	writes, bytes := writesOfAnAlarm(t, func(s store.Store) store.Store { return s })
	t.Logf("%d keys, %d bytes:\n%s", len(writes), bytes, strings.Join(writes, "\n"))
	if len(writes) > mostKeys || bytes > mostBytes {
		t.Errorf("at most %d keys, %d bytes", mostKeys, mostBytes)
	}
}

// TestKeysOfAnAlarmControl: one key more in each of its changes is noticed.
func TestKeysOfAnAlarmControl(t *testing.T) {
	writes, _ := writesOfAnAlarm(t, func(s store.Store) store.Store { return extravagant{s} })
	if len(writes) <= mostKeys {
		t.Errorf("with a key more in each change it would still be %d keys", len(writes))
	}
}

// writesOfAnAlarm is what one alarm writes in the midst of a storm.
func writesOfAnAlarm(t *testing.T, wrap func(store.Store) store.Store) (writes []string, bytes int) {
	t.Helper()
	topic, err := rigsTopic()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	db, err := cli.OpenStore(t.Context(), filepath.Join(dir, "oncalm.db"), bolt.Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	count := &keyCounter{Store: db}
	cfg := fillConfig(t, dir, topic)
	cfg.Slack.JoinedPages = false // which are told together depends on the time
	a, err := newApp(cfg, wrap(count), slog.New(slog.DiscardHandler), outside{slack: yes{}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() { _ = a.run(ctx) }()
	const many = 30
	deadline := time.Now().Add(30 * time.Second)
	for n := 1; n <= many; n++ {
		post(t, a, topic.Alarm, n)
		for delivered(t, a, n) == 0 {
			if time.Now().After(deadline) {
				t.Fatal("no page goes out")
			}
			time.Sleep(time.Millisecond)
		}
		if w, b := count.mark(); n > many/2 && (writes == nil || len(w) < len(writes)) { // others have the storm's work too
			writes, bytes = w, b
		}
	}
	return writes, bytes
}

func post(t *testing.T, a *app, sign func(aws.Example) ([]byte, error), n int) {
	t.Helper()
	body, err := sign(aws.Example{Name: fmt.Sprintf("checkout-%05d-5xx-rate", n), At: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	rec := httptest.NewRecorder()
	a.public().ServeHTTP(rec, httptest.NewRequest(http.MethodPost, "/sns", bytes.NewReader(body)))
	if rec.Code != http.StatusOK {
		t.Fatal(rec.Code, rec.Body)
	}
}
