package sns

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/storetest"
)

// shared lists recorded messages that lie beside the repository, by their path. It
// skips the test where they are not.
func shared(t testing.TB, folders ...string) map[string][]byte {
	t.Helper()
	root := filepath.FromSlash("../../../shared/fixtures")
	if _, err := os.Stat(root); errors.Is(err, fs.ErrNotExist) {
		t.Skip("the shared fixtures are not beside this repository")
	}
	found := map[string][]byte{}
	for _, folder := range folders {
		names, err := filepath.Glob(filepath.Join(root, folder, "*.*"))
		if err != nil || len(names) == 0 {
			t.Fatalf("shared/fixtures/%s is empty (%v)", folder, err)
		}
		for _, name := range names {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			found[folder+"/"+filepath.Base(name)] = text
		}
	}
	return found
}

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

const testARN = "arn:aws:sns:eu-central-1:123456789012:alarms"

var (
	testTime = time.Date(2026, 11, 2, 14, 2, 0, 0, time.UTC)
	// testTopic is made once: making a key takes long.
	testTopic = sync.OnceValue(func() *SigningTopic {
		topic, err := NewSigningTopic(testARN, testTime)
		if err != nil {
			panic(err)
		}
		return topic
	})
)

func trusted(t testing.TB, topic *SigningTopic) CertSource {
	t.Helper()
	source, err := FileCertificate(topic.Certificate())
	if err != nil {
		t.Fatal(err)
	}
	return source
}

func topicsOf(t testing.TB, list ...string) Topics {
	t.Helper()
	topics, err := ParseTopics(list)
	if err != nil {
		t.Fatal(err)
	}
	return topics
}

func must[T any](t testing.TB) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// minute is a time some minutes after the beginning.
func minute(n float64) time.Time { return testTime.Add(time.Duration(n * float64(time.Minute))) }

// inbox takes messages in as an intake does, and keeps them. It can fail.
type inbox struct {
	store store.Store

	mu    sync.Mutex
	taken []*Verified
	fail  []error // for the next ones
}

func newInbox() *inbox { return &inbox{store: storetest.Memory()} }

// Take implements [Taker].
func (i *inbox) Take(ctx context.Context, v *Verified) (seen bool, err error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if len(i.fail) > 0 {
		err, i.fail = i.fail[0], i.fail[1:]
		return false, err
	}
	for _, before := range i.taken {
		if before.ID() == v.ID() {
			return true, nil
		}
	}
	i.taken = append(i.taken, v)
	if v.Type != SubscriptionConfirmed {
		return false, nil
	}
	return false, i.store.Update(ctx, func(tx store.Tx) error {
		EnqueueConfirmation(tx, v)
		return nil
	})
}

// only is the text of the only message that was taken in.
func (i *inbox) only(t testing.TB) string {
	t.Helper()
	if len(i.taken) != 1 {
		t.Fatalf("%d messages were taken in, want 1", len(i.taken))
	}
	return i.taken[0].Message
}
