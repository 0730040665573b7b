package oncalm_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// order is the way of the data. A package imports only what stands before it, so there is one way through the program and
// no circle. cmd stands for every command and its own rooms, but those that stand before it here.
var order = []string{
	"store", "store/record/scan", "store/record", "store/record/recordtest",
	"store/bolt/disk", "store/bolt/layout", "store/bolt/pages", "store/bolt/datafile", "store/bolt/copies", "store/bolt/reserve", "store/bolt",
	"store/etcd", "store/storetest",
	"text", "clocks", "outbox/steady", "outbox", "nearest", "ical", "templates",
	"rotations/civil/civiltest", "rotations/civil", "rotations", "rotations/rotationstest", "rotations/feed", "rotations/strip",
	"incidents", "overrides", "changes",
	"doors",
	"alarms/aws", "alarms/facts", "alarms/judge", "alarms/alerts", "alarms/messages", "alarms/sns", "alarms",
	"paging", "handoffs", "rollbacks",
	"postmortems/wording", "postmortems/document", "postmortems/evidence", "postmortems/storytest", "postmortems", "postmortems/markdown",
	"bot/slack/blocks", "bot/slack", "bot/slack/door",
	"bot/slackfake/wire", "bot/slackfake/blockkit", "bot/slackfake/workspace", "bot/slackfake/faults", "bot/slackfake/api",
	"bot/slackfake/hands", "bot/slackfake/chatpage", "bot/slackfake", "bot/bottest",
	"bot/when", "bot/chat", "bot/view", "bot/notice", "bot/command",
	"bot/shifts/typed", "bot/shifts/news", "bot/shifts/show", "bot/shifts/change", "bot/shifts", "bot",
	"ops", "web",
	"cmd/oncalm/config/reading", "cmd/oncalm/config/holidays", "cmd/oncalm/config/patterns", "cmd/oncalm/config/places",
	"cmd/oncalm/config/secrets", "cmd/oncalm/config/severities", "cmd/oncalm/config/zones",
	"cmd/oncalm/config/schedules", "cmd/oncalm/config/policies", "cmd/oncalm/config/services", "cmd/oncalm/config/rules",
	"cmd/oncalm/config",
	"cmd/oncalm/importing/wall", "cmd/oncalm/importing/plan", "cmd/oncalm/importing/plan/plantest",
	"cmd/oncalm/importing/rolling", "cmd/oncalm/importing/series", "cmd/oncalm/importing/sheet",
	"cmd/oncalm/importing/calendar", "cmd/oncalm/importing/grafana",
	"cmd/oncalm/importing/opsgenie", "cmd/oncalm/importing/pagerduty", "cmd/oncalm/importing",
	"cmd/oncalm/fsck", "cmd/oncalm/cli", "cmd/oncalm/shifts", "cmd/oncalm/records", "cmd",
}

// place is where a folder stands in the order, or -1.
func place(dir string) int {
	if n := slices.Index(order, dir); n >= 0 || !strings.HasPrefix(dir, "cmd/") {
		return n
	}
	return slices.Index(order, "cmd")
}

// importsOf lists what a file imports.
func importsOf(s source) []string {
	var paths []string
	for _, spec := range s.file.Imports {
		p, err := strconv.Unquote(spec.Path.Value)
		if err == nil {
			paths = append(paths, p)
		}
	}
	return paths
}

// checkOrder finds imports against the order. Tests may use the contracts of stores and records from anywhere, and those of the root
// everything; and of the program, only the demo may import the fake Slack.
func checkOrder(all []source) []string {
	var findings []string
	add := func(s source, format string, args ...any) {
		findings = append(findings, s.path+": "+fmt.Sprintf(format, args...))
	}
	for _, s := range all {
		own := place(s.dir())
		if s.dir() == "." && s.test() {
			continue // tests of the whole
		}
		if own < 0 && s.dir() != "." && s.dir() != "scripts" {
			add(s, "folder %s has no place in the import order", s.dir())
			continue
		}
		for _, imported := range importsOf(s) {
			dir, ours := strings.CutPrefix(imported, modulePath+"/")
			if !ours || dir == s.dir() {
				continue
			}
			switch {
			case s.test() && (dir == "store/storetest" || dir == "store/record/recordtest"):
			case strings.HasPrefix(s.dir(), "cmd/") && strings.HasPrefix(dir, s.dir()+"/"): // a command's own rooms
			case place(dir) < 0 || place(dir) >= own:
				add(s, "%s may not import %s, which does not stand before it", s.dir(), dir)
			case isDouble(dir) && !isDouble(s.dir()) && !s.test() && !isDemo(s.path):
				add(s, "only the demo and tests import %s: it is a test double", dir)
			}
		}
	}
	slices.Sort(findings)
	return findings
}

