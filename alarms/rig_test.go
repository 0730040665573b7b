package alarms

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"io/fs"
	"iter"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/alarms/aws"
	"github.com/oncalm/oncalm/alarms/sns"
	"github.com/oncalm/oncalm/changes"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/history"
	"github.com/oncalm/oncalm/store"
)

var update = flag.Bool("update", false, "write the golden files")

// golden compares text with a file under testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got; -update writes it):\n%s", path, diff)
	}
}

// shared lists recorded messages that lie beside the repository, by their path. It
// skips the test where they are not.
func shared(t testing.TB, folders ...string) map[string][]byte {
	t.Helper()
	root := filepath.FromSlash("../../shared/fixtures")
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
	testTopic = sync.OnceValue(func() *sns.SigningTopic {
		topic, err := sns.NewSigningTopic(testARN, testTime)
		if err != nil {
			panic(err)
		}
		return topic
	})
)

func testTopicARN() aws.ARN {
	a, _ := aws.ParseARN(testARN)
	return a
}

func trusted(t testing.TB, topic *sns.SigningTopic) sns.CertSource {
	t.Helper()
	source, err := sns.FileCertificate(topic.Certificate())
	if err != nil {
		t.Fatal(err)
	}
	return source
}

func topicsOf(t testing.TB, list ...string) sns.Topics {
	t.Helper()
	topics, err := sns.ParseTopics(list)
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

// memory is a store in memory. It can fail.
type memory struct {
	mu   sync.Mutex
	data map[string][]byte
	fail []error // for the next updates
}

func newMemory() *memory { return &memory{data: map[string][]byte{}} }

func (m *memory) View(_ context.Context, fn func(store.Tx) error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return fn(&memoryTx{maps.Clone(m.data)})
}

func (m *memory) Update(_ context.Context, fn func(store.Tx) error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.fail) > 0 {
		err := m.fail[0]
		m.fail = m.fail[1:]
		return err
	}
	if err := fn(&memoryTx{maps.Clone(m.data)}); err != nil { // a function may run more than once
		return err
	}
	tx := &memoryTx{maps.Clone(m.data)}
	if err := fn(tx); err != nil {
		return err
	}
	m.data = tx.data
	return nil
}

func (*memory) Close() error { return nil }

type memoryTx struct{ data map[string][]byte }

func (t *memoryTx) Get(key string) []byte      { return t.data[key] }
func (t *memoryTx) Put(key string, val []byte) { t.data[key] = val }
func (t *memoryTx) Delete(key string)          { delete(t.data, key) }
func (t *memoryTx) Range(from, to string) iter.Seq2[string, []byte] {
	return func(yield func(string, []byte) bool) {
		for _, k := range slices.Sorted(maps.Keys(t.data)) {
			if k >= from && (to == "" || k < to) && !yield(k, t.data[k]) {
				return
			}
		}
	}
}

// rig is an intake over a store in memory, and what one asks about it.
type rig struct {
	t      *testing.T
	store  *memory
	intake *Intake
	topic  *sns.SigningTopic
	now    time.Time
}

func newRig(t *testing.T) *rig {
	s := newMemory()
	return &rig{
		t: t, store: s, topic: testTopic(), now: testTime,
		intake: &Intake{
			Book:   &incidents.Book{Store: s},
			Topics: topicsOf(t, testARN),
			Services: Services{Default: "platform", All: []Service{
				{Name: "checkout", Severity: "sev2", Runbook: "https://wiki.example.com/checkout", Matches: []Match{{Alarm: "checkout-*"}}},
				{Name: "platform", Severity: "sev3"},
			}},
		},
	}
}

// at sets the clock to some minutes after the beginning.
func (r *rig) at(minutes float64) *rig {
	r.now = testTime.Add(time.Duration(minutes * float64(time.Minute)))
	return r
}

