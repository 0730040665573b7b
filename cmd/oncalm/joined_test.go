package main

import (
	"strings"

	"github.com/oncalm/oncalm/bot/slackfake"
	"github.com/oncalm/oncalm/bot/slackfake/workspace"
	"github.com/oncalm/oncalm/cmd/oncalm/cli"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/history"
)

// singly has each incident told in a message of its own, for tests that know pages by the keys of their messages.
func (r *rig) singly() {
	r.t.Helper()
	r.configure("channel: C0INCIDENTS}", "channel: C0INCIDENTS, joined_pages: false}")
}

// deliveries lists what is recorded as delivered, with the name of the alarm that opened its incident; nothing if the program cannot
// be asked just now.
func (r *rig) deliveries() (all []delivery) {
	r.t.Helper()
	records, err := cli.OpenRecords(r.t.Context(), r.store)
	if err != nil {
		return nil
	}
	defer records.Close()
	var ids []string
	_ = records.Incidents(r.t.Context(), history.Query{}, func(rows []history.Row) error {
		for _, row := range rows {
			ids = append(ids, row.ID)
		}
		return nil
	})
	for _, id := range ids {
		alarm := ""
		_ = records.Timeline(r.t.Context(), id, func(events []incidents.Event) error {
			for _, e := range events {
				switch b := e.Body.(type) {
				case incidents.Opened:
					alarm = b.Title
				case incidents.Delivered:
					all = append(all, delivery{b, alarm})
				}
			}
			return nil
		})
	}
	return all
}

// A delivery is a page that was delivered.
type delivery struct {
	incidents.Delivered
	alarm string
}

// pagesByAlarm counts the pages to a user for each alarm. A message of its own names its alarm; which ones a joint message tells is known
// from what the program has recorded, and the message must stand as it says.
func (r *rig) pagesByAlarm(s *slackfake.Slack, user string) map[string]int {
	r.t.Helper()
	pages, joints, copies := map[string]int{}, map[string]string{}, map[string]int{}
	for _, m := range s.DM(user) {
		key := m.Value("key")
		switch {
		case strings.Contains(key, "/joint/"):
			joints[m.TS] = key
			copies[key]++
		case strings.Contains(key, "/page/"):
			pages[alarmIn(m)]++
		}
	}
	if len(joints) == 0 {
		return pages
	}
	for _, d := range r.deliveries() {
		if d.Channel == workspace.DMID(user) {
			pages[d.alarm] += copies[joints[d.Message]]
		}
	}
	return pages
}

// alarmIn is the name of the alarm that a message is about.
func alarmIn(m workspace.Message) string {
	name := m.Text[strings.Index(m.Text, ": ")+2:]
	return name[:strings.IndexAny(name+".", ". ")]
}
