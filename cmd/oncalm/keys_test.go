package main

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
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

// alarmsCounted is how many alarms are counted together: what an alarm writes may be seen a moment after its page went out.
const alarmsCounted = 40

// TestKeysOfAnAlarm holds how many keys an alarm writes in a storm.
func TestKeysOfAnAlarm(t *testing.T) {
	keys, bytes, writes := writesOfAnAlarm(t, func(s store.Store) store.Store { return s })
	t.Logf("%.1f keys, %d bytes:\n%s", keys, bytes, writes)
	if keys > mostKeys+0.5 || bytes > mostBytes {
		t.Errorf("at most %d keys, %d bytes", mostKeys, mostBytes)
	}
}

// TestKeysOfAnAlarmControl: one key more in each of its changes is noticed.
func TestKeysOfAnAlarmControl(t *testing.T) {
	keys, _, _ := writesOfAnAlarm(t, func(s store.Store) store.Store { return extravagant{s} })
	if keys <= mostKeys+0.5 {
		t.Errorf("with a key more in each change it would still be %.1f keys", keys)
	}
}

// writesOfAnAlarm is what one alarm writes in the midst of a storm: keys, bytes of their values, and which keys (digits as #).
func writesOfAnAlarm(t *testing.T, wrap func(store.Store) store.Store) (keys float64, size int, list string) {
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
	// What one alarm writes may be seen a moment after its page went out, so only what many write is a figure.
	deadline := time.Now().Add(time.Minute)
	for n := 1; n <= 2*alarmsCounted; n++ {
		post(t, a, topic.Alarm, n)
		for delivered(t, a, n) == 0 {
			if time.Now().After(deadline) {
				t.Fatal("no page goes out")
			}
			time.Sleep(time.Millisecond)
		}
		if n == alarmsCounted {
			count.mark() // the storm has begun
		}
	}
	writes, written := count.mark()
	shapes := map[string]int{}
	for _, w := range writes {
		shapes[digits.ReplaceAllString(w, "#")]++
	}
	for _, shape := range slices.Sorted(maps.Keys(shapes)) {
		list += fmt.Sprintf("%5.2f %s\n", float64(shapes[shape])/alarmsCounted, shape)
	}
	return float64(len(writes)) / alarmsCounted, written / alarmsCounted, list
}

// digits are what differs from alarm to alarm in a key.
var digits = regexp.MustCompile(`[0-9a-f]*[0-9][0-9a-f]*`)

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
