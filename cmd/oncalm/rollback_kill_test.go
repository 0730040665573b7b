package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/oncalm/oncalm/bot/slackfake"
	"github.com/oncalm/oncalm/bot/slackfake/workspace"
	"github.com/oncalm/oncalm/cmd/oncalm/cli"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/rollbacks/ecsfake"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/bolt"
)

// commitVar says at which of its commits about rollbacks the program kills itself, counted from 1, and whether the commit is made: "3 made".
const commitVar = "ONCALM_TEST_COMMIT"

// rollingMain is serve that looks at rollbacks more often, so that a test need not wait, and that kills itself at a commit.
func rollingMain() int {
	m := &mortal{}
	_, _ = fmt.Sscan(os.Getenv(commitVar), &m.at, &m.made)
	return testMain(bolt.Options{}, outside{rolling: looks}, func(s store.Store) store.Store {
		m.Store = s
		return m
	})
}

// forgettingMain is the control: that it has asked ECS, and all after that, is never on the disk.
func forgettingMain() int {
	return testMain(bolt.Options{}, outside{rolling: looks}, func(s store.Store) store.Store {
		return &forgetting{hasty: hasty{Store: s, pending: map[string][]byte{}}}
	})
}

// looks is the time between two looks at a rollback.
const looks = 200 * time.Millisecond

// mortal is a store that kills the process at a commit about rollbacks: it is not made, or it is and nobody hears of it.
type mortal struct {
	store.Store
	at    int64
	made  string
	count atomic.Int64
}

// dies ends the process at once, as kill -9 does.
func dies() {
	if p, err := os.FindProcess(os.Getpid()); err == nil {
		_ = p.Kill()
	}
	select {}
}

func (m *mortal) Update(ctx context.Context, fn func(store.Tx) error) error {
	now := false
	err := m.Store.Update(ctx, func(tx store.Tx) error {
		seen := &seeing{Tx: tx}
		err := fn(seen)
		if err == nil && seen.rollback && !now { // the store may call it more than once
			now = m.count.Add(1) == m.at
			if now && m.made != "made" {
				dies()
			}
		}
		return err
	})
	if now {
		dies()
	}
	return err
}

// seeing is a transaction that sees whether anything about rollbacks is written.
type seeing struct {
	store.Tx
	rollback, begins bool
}

func (s *seeing) Put(key string, val []byte) {
	s.rollback = s.rollback || strings.Contains(key, "rollback") || bytes.Contains(val, []byte("rollback"))
	s.begins = s.begins || bytes.Contains(val, []byte(`"rollback-started"`))
	s.Tx.Put(key, val)
}

// forgetting is a store that writes nothing any more once a rollback is to be started. Whoever asks it does not notice.
type forgetting struct {
	hasty
	mu     sync.Mutex
	begins bool
}

var errForgets = errors.New("this is not written")

func (f *forgetting) Update(ctx context.Context, fn func(store.Tx) error) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.begins {
		err := f.Store.Update(ctx, func(tx store.Tx) error {
			seen := &seeing{Tx: tx}
			err := fn(seen)
			if f.begins = err == nil && seen.begins; f.begins {
				return errForgets
			}
			return err
		})
		if !errors.Is(err, errForgets) {
			return err
		}
	}
	return f.hasty.Update(ctx, fn)
}

// A cut is where a rollback is cut off: at a commit, or at a request to ECS.
type cut struct {
	commit  int    // counted from 1; 0: none
	request int    // to ECS, counted from 1; 0: none
	update  bool   // the request that changes something
	how     string // the commit: "made" or "lost"; the request: "lost", "done", or "late", once the program is at work again
}

func (c cut) String() string {
	return fmt.Sprintf("commit=%d,request=%d,update=%v,%s", c.commit, c.request, c.update, c.how)
}

// path is the way to ECS, on which the program may die.
type path struct {
	ecs *ecsfake.Cluster
	cut cut

	mu       sync.Mutex
	process  *os.Process // that is killed
	ended    chan struct{}
	requests int    // of this life
	asked    int    // to change something, ever
	early    bool   // it was asked for that before anybody had approved
	approved bool   // somebody has pressed Approve
	late     func() // a request that is still on its way

	hangs atomic.Bool  // nobody is answered any more
	hung  atomic.Int64 // who waits
}

// ServeHTTP implements [http.Handler].
func (p *path) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	if p.hangs.Load() {
		p.hung.Add(1)
		<-r.Context().Done()
		p.hung.Add(-1)
		return
	}
	arrives := func(w http.ResponseWriter) {
		r := r.Clone(context.Background())
		r.Body = io.NopCloser(bytes.NewReader(body))
		p.ecs.ServeHTTP(w, r)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.requests++
	update := strings.HasSuffix(r.Header.Get("X-Amz-Target"), ".UpdateService")
	if update {
		p.asked++
		p.early = p.early || !p.approved
	}
	if p.process == nil && p.late != nil && p.requests > 8 { // a plan takes fewer
		p.late()
		p.late = nil
	}
	if p.process == nil || p.requests != p.cut.request && !(update && p.cut.update) {
		arrives(w)
		return
	}
	switch p.cut.how {
	case "done":
		arrives(httptest.NewRecorder())
	case "late":
		p.late = func() { arrives(httptest.NewRecorder()) }
	}
	_ = p.process.Kill()
	<-p.ended
}

