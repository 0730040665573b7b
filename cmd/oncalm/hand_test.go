//go:build unix

package main

import (
	"bufio"
	"encoding/json"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/oncalm/oncalm/bot/slackfake/workspace"
	"github.com/oncalm/oncalm/cmd/oncalm/cli"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/store/bolt"
	"github.com/oncalm/oncalm/terminal"
)

// TestAtTheTerminal: while Slack is away somebody answers at the terminal; what they say stands on the timeline as said there, and
// whom they page is paged when Slack is back.
func TestAtTheTerminal(t *testing.T) {
	slack := newSlack(t)
	slack.Faults.Down(true)
	r := newRig(t, slack.APIURL())
	r.start()
	at := func(want int, args ...string) string {
		t.Helper()
		args = append([]string{args[0], "-config", r.path("oncalm.yaml")}, args[1:]...)
		out, code := r.call(args...)
		if code != want {
			t.Errorf("%q exits with %d, want %d: %s", args, code, want, out)
		}
		return out
	}
	var said strings.Builder
	say := func(want int, args ...string) {
		t.Helper()
		said.WriteString("$ oncalm " + strings.Join(args, " ") + "\n" + at(want, args...))
	}
	say(cli.ExitNo, "ack", "-as", "ana")
	say(cli.ExitFine, "declare", "-as", "ana", "sev1", "the shop", "is down")
	say(cli.ExitUsage, "ack", "-as", "anna", "1")
	say(cli.ExitUsage, "ack", "1")
	say(cli.ExitFine, "ack", "-as", "ana", "1", "on it")
	say(cli.ExitNo, "ack", "-as", "bo", "1")
	say(cli.ExitFine, "note", "-as", "ana", "the", "database is full")
	say(cli.ExitUsage, "page", "-as", "ana", "cy", "look")
	say(cli.ExitUsage, "ack", "-as", "ana", "1", "2")
	say(cli.ExitUsage, "ack", "-as", "ana", "1,2")
	say(cli.ExitUsage, "resolve", "-as", "ana", "1", "and", "2")
	say(cli.ExitFine, "page", "-as", "ana", "1", "bo", "the database is full")
	say(cli.ExitNo, "resolve", "-as", "bo", "9")
	say(cli.ExitUsage, "declare", "-as", "bo", "-service", "shopp", "it is slow")
	say(cli.ExitUsage, "declare", "-as", "bo", "-severity", "sev9", "it is slow")
	var done terminal.Done
	if err := json.Unmarshal([]byte(at(cli.ExitFine, "resolve", "-json", "-as", "bo", "1", "made", "room")), &done); err != nil ||
		done.ID != "1" || done.Status != incidents.StatusResolved || done.Severity != "sev1" || done.Service != "shop" {
		t.Errorf("%+v %v", done, err)
	}
	say(cli.ExitNo, "resolve", "-as", "ana", "1")
	golden(t, "terminal.txt", said.String())

	events := r.timeline("1")
	for _, want := range []string{
		`"kind":"opened","body":{"title":"the shop is down","service":"shop","severity":"sev1","via":"terminal"}`,
		`"kind":"acknowledged","body":{"via":"terminal"}`,
		`"kind":"noted","body":{"text":"the database is full","via":"terminal"}`,
		`"why":"ana asks for you, at the terminal: the database is full"`,
		`"kind":"resolved","body":{"reason":"made room","via":"terminal"}`,
	} {
		if !strings.Contains(events, want) {
			t.Errorf("the timeline lacks %s:\n%s", want, events)
		}
	}
	if out := at(cli.ExitFine, "timeline", "1"); strings.Count(out, "at the terminal") != 4 {
		t.Errorf("the timeline does not say where it was said:\n%s", out)
	}
	if out, code := r.call("fsck", "-config", r.path("oncalm.yaml")); code != cli.ExitFine {
		t.Errorf("fsck: %s", out)
	}
}

// timeline is that of an incident, as JSON.
func (r *rig) timeline(id string) string {
	r.t.Helper()
	out, code := r.call("timeline", "-config", r.path("oncalm.yaml"), "-json", id)
	if code != cli.ExitFine {
		r.t.Fatal(out)
	}
	return out
}

// TestPageByHand: whom somebody asks for is paged although another takes care, and the run goes on as if there were no such page. An
// alarm that says ALARM is asked about before it is over.
func TestPageByHand(t *testing.T) {
	slack := newSlack(t)
	r := newRig(t, slack.APIURL())
	r.start()
	if status := r.post(r.alarm("alarm-00001", incidents.AlarmFiring, time.Now())); status != http.StatusOK {
		t.Fatal(status)
	}
	call := func(want int, args ...string) string {
		t.Helper()
		out, code := r.call(append([]string{args[0], "-config", r.path("oncalm.yaml")}, args[1:]...)...)
		if code != want {
			t.Fatalf("%q exits with %d: %s", args, code, out)
		}
		return out
	}
	call(cli.ExitFine, "ack", "-as", "ana")
	for _, whom := range []string{"bo", "service:shop", "main", "@ana", "schedule:main"} {
		call(cli.ExitFine, "page", "-as", "ana", "-incident", "1", whom, "please look")
	}
	r.eventually("a page to bo", func() bool {
		return slices.ContainsFunc(slack.DM("U0BO"), func(m workspace.Message) bool {
			return strings.Contains(string(m.Blocks), "alarm-00001")
		})
	})
	if events := r.timeline("1"); strings.Count(events, `"by_hand":true`) != 5 {
		t.Errorf("no page was asked for:\n%s", events)
	}
	if out := call(cli.ExitNo, "resolve", "-as", "ana", "over"); !strings.Contains(out, "alarm-00001 still says ALARM") {
		t.Error(out)
	}
	call(cli.ExitFine, "resolve", "-as", "ana", "-anyway", "over")
	call(cli.ExitNo, "page", "-as", "ana", "-incident", "1", "bo")
	call(cli.ExitFine, "fsck")
	r.stop()
	if out := call(cli.ExitNo, "declare", "-as", "ana", "it is slow"); !strings.Contains(out, "no bot is running") {
		t.Error(out)
	}
}

