package main

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/oncalm/oncalm/alarms/aws"
	"github.com/oncalm/oncalm/alarms/sns"
	"github.com/oncalm/oncalm/bot/slackfake"
	"github.com/oncalm/oncalm/bot/slackfake/faults"
	"github.com/oncalm/oncalm/cmd/oncalm/cli"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/store/bolt"
)

// scriptNames are the alarms of the script, in order: the n-th opens incident n. The
// fourth is hostile.
var scriptNames = []string{"alarm-00001", "alarm-00002", "alarm-00003", "alarm-00004 <!channel> <@U0BO> *x*", "alarm-00005", "alarm-00006"}

// mail is what SNS posts in the script, signed once for all of its runs.
type mail struct {
	firing     [][]byte // by number from 0
	over       []byte   // the third alarm is OK again
	late       []byte   // the fourth was OK, before it fired
	messageIDs []string // of firing
}

func newMail(t *testing.T) *mail {
	t.Helper()
	topic, err := rigsTopic()
	if err != nil {
		t.Fatal(err)
	}
	sign := func(name string, state incidents.AlarmState, at time.Time) []byte {
		body, err := topic.Alarm(aws.Example{Name: name, State: state, At: at})
		if err != nil {
			t.Fatal(err)
		}
		return body
	}
	at := time.Now().Add(-time.Minute)
	m := &mail{
		over: sign(scriptNames[2], incidents.AlarmOK, at.Add(time.Second)),
		late: sign(scriptNames[3], incidents.AlarmOK, at.Add(-time.Second)),
	}
	for _, name := range scriptNames {
		body := sign(name, incidents.AlarmFiring, at)
		m.firing = append(m.firing, body)
		m.messageIDs = append(m.messageIDs, messageID(t, body))
	}
	return m
}

func messageID(t testing.TB, body []byte) string {
	t.Helper()
	e, err := sns.Decode(body)
	if err != nil {
		t.Fatal(err)
	}
	return e.ID()
}

// scriptRun is one run of the script: what happens to a program from its first start to
// its last stop, with a crash somewhere in between.
type scriptRun struct {
	*rig
	mail     *mail
	slack    *slackfake.Slack
	acts     []*act
	acked    map[string]time.Time // when it was confirmed, by the incident's id
	patience time.Duration        // with pages
}

// act is one thing that somebody does, and does again in the second life if it was not
// confirmed in the first.
type act struct {
	name  string
	do    func() (confirmed bool)
	first bool // it is of the first life only
	done  bool
}

// newScript prepares a run. The policy has a second step, so that a page that fails has
// somewhere to go.
func newScript(t *testing.T, m *mail) *scriptRun {
	t.Helper()
	slack := newSlack(t)
	r := newRig(t, slack.APIURL())
	r.singly()
	r.configure(`wait: 30m}]`, `wait: 30m}, {page: ["person:bo"], wait: 30m}]`)
	slack.Bot.Connect("http://"+r.addr, nil)
	s := &scriptRun{rig: r, mail: m, slack: slack, acked: map[string]time.Time{}, patience: 30 * time.Second}
	s.writeScript()
	return s
}

// writeScript writes down who does what. Nobody acknowledges or resolves what nobody was
// paged for, in either life: such a page is withheld, and rightly so.
func (s *scriptRun) writeScript() {
	once := func(user string, k faults.Kind) func() bool {
		return func() bool {
			s.slack.Faults.Fail(faults.Fault{Method: "chat.postMessage", User: user, Times: 1, Kind: k})
			return true
		}
	}
	s.act("alarm 1", s.posts(s.mail.firing[0]))
	s.act("alarm 2", s.posts(s.mail.firing[1]))
	s.act("alarm 3", s.posts(s.mail.firing[2]))
	s.act("alarm 4", s.posts(s.mail.firing[3]))
	s.act("1 was paged", s.sees("U0ANA", "1/page/"))
	s.act("ack 1", s.types("ack 1", "You acknowledged 1"))
	for _, id := range []string{"2", "3", "4"} {
		s.act(id+" was paged", s.sees("U0ANA", id+"/page/"))
	}
	s.firstAct("ana cannot be reached", once("U0ANA", faults.Error("user_disabled")))
	s.act("alarm 5", s.posts(s.mail.firing[4]))
	s.firstAct("5 was paged", s.sees("U0BO", "5/page/"))
	s.firstAct("Slack fails once", once("U0ANA", faults.Status(http.StatusInternalServerError)))
	s.act("alarm 6", s.posts(s.mail.firing[5]))
	s.act("ack 6", s.types("ack 6", "You acknowledged 6"))
	s.act("escalate 2", s.types("escalate 2", "You escalated 2"))
	s.firstAct("2 was escalated", s.sees("U0BO", "2/page/"))
	s.act("alarm 3 is over", s.posts(s.mail.over))
	s.act("a late word on 4", s.posts(s.mail.late))
	s.act("resolve 1", s.types("resolve 1 anyway", "resolved"))
	s.act("postmortem 1", s.types("postmortem 1", scriptNames[0]))
	s.act("alarm 1 again", s.posts(s.mail.firing[0]))
}

