package bot

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/store"
)

// kept is what the store holds besides what is to be done, and which requests were carried out.
func (w *world) kept() map[string]string {
	w.t.Helper()
	all := map[string]string{}
	err := w.disk.View(w.t.Context(), func(tx store.Tx) error {
		for key, val := range tx.Range("", "") {
			if !strings.HasPrefix(key, "seen/") && !strings.HasPrefix(key, "outbox/") {
				all[key] = string(val)
			}
		}
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return all
}

// digest is all that the store holds.
func (w *world) digest() (sum [sha256.Size]byte) {
	w.t.Helper()
	h := sha256.New()
	err := w.disk.View(w.t.Context(), func(tx store.Tx) error {
		for key, val := range tx.Range("", "") {
			fmt.Fprintf(h, "%q %q\n", key, val)
		}
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return [sha256.Size]byte(h.Sum(nil))
}

// TestThrice: whatever people do has one effect if Slack tells of it three times at once, and of it again after a restart.
func TestThrice(t *testing.T) {
	var all []deed
	synctest.Test(t, func(t *testing.T) {
		w := everything(t)
		w.begun()
		all = w.deeds()
	})
	changed := 0
	for _, d := range all {
		t.Run(d.String(), func(t *testing.T) {
			var once, often outcome
			synctest.Test(t, func(t *testing.T) { once = delivered(t, d, 1, false) })
			synctest.Test(t, func(t *testing.T) { often = delivered(t, d, 3, false) })
			if !once.equal(&often) {
				t.Errorf("(-once +more often):\n%s", cmp.Diff(once, often, cmp.AllowUnexported(outcome{})))
			}
			if !maps.Equal(once.before, once.after) {
				changed++
			} else if d.changes {
				t.Error("it changes nothing: what stands behind it in this test is not enough")
			}
		})
	}
	if changed < 60 {
		t.Errorf("only %d of %d changed something", changed, len(all))
	}
	t.Logf("%d of %d change something", changed, len(all))
}

// TestThriceCanFail: who says the same three times says three things.
func TestThriceCanFail(t *testing.T) {
	for _, kind := range []string{"typed", "plain"} {
		d := deed{kind: kind, room: "incident", word: "note", said: "1 it began at noon"}
		var once, others outcome
		synctest.Test(t, func(t *testing.T) { once = delivered(t, d, 1, false) })
		synctest.Test(t, func(t *testing.T) { others = delivered(t, d, 3, true) })
		if maps.Equal(once.after, others.after) || maps.Equal(once.end, others.end) {
			t.Errorf("%s: three notes are taken for one", kind)
		}
	}
}

// An outcome is what the store keeps before something is done, after it and in the end, and what people read then.
type outcome struct {
	before, after, end map[string]string
	read               map[string]string
}

func (o *outcome) equal(other *outcome) bool {
	return maps.Equal(o.before, other.before) && maps.Equal(o.after, other.after) && maps.Equal(o.end, other.end) &&
		maps.Equal(o.read, other.read)
}

// delivered does something, of which Slack tells some times at once, and if that is more than once, again after a restart. If it was done
// anew each time, that is the control.
func delivered(t *testing.T, d deed, times int, anew bool) (o outcome) {
	w := everything(t)
	w.begun()
	user := ana
	if b, drawn := w.drawn()[d.room+"/"+d.word]; drawn && d.kind == "button" {
		user = b.user
	}
	if d.room+"/"+d.word == "oncall/me" {
		user = bo // it is ana's turn
	}
	by := w.by(user)
	path, contentType, body := w.request(d, by)
	o.before = w.kept()
	requests := []*http.Request{w.sent(path, contentType, body)}
	for len(requests) < times {
		if anew {
			path, contentType, body = w.request(d, w.by(user))
		}
		requests = append(requests, w.sent(path, contentType, body))
	}
	var going sync.WaitGroup
	for _, r := range requests {
		going.Go(func() { w.slack.Bot.Send(r) })
	}
	going.Wait()
	synctest.Wait()
	o.after = w.kept()
	w.wait(20 * time.Second)
	w.restart(everythingOf)
	w.wait(time.Second)
	if times > 1 {
		w.slack.Bot.Send(w.sent(path, contentType, body))
		synctest.Wait()
	}
	w.wait(20 * time.Second)
	o.end, o.read = w.kept(), map[string]string{}
	for _, in := range []string{"C0INC", "C0GEN", ana, bo, cy} {
		o.read[in] = strings.Join(texts(w.slack.Messages(in)), "\n\n")
	}
	return o
}