// TestAtTheTerminalOfAStoppedBot: what needs nobody to be paged is done on the store of a bot that is stopped, without the secrets
// of its service, and is there when it runs again; a store that another program holds is left alone.
func TestAtTheTerminalOfAStoppedBot(t *testing.T) {
	slack := newSlack(t)
	r := newRig(t, slack.APIURL())
	r.start()
	for n, name := range []string{"alarm-00001", "alarm-00002"} {
		if status := r.post(r.alarm(name, incidents.AlarmFiring, time.Now())); status != http.StatusOK {
			t.Fatal(n, status)
		}
	}
	r.stop()
	text, err := os.ReadFile(r.path("oncalm.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	r.write("oncalm.yaml", []byte(strings.NewReplacer("xoxb-fake", `"${ONLY_THE_SERVICE_KNOWS}"`).Replace(string(text))))
	call := func(want int, says string, args ...string) {
		t.Helper()
		out, code := r.call(append([]string{args[0], "-config", r.path("oncalm.yaml")}, args[1:]...)...)
		if code != want || !strings.Contains(out, says) {
			t.Errorf("%q exits with %d, want %d and %q: %s", args, code, want, says, out)
		}
	}
	db, err := bolt.Open(r.store, bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	call(cli.ExitInUse, "in use", "ack", "-as", "ana", "1") // after it has waited
	r.waits(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}, "note", "-as", "ana", "-config", r.path("oncalm.yaml"), "1", "two at once")
	call(cli.ExitNo, "no bot is running, so nobody would be paged", "declare", "-as", "ana", "it is slow")
	call(cli.ExitNo, "no bot is running", "page", "-as", "ana", "-incident", "1", "bo")
	call(cli.ExitNo, "several incidents are open", "ack", "-as", "ana")
	call(cli.ExitUsage, "did you mean ana?", "ack", "-as", "anna", "1")
	call(cli.ExitUsage, "there is no store", "ack", "-as", "ana", "-store", r.path("none.db"), "1")
	call(cli.ExitFine, "The bot is stopped", "ack", "-as", "ana", "1")
	call(cli.ExitFine, "The bot is stopped", "note", "-as", "ana", "1", "the disk is full")
	call(cli.ExitNo, "alarm-00002 still says ALARM", "resolve", "-as", "bo", "2")
	call(cli.ExitFine, `"status":"resolved"`, "resolve", "-json", "-as", "bo", "-anyway", "2", "a test")
	call(cli.ExitFine, "", "fsck")

	r.write("oncalm.yaml", text)
	r.start()
	r.eventually("cards that show it", func() bool {
		var cards strings.Builder
		for _, m := range slack.Messages("C0INCIDENTS") {
			cards.Write(m.Blocks)
		}
		return strings.Contains(cards.String(), "Acknowledged") && strings.Contains(cards.String(), "Resolved")
	})
	for id, want := range map[string]string{
		"1": `"kind":"acknowledged","body":{"via":"terminal"}`,
		"2": `"kind":"resolved","body":{"reason":"a test","via":"terminal"}`,
	} {
		if events := r.timeline(id); !strings.Contains(events, want) {
			t.Errorf("the timeline lacks %s:\n%s", want, events)
		}
	}
}

// waits runs a command while the store is held, lets go of it when the command says that it waits, and holds that it is done then.
func (r *rig) waits(letGo func(), args ...string) {
	r.t.Helper()
	cmd := r.command(args...)
	cmd.Stderr = nil
	said, err := cmd.StderrPipe()
	if err != nil {
		r.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		r.t.Fatal(err)
	}
	line, err := bufio.NewReader(said).ReadString('\n')
	if err != nil || !strings.Contains(line, "in use (pid ") || !strings.Contains(line, "waiting for it, 5s at most") {
		r.t.Errorf("it says %q, %v", line, err)
	}
	letGo()
	if err := cmd.Wait(); err != nil {
		r.t.Errorf("it waited and did it not: %v", err)
	}
}

// TestRightsOfAGroup: whoever is in a user group of Slack's has its role, and others have not.
func TestRightsOfAGroup(t *testing.T) {
	slack := newSlack(t, workspace.UserGroup{ID: "S0PAGED", Handle: "paged", Users: []string{"U0ANA"}})
	r := newRig(t, slack.APIURL())
	text, err := os.ReadFile(r.path("oncalm.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	r.write("oncalm.yaml", append(text, "rights: {responder: [S0PAGED]}\n"...))
	r.start()
	call := func(args ...string) (string, int) {
		return r.call(append([]string{args[0], "-config", r.path("oncalm.yaml")}, args[1:]...)...)
	}
	if out, code := call("declare", "-as", "bo", "it is slow"); code != cli.ExitFine {
		t.Fatal(out)
	}
	r.eventually("a refusal", func() bool {
		out, code := call("note", "-as", "bo", "1", "me too")
		return code == cli.ExitNo && strings.Contains(out, "bo may not respond to incidents: who may: ana")
	})
	if out, code := call("ack", "-as", "ana", "1"); code != cli.ExitFine {
		t.Error(out)
	}
}

// golden compares what people read with a file; ONCALM_UPDATE writes it.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := "testdata/" + name
	if os.Getenv("ONCALM_UPDATE") != "" {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil || string(want) != got {
		t.Errorf("%s (%v): got\n%s", path, err, got)
	}
}
