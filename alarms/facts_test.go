package alarms

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/alarms/aws"
)

// TestTags: tags of an alarm are kept in whatever form they come, and choose the service.
func TestTags(t *testing.T) {
	for name, tags := range map[string]string{
		"a list":          `"AlarmTags":[{"Key":"team","Value":"checkout"},{"Key":"env","Value":"prod"}],"AlarmTagsStatus":"OK"`,
		"a list in small": `"AlarmTags":[{"key":"team","value":"checkout"},{"key":"env","value":"prod"}],"AlarmTagsStatus":"OK"`,
		"an object":       `"AlarmTags":{"team":"checkout","env":"prod"},"AlarmTagsStatus":"OK"`,
		"in small":        `"alarmTags":{"team":"checkout","env":"prod"},"alarmTagsStatus":"OK"`,
	} {
		r := newRig(t)
		r.intake.Services.All[0].Matches = []Match{{Tag: "team=check*"}}
		message := r.message(aws.Example{Name: "disk"})
		r.text(strings.TrimSuffix(strings.TrimSpace(message), "}") + "," + tags + `,"EvaluationState":"PARTIAL_DATA"}`)
		i := r.incident()
		if diff := cmp.Diff(map[string]string{"team": "checkout", "env": "prod"}, i.Alarm.Tags); diff != "" || i.Alarm.TagsStatus != "OK" ||
			i.Alarm.Evaluation != "PARTIAL_DATA" {
			t.Errorf("%s: %s, %q, %q", name, diff, i.Alarm.TagsStatus, i.Alarm.Evaluation)
		}
		if i.Service != "checkout" {
			t.Errorf("%s: the service is %s", name, i.Service)
		}
	}
	r := newRig(t)
	r.intake.Services.All[0].Matches = []Match{{Tag: "team=check*"}}
	if r.alarm(aws.Example{Name: "disk"}); r.incident().Service != "platform" {
		t.Error("without tags it is the same service")
	}
}

// TestFactsAreBounded: whatever comes, a record stays small, and clean.
func TestFactsAreBounded(t *testing.T) {
	var tags, lines []string
	for n := range 500 {
		tags = append(tags, fmt.Sprintf(`{"Key":"k%d","Value":%q}`, n, strings.Repeat("v", 5000)))
		lines = append(lines, fmt.Sprintf(`"%s\u001b[31m\n%d"`, strings.Repeat("l", 2000), n))
	}
	r := newRig(t)
	message := r.message(aws.Example{Name: "disk"})
	r.text(strings.TrimSuffix(strings.TrimSpace(message), "}") + `,"AlarmTags":[` + strings.Join(tags, ",") + `],"LogLines":[` +
		strings.Join(lines, ",") + `]}`)
	a := r.incident().Alarm
	size := 0
	for _, l := range a.Lines {
		if size += len(l); strings.ContainsAny(l, "\x1b\n") {
			t.Errorf("%q", l)
		}
	}
	if len(a.Tags) != aws.MaxTags || len(a.Lines) == 0 || len(a.Lines) > aws.MaxLogLines || size > aws.MaxLogText {
		t.Errorf("%d tags, %d lines of %d bytes", len(a.Tags), len(a.Lines), size)
	}
}