// isDouble says whether a folder is there for tests and the demo: the rooms of the fake Slack, and what the bot's tests share.
func isDouble(dir string) bool {
	return dir == "bot/bottest" || dir == "bot/slackfake" || strings.HasPrefix(dir, "bot/slackfake/")
}

// isDemo says whether a file is one of the demo.
func isDemo(name string) bool {
	return name == "cmd/oncalm/demo.go" || name == "cmd/oncalm/stage.go"
}

func TestImportOrder(t *testing.T) {
	report(t, checkOrder(tree(t)))
}

func TestImportOrderCanFail(t *testing.T) {
	const importing = "package p\nimport _ \"github.com/oncalm/oncalm/%s\"\n"
	tests := []struct {
		file, imports string
		want          []string
	}{
		{"paging/a.go", "incidents", nil},
		{"store/a_test.go", "store/storetest", nil},
		{"cmd/oncalm/demo.go", "bot/slackfake", nil},
		{"bot/a_test.go", "bot/slackfake", nil},
		{"bot/bot_test.go", "bot", nil},
		{"cmd/oncalm/a.go", "cmd/oncalm/config", nil},
		{"cmd/oncalm/config/secrets/a.go", "cmd/oncalm/config/reading", nil},
		{"cmd/oncalm/config/policies/a.go", "cmd/oncalm/config/schedules", nil},
		{"cmd/oncalm/config/schedules/a.go", "cmd/oncalm/config/policies", []string{
			"cmd/oncalm/config/schedules/a.go: cmd/oncalm/config/schedules may not import cmd/oncalm/config/policies, which does not stand before it",
		}},
		{"cmd/oncalm/config/reading/a.go", "cmd/oncalm/config", []string{"cmd/oncalm/config/reading/a.go: cmd/oncalm/config/reading may not import cmd/oncalm/config, which does not stand before it"}},
		{"paging/a.go", "cmd/oncalm/config/reading", []string{"paging/a.go: paging may not import cmd/oncalm/config/reading, which does not stand before it"}},
		{"cmd/oncalm/config/a.go", "cmd/oncalm", []string{"cmd/oncalm/config/a.go: cmd/oncalm/config may not import cmd/oncalm, which does not stand before it"}},
		{"incidents/a.go", "paging", []string{"incidents/a.go: incidents may not import paging, which does not stand before it"}},
		{"store/a.go", "store/storetest", []string{"store/a.go: store may not import store/storetest, which does not stand before it"}},
		{"store/a_test.go", "bot", []string{"store/a_test.go: store may not import bot, which does not stand before it"}},
		{"web/a.go", "cmd/oncalm", []string{"web/a.go: web may not import cmd/oncalm, which does not stand before it"}},
		{"web/a.go", "bot/slackfake", []string{"web/a.go: only the demo and tests import bot/slackfake: it is a test double"}},
		{"web/a.go", "bot/slackfake/wire", []string{"web/a.go: only the demo and tests import bot/slackfake/wire: it is a test double"}},
		{"bot/bottest/a.go", "bot/slackfake/blockkit", nil},
		{"util/a.go", "store", []string{"util/a.go: folder util has no place in the import order"}},
		{"doc.go", "store", []string{"doc.go: . may not import store, which does not stand before it"}},
	}
	for _, tt := range tests {
		got := checkOrder(sources(t, map[string]string{tt.file: fmt.Sprintf(importing, tt.imports)}))
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s importing %s (-want +got):\n%s", tt.file, tt.imports, diff)
		}
	}
}