// verified makes a message that has passed the door now.
func (r *rig) verified(p sns.Post) *sns.Verified {
	r.t.Helper()
	if p.At.IsZero() {
		p.At = r.now
	}
	e := must[*sns.Envelope](r.t)(r.topic.Envelope(p))
	topic, _ := aws.ParseARN(e.TopicARN)
	return &sns.Verified{Envelope: *e, Topic: topic, Received: r.now}
}

// alarm lets an alarm come in whose time is x.At minutes after the beginning.
func (r *rig) alarm(x aws.Example) Outcome {
	r.t.Helper()
	return r.take(r.verified(sns.Post{Message: r.message(x)}))
}

func (r *rig) message(x aws.Example) string {
	r.t.Helper()
	if x.At.IsZero() {
		x.At = r.now
	}
	body := must[[]byte](r.t)(r.topic.Alarm(x))
	return must[*sns.Envelope](r.t)(sns.Decode(body)).Message
}

func (r *rig) text(message string) Outcome {
	r.t.Helper()
	return r.take(r.verified(sns.Post{Message: message}))
}

func (r *rig) take(v *sns.Verified) Outcome {
	r.t.Helper()
	out, err := r.intake.take(r.t.Context(), v)
	if err != nil {
		r.t.Fatal(err)
	}
	return out
}

// all returns all incidents, oldest first, and checks that each is the fold of its
// timeline.
func (r *rig) all() (all []evident) {
	r.t.Helper()
	err := r.store.View(r.t.Context(), func(tx store.Tx) error {
		found, err := history.Newest(tx, 10000)
		for _, i := range slices.Backward(found) {
			events := must[[]incidents.Event](r.t)(incidents.Timeline(tx, i.ID))
			folded := must[incidents.Incident](r.t)(incidents.Fold(i.ID, events))
			if diff := cmp.Diff(jsonOf(r.t, folded), jsonOf(r.t, i)); diff != "" {
				r.t.Errorf("incident %s is not the fold of its timeline (-fold +head):\n%s", i.ID, diff)
			}
			all = append(all, evident{i, must[*incidents.Alarm](r.t)(incidents.Evidence(tx, &i))})
		}
		return err
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return all
}

// evident is an incident with what its alarm says.
type evident struct {
	incidents.Incident
	Alarm *incidents.Alarm
}

func jsonOf(t testing.TB, v any) string {
	t.Helper()
	return string(must[[]byte](t)(json.MarshalIndent(v, "", " ")))
}

// incident returns the only incident.
func (r *rig) incident() evident {
	r.t.Helper()
	all := r.all()
	if len(all) != 1 {
		r.t.Fatalf("there are %d incidents, want 1", len(all))
	}
	return all[0]
}

// timeline returns the kinds of events of an incident, as words.
func (r *rig) timeline(id string) string {
	r.t.Helper()
	var kinds []string
	err := r.store.View(r.t.Context(), func(tx store.Tx) error {
		for _, e := range must[[]incidents.Event](r.t)(incidents.Timeline(tx, id)) {
			kind := e.Kind()
			if b, ok := e.Body.(incidents.Reported); ok {
				kind += " " + string(b.Alarm.State)
				if b.Late {
					kind += " late"
				}
			}
			kinds = append(kinds, kind)
		}
		return nil
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return strings.Join(kinds, ", ")
}

func (r *rig) changes() []changes.Change {
	r.t.Helper()
	var found []changes.Change
	err := r.store.View(r.t.Context(), func(tx store.Tx) (err error) {
		found, err = changes.Between(tx, time.Unix(0, 0), testTime.Add(1000*time.Hour))
		return err
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return found
}

// minute is a time some minutes after the beginning.
func minute(n float64) time.Time { return testTime.Add(time.Duration(n * float64(time.Minute))) }

// first is the first signal of a message, mostly the only one.
func first(v *sns.Verified, ours sns.Topics) Signal { return Classify(v, ours, nil)[0] }