// rolling is one rollback, in which the program is killed once.
type rolling struct {
	*rig
	slack *slackfake.Slack
	path  *path
	began time.Time // of the alarm
	next  map[string]time.Time
}

func newRolling(t *testing.T, c cut) *rolling {
	t.Helper()
	slack := newSlack(t)
	k := &rolling{rig: newRig(t, slack.APIURL()), slack: slack, began: time.Now(),
		path: &path{ecs: ecsfake.New("prod", time.Now), cut: c}}
	k.path.ecs.Takes = looks
	k.path.ecs.Deployed("checkout", "checkout:42", 24*time.Hour)
	k.path.ecs.Deployed("checkout", "checkout:43", 6*time.Minute)
	slack.Bot.Connect("http://"+k.addr, nil)
	k.rig.rolls(k.path)
	return k
}

// rolls lets the rig's service be rolled back in an ECS, if bo approves it.
func (r *rig) rolls(ecs http.Handler) {
	r.t.Helper()
	server := httptest.NewServer(ecs)
	r.t.Cleanup(server.Close)
	r.t.Cleanup(r.kill) // before that: it may wait for an answer
	r.configure(`alarms: ["*"]}`, `alarms: ["*"], rollback: {kind: ecs, cluster: prod, service: checkout}}`)
	r.configure("default_service:", "rights: {approver: [bo]}\ndefault_service:")
	r.env = []string{"AWS_ENDPOINT_URL_ECS=" + server.URL, "AWS_REGION=eu-central-1", "AWS_ACCESS_KEY_ID=id",
		"AWS_SECRET_ACCESS_KEY=key", "AWS_EC2_METADATA_DISABLED=true", "AWS_CONFIG_FILE=" + r.path("none"),
		"AWS_SHARED_CREDENTIALS_FILE=" + r.path("none"), "AWS_PROFILE="}
}

// lives starts the program and plays on until the rollback is over, which it returns, or the program has ended.
func (k *rolling) lives(kind string, mortal bool) (phase string) {
	k.t.Helper()
	k.kind, k.next = kind, map[string]time.Time{}
	whole := k.env
	defer func() { k.env = whole }()
	if mortal && k.path.cut.commit > 0 {
		k.env = append(slices.Clone(whole), fmt.Sprintf("%s=%d %s", commitVar, k.path.cut.commit, k.path.cut.how))
	}
	if !k.launch() {
		k.t.Fatalf("it does not start:\n%s", k.logs)
	}
	k.path.mu.Lock()
	k.path.requests, k.path.process, k.path.ended = 0, nil, k.ended
	if mortal && k.path.cut.commit == 0 {
		k.path.process = k.cmd.Process
	}
	k.path.mu.Unlock()
	return k.plays()
}

// plays does what people do as they see how far it has come. What has shown nothing is done again.
func (k *rolling) plays() (phase string) {
	k.t.Helper()
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		select {
		case <-k.ended:
			return ""
		default:
		}
		m, phase := k.said()
		switch phase {
		case "":
			k.once("alarm", func() { k.post(k.alarm("checkout-5xx", incidents.AlarmFiring, k.began)) })
			k.once("ask", k.asks)
		case "requested":
			k.once("approve", func() {
				k.path.mu.Lock()
				k.path.approved = true
				k.path.mu.Unlock()
				_ = k.slack.Hands.Press(k.t.Context(), m, "Approve", "U0BO")
			})
		case "finished":
			k.once("OK", func() { k.post(k.alarm("checkout-5xx", incidents.AlarmOK, time.Now())) })
		case "approved", "started":
		default:
			return phase
		}
	}
	_, phase = k.said()
	out, _ := callStore(k.store, "timeline", "1")
	k.t.Errorf("it stays %q:\n%s\n%s", phase, out, k.logs)
	return phase
}

// ends stops the program, if it has not ended, and returns its exit code.
func (k *rolling) ends() int {
	select {
	case <-k.ended:
		return k.wait()
	default:
		return k.stop()
	}
}

// once does something, and not again within two seconds: what it has brought about may not be seen yet.
func (k *rolling) once(name string, do func()) {
	if now := time.Now(); now.After(k.next[name]) {
		do()
		k.next[name] = time.Now().Add(2 * time.Second)
	}
}

// asks asks for the rollback: in the form, or by the button of what comes in its place if the plan takes too long.
func (k *rolling) asks() {
	_ = k.slack.Hands.Command(k.t.Context(), "U0ANA", "C0INCIDENTS", "/incident", "rollback 1")
	if _, open := k.slack.View("U0ANA"); open {
		_ = k.slack.Hands.SubmitView(k.t.Context(), "U0ANA", nil)
		return
	}
	for _, m := range k.slack.Ephemerals("C0INCIDENTS", "U0ANA") {
		if _, ok := m.Button("Ask for approval"); ok {
			_ = k.slack.Hands.Press(k.t.Context(), m, "Ask for approval", "U0ANA")
		}
	}
}

