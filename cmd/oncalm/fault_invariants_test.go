package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/oncalm/oncalm/bot/slackfake"
	"github.com/oncalm/oncalm/bot/slackfake/workspace"
	"github.com/oncalm/oncalm/cmd/oncalm/cli"
	"github.com/oncalm/oncalm/cmd/oncalm/fsck"
	"github.com/oncalm/oncalm/fates"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/history"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/bolt"
)

// What must hold after every crash. Each of these returns what does not, in words that
// begin with the name of what was promised.

// keysOf counts the pages in Slack by their keys.
func keysOf(s *slackfake.Slack) map[string]int {
	keys := map[string]int{}
	for _, user := range []string{"U0ANA", "U0BO"} {
		for _, m := range s.DM(user) {
			if m.Metadata != nil && m.Metadata.EventType == "oncalm_page" {
				keys[m.Value("key")]++
			}
		}
	}
	return keys
}

// waitForPages waits until everybody was paged who must be.
func (s *scriptRun) waitForPages() (problems []string) {
	for end := time.Now().Add(s.patience); ; {
		problems = s.unpaged()
		if len(problems) == 0 || time.Now().After(end) {
			return problems
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func (s *scriptRun) unpaged() (problems []string) {
	keys := slices.Collect(maps.Keys(keysOf(s.slack)))
	for _, want := range []string{"1/page/", "2/page/", "3/page/", "4/page/", "5/page/", "2/page/0.1/bo"} {
		if !slices.ContainsFunc(keys, func(key string) bool { return strings.HasPrefix(key, want) }) {
			problems = append(problems, "I1: nobody got the page "+want)
		}
	}
	return problems
}

// inspect looks into the store of a program that has ended.
func (s *scriptRun) inspect() (problems []string) {
	db, err := cli.OpenStore(context.Background(), s.path("oncalm.db"), bolt.Options{MustExist: true, NoSync: true})
	if err != nil {
		return []string{"the store does not open: " + err.Error()}
	}
	defer db.Close()
	problems = wrongIn(db)
	err = db.View(context.Background(), func(tx store.Tx) error {
		problems = append(problems, s.checkAlarms(tx)...)
		problems = append(problems, s.checkDelivered(tx)...)
		return nil
	})
	if err != nil {
		problems = append(problems, err.Error())
	}
	return problems
}

// wrongIn finds what is wrong with a store in itself.
func wrongIn(db *bolt.DB) (problems []string) {
	pages, err := db.Check(context.Background())
	if err != nil || len(pages) > 0 {
		problems = append(problems, fmt.Sprintf("the file: %v, %v", pages, err))
	}
	report, err := fsck.Check(context.Background(), db, time.Now(), nil)
	if err != nil {
		return append(problems, "fsck: "+err.Error())
	}
	for _, f := range report.Findings {
		problems = append(problems, "I4: fsck: "+f.Key+": "+f.Text)
	}
	return problems
}

// checkAlarms: every alarm that was accepted is in exactly one incident, which is as the
// script has left it.
func (s *scriptRun) checkAlarms(tx store.Tx) (problems []string) {
	all, err := history.Newest(tx, 100)
	if err != nil {
		return []string{err.Error()}
	}
	if len(all) != len(scriptNames) {
		problems = append(problems, fmt.Sprintf("I3: %d alarms fired and made %d incidents", len(scriptNames), len(all)))
	}
	want := []incidents.Status{resolved, triggered, resolved, triggered, triggered, acknowledged}
	for n, message := range s.mail.messageIDs {
		id, seen := takenIn(tx, message)
		i, err := incidents.Head(tx, id)
		switch {
		case !seen || err != nil || i.OpenedBy != incidents.ByAlarm(scriptNames[n]):
			problems = append(problems, fmt.Sprintf("I1: alarm %d was accepted and is not in the store", n+1))
		case i.Status != want[n]:
			problems = append(problems, fmt.Sprintf("I8, I14, I15: incident %s is %s, want %s", id, i.Status, want[n]))
		}
	}
	return problems
}

// checkDelivered: what was delivered and what is recorded as delivered is the same.
func (s *scriptRun) checkDelivered(tx store.Tx) (problems []string) {
	recorded, withheld := map[string]int{}, map[string]bool{}
	for n := range scriptNames {
		events, err := incidents.Timeline(tx, fmt.Sprint(n+1))
		if err != nil {
			continue // told by checkAlarms
		}
		for _, e := range events {
			switch b := e.Body.(type) {
			case incidents.Delivered:
				recorded[b.Key]++
			case incidents.Withheld:
				withheld[b.Key] = true // it went out in the first life, and became pointless before it was looked for
			}
		}
	}
	keys := keysOf(s.slack)
	for key, n := range recorded {
		if n > 1 || keys[key] == 0 {
			problems = append(problems, fmt.Sprintf("I5: %s is recorded as delivered %d times, and came %d times", key, n, keys[key]))
		}
	}
	for key := range keys {
		if recorded[key] == 0 && !withheld[key] {
			problems = append(problems, "I5: "+key+" came and is not recorded as delivered")
		}
	}
	return problems
}

// checkSlack: nobody got a page more than once, or once more for a crash; nobody after
// the acknowledgement was confirmed; and nothing that outsiders wrote is live in Slack.
func (s *scriptRun) checkSlack(crashes int) (problems []string) {
	for key, n := range keysOf(s.slack) {
		if n > 1+crashes {
			problems = append(problems, fmt.Sprintf("I5: %s came %d times", key, n))
		}
	}
	for _, user := range []string{"U0ANA", "U0BO"} {
		for _, m := range s.slack.DM(user) {
			id, _, _ := strings.Cut(m.Value("key"), "/")
			if at, ok := s.acked[id]; ok && m.Posted.After(at.Add(time.Second)) {
				problems = append(problems, fmt.Sprintf("I6: %s came %s after the acknowledgement", m.Value("key"), m.Posted.Sub(at)))
			}
			problems = append(problems, liveIn(m)...)
		}
	}
	for _, m := range s.slack.Messages("C0INCIDENTS") {
		problems = append(problems, liveIn(m)...)
	}
	return problems
}

// liveIn finds markup in a message that does something: none of ours has any.
func liveIn(m workspace.Message) (problems []string) {
	if strings.Contains(m.Text, "<!channel") || strings.Contains(m.Text, "<@") {
		problems = append(problems, fmt.Sprintf("I17: live markup in the text %q", m.Text))
	}
	var blocks any
	if len(m.Blocks) > 0 && json.Unmarshal(m.Blocks, &blocks) != nil {
		return append(problems, "I17: blocks that are not JSON")
	}
	return append(problems, liveBlock(blocks)...)
}

func liveBlock(v any) (problems []string) {
	switch v := v.(type) {
	case []any:
		for _, x := range v {
			problems = append(problems, liveBlock(x)...)
		}
	case map[string]any:
		switch v["type"] {
		case "broadcast", "user", "usergroup", "channel":
			problems = append(problems, fmt.Sprintf("I17: a mention in blocks: %v", v))
		case "mrkdwn":
			if text := fmt.Sprint(v["text"]); strings.Contains(text, "<!") || strings.Contains(text, "<@") {
				problems = append(problems, fmt.Sprintf("I17: live markup in blocks: %q", text))
			}
		}
		for _, x := range v {
			problems = append(problems, liveBlock(x)...)
		}
	}
	return problems
}

// allPaged says that all those alarms are paged, none more than so often. A page may wait for its turn after a dozen others, and after
// a store that was full also for its next attempt: both together may take most of a minute on a busy machine.
func (r *rig) allPaged(slack *slackfake.Slack, accepted map[string]string, atMost int) {
	t := r.t
	t.Helper()
	for end := time.Now().Add(2 * time.Minute); ; time.Sleep(10 * time.Millisecond) {
		pages := r.pagesByAlarm(slack, "U0ANA")
		missing := 0
		for _, name := range accepted {
			if pages[name] == 0 {
				missing++
			}
		}
		if missing > 0 && time.Now().Before(end) {
			continue
		}
		if missing > 0 {
			t.Errorf("%d of %d alarms were not paged", missing, len(accepted))
		}
		for name, n := range pages {
			if n > atMost {
				t.Errorf("%s was paged %d times", name, n)
			}
		}
		return
	}
}

// takenIn is the incident of a message, and whether it was taken in.
func takenIn(tx store.Tx, message string) (incident string, seen bool) {
	f, seen := fates.Of(tx, message)
	return f.Incident(), seen
}

// holdsAccepted says that a store has all those alarms, and that nothing is wrong with it.
func holdsAccepted(t *testing.T, path string, accepted map[string]string) {
	t.Helper()
	db, err := cli.OpenStore(context.Background(), path, bolt.Options{MustExist: true, NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	err = db.View(context.Background(), func(tx store.Tx) error {
		for message, name := range accepted {
			id, seen := takenIn(tx, message)
			i, err := incidents.Head(tx, id)
			if !seen || err != nil || i.OpenedBy != incidents.ByAlarm(name) {
				t.Errorf("%s was accepted and is not in the store", name)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, problem := range wrongIn(db) {
		t.Error(problem)
	}
}