func (s *scriptRun) act(name string, do func() bool) {
	s.acts = append(s.acts, &act{name: name, do: do})
}

func (s *scriptRun) firstAct(name string, do func() bool) {
	s.acts = append(s.acts, &act{name: name, do: do, first: true})
}

func (s *scriptRun) posts(body []byte) func() bool {
	return func() bool { return s.post(body) == http.StatusOK }
}

// types says that ana types a command, and what she is to be answered.
func (s *scriptRun) types(text, want string) func() bool {
	return func() bool {
		resp := s.slack.Hands.Command(s.t.Context(), "U0ANA", "C0INCIDENTS", "/incident", text)
		if resp.Err != nil || resp.Status != http.StatusOK || !bytes.Contains(resp.Body, []byte(want)) {
			return false
		}
		if id, ok := strings.CutPrefix(text, "ack "); ok {
			s.acked[id] = time.Now()
		}
		return true
	}
}

// sees says that somebody gets a page whose key begins so.
func (s *scriptRun) sees(user, key string) func() bool {
	return func() bool {
		for end := time.Now().Add(s.patience); time.Now().Before(end); {
			for _, m := range s.slack.DM(user) {
				if strings.HasPrefix(m.Value("key"), key) {
					return true
				}
			}
			select {
			case <-s.ended:
				return false
			case <-time.After(2 * time.Millisecond):
			}
		}
		return false
	}
}

// firstLife plays the script until something is not confirmed, since the program has
// ended. It reports whether the script was played to its end.
func (s *scriptRun) firstLife() (whole bool) {
	s.t.Helper()
	if !s.launch() {
		s.wait()
		return false
	}
	for _, a := range s.acts {
		if a.done = a.do(); !a.done {
			break
		}
	}
	if s.waitsFor() == "" {
		return s.stop() == cli.ExitFine
	}
	select {
	case <-s.ended:
	case <-time.After(5 * time.Second):
		s.t.Errorf("%s was not confirmed, and the program runs:\n%s", s.waitsFor(), s.logs)
	}
	s.kill()
	return false
}

// waitsFor names the first act that was not confirmed, if there is one.
func (s *scriptRun) waitsFor() string {
	for _, a := range s.acts {
		if !a.done {
			return a.name
		}
	}
	return ""
}

// secondLife starts the program again, as it is shipped and with a Slack that is well,
// and lets everybody do again what was not confirmed.
func (s *scriptRun) secondLife() (problems []string) {
	s.t.Helper()
	s.kind, s.wrap, s.env = "plain", nil, nil
	s.slack.Faults.Clear()
	if !s.launch() {
		code := s.wait()
		return []string{fmt.Sprintf("it does not start again: exit %d: %s", code, s.logs)}
	}
	for _, a := range s.acts {
		if !a.done && !a.first && !a.do() {
			problems = append(problems, "I15: in the second life: "+a.name+" was not confirmed")
		}
	}
	problems = append(problems, s.waitForPages()...)
	if code := s.stop(); code != cli.ExitFine {
		problems = append(problems, fmt.Sprintf("exit %d at the end: %s", code, s.logs))
	}
	return problems
}

// needStrace returns strace, which lets system calls fail.
func needStrace(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("strace")
	if err == nil {
		err = exec.Command(path, "-o", os.DevNull, "true").Run()
	}
	if err != nil {
		needed(t, "strace, which lets system calls fail, does not work here: %v", err)
	}
	return path
}

// needed ends a test for which something is missing: where everything must be tested
// with a failure.
func needed(t *testing.T, format string, args ...any) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf(format, args...)
	}
	t.Skipf(format, args...)
}

// prepareStore makes a store, as a program finds it that has run before.
func prepareStore(t *testing.T, path string) {
	t.Helper()
	db, err := cli.OpenStore(t.Context(), path, bolt.Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

// portTaken reports whether the program has ended because somebody else got one of its
// ports, between the time it was found free and that at which it was to be used.
func (s *scriptRun) portTaken() bool {
	return strings.Contains(s.logs.String(), "cannot listen on")
}