// said is the message of the rollback in the channel, and the phase that it tells of.
func (k *rolling) said() (m workspace.Message, phase string) {
	for _, x := range k.slack.Messages("C0INCIDENTS") {
		if _, after, ok := strings.Cut(x.Text, "Rollback of ecs prod/checkout for incident 1: "); ok {
			m, phase = x, after
		}
	}
	return m, phase
}

// wrong is what does not hold of a rollback that has come to its end, by what Slack says.
func (k *rolling) wrong(phase string) (all []string) {
	say := func(format string, args ...any) { all = append(all, fmt.Sprintf(format, args...)) }
	out, code := callStore(k.store, "timeline", "-json", "1")
	var events []struct{ Kind string }
	if err := json.Unmarshal([]byte(out), &events); err != nil || code != cli.ExitFine {
		say("timeline: exit %d, %v: %s", code, err, out)
	}
	var kinds []string
	for _, e := range events {
		if kind, ok := strings.CutPrefix(e.Kind, "rollback-"); ok {
			kinds = append(kinds, kind)
		}
	}
	whole := []string{"requested", "approved", "started", "finished", "proven"}
	nobodyKnows := []string{"requested", "approved", "started", "unknown"}
	k.path.mu.Lock()
	defer k.path.mu.Unlock()
	went := k.path.ecs.Running("checkout") == "checkout:42"
	switch {
	case k.path.asked > 1:
		say("ECS was asked %d times", k.path.asked)
	case k.path.early:
		say("ECS was asked before anybody had approved")
	case went && slices.Equal(kinds, whole) && phase == "proven":
	case !went && slices.Equal(kinds, nobodyKnows) && phase == "unknown":
	default:
		say("ECS went back: %v (asked %d times); the timeline says %q, and Slack %q", went, k.path.asked, kinds, phase)
	}
	if out, code := callStore(k.store, "fsck"); code != cli.ExitFine {
		say("fsck: exit %d: %s", code, out)
	}
	return all
}

// killedRolling plays a rollback in which a program is killed, and says what is wrong after that, and whether it was killed at all.
func killedRolling(t *testing.T, kind string, c cut) (wrong []string, phase string, killed bool) {
	t.Helper()
	k := newRolling(t, c)
	phase = k.lives(kind, true)
	if killed = k.ends() != cli.ExitFine; killed { // perhaps when all was told
		phase = k.lives("rolling", false)
		if code := k.ends(); code != cli.ExitFine {
			wrong = append(wrong, fmt.Sprintf("exit %d: %s", code, k.logs))
		}
	}
	return append(wrong, k.wrong(phase)...), phase, killed
}

// TestKilledWhileRollingBack kills the program at each commit about a rollback, made or not, and at each request to ECS, answered by
// nobody or not arrived, and starts it again: it was approved, ECS is asked once at the most, and what Slack and the timeline say is true.
func TestKilledWhileRollingBack(t *testing.T) {
	t.Parallel() // it waits more than it computes
	var kills atomic.Int64
	var mu sync.Mutex
	phases := map[string]int{}
	point := func(c cut) (killed bool) {
		t.Run(c.String(), func(t *testing.T) {
			var wrong []string
			var phase string
			if wrong, phase, killed = killedRolling(t, "rolling", c); killed {
				kills.Add(1)
			}
			for _, w := range wrong {
				t.Error(w)
			}
			mu.Lock()
			phases[phase]++
			mu.Unlock()
		})
		return killed
	}
	step := 1
	if testing.Short() {
		step = 9
	}
	var all sync.WaitGroup
	sweep := func(at func(n int) cut) {
		all.Go(func() {
			for n, killed := 1, true; killed; n += step {
				killed = point(at(n))
			}
		})
	}
	for _, how := range []string{"made", "lost"} {
		sweep(func(n int) cut { return cut{commit: n, how: how} })
	}
	sweep(func(n int) cut { return cut{request: n, how: "done"} }) // of what only reads, nobody knows whether it arrived
	all.Go(func() {
		for _, how := range []string{"done", "lost", "late"} {
			if !point(cut{update: true, how: how}) {
				t.Errorf("ECS was not asked to change anything")
			}
		}
	})
	all.Wait()
	if t.Logf("killed %d times; what came of it: %v", kills.Load(), phases); kills.Load() < 12 {
		t.Error("so few that the test has no teeth")
	}
}

// TestKilledWhileRollingBackControl shows that the test above can fail: a program that asks ECS before it is on the disk that it does
// forgets that it did.
func TestKilledWhileRollingBackControl(t *testing.T) {
	t.Parallel()
	for how, want := range map[string]string{"done": "ECS went back: true", "late": "ECS was asked 2 times"} {
		wrong, _, _ := killedRolling(t, "forgetting", cut{update: true, how: how})
		if !strings.Contains(strings.Join(wrong, "\n"), want) {
			t.Errorf("%s: a program that forgets what it has done is not found out: %q; the test has no teeth", how, wrong)
		}
	}
}
