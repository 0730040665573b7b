package logs

import (
	"fmt"
	"strings"
	"time"

	"github.com/oncalm/oncalm/alarms/aws"
)

// Link leads to the question in the console's Logs Insights; empty if it is not known where that is.
func (s *Search) Link() string {
	console := aws.Console(s.Region)
	if console == "" {
		return ""
	}
	const stamp = "2006-01-02T15:04:05.000Z"
	var groups strings.Builder
	for _, g := range s.Groups {
		groups.WriteString("~'" + escaped(g))
	}
	at := func(t time.Time) string { return escaped(t.UTC().Format(stamp)) }
	return console + "/cloudwatch/home?region=" + s.Region + "#logsV2:logs-insights$3FqueryDetail$3D~(end~'" + at(s.To) + "~start~'" + at(s.From) +
		"~timeType~'ABSOLUTE~tz~'UTC~editorString~'" + escaped(s.Query()) + "~source~(" + groups.String() + ")~lang~'CWLI)"
}

// escaped writes a text as the console has it in its addresses: * and two digits for what is no letter, digit or one of a few signs.
func escaped(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-', r == '_', r == '.':
			b.WriteRune(r)
		case r < 0x100:
			fmt.Fprintf(&b, "*%02x", r)
		case r < 0x10000:
			fmt.Fprintf(&b, "**%04x", r)
		}
	}
	return b.String()
}
