package aws

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestAlarmsInRule(t *testing.T) {
	tests := []struct{ rule, want string }{
		{`ALARM("a") OR ALARM(b)`, "a|b"},
		{`ALARM(dummy-function-1) OR ALARM(x)`, "dummy-function-1|x"},
		{`(ALARM(a) AND (ALARM("b (c), \"d\"") OR ALARM('e')))`, `a|b (c), "d"|e`},
		{`ALARM(arn:aws:cloudwatch:eu-west-1:1:alarm:a:b)`, "arn:aws:cloudwatch:eu-west-1:1:alarm:a:b"},
		{`ALARM(a) AND NOT ALARM(b)`, "a"},
		{`ALARM(a) AND NOT (ALARM(b) OR (ALARM(c))) AND ALARM(d)`, "a|d"},
		{`OK(a) AND INSUFFICIENT_DATA(b) AND ALARM(c)`, "c"},
		{`AT_LEAST(2, ALARM, (a, "b", c)) OR ALARM(d)`, "a|b|c|d"},
		{`AT_LEAST(50%, OK, (a, b)) AND ALARM(c)`, "c"},
		{`AT_LEAST(1, NOT ALARM, (a, b)) AND ALARM(c)`, "c"},
		{`TRUE`, ""}, {`FALSE OR ALARM(with space)`, "with space"},
		{``, ""}, {`ALARM(`, ""}, {`ALARM`, ""}, {`((((`, ""}, {`AT_LEAST(`, ""}, {`AT_LEAST(1, ALARM, (`, ""}, {`NOT`, ""}, {`"ALARM"(a)`, ""},
		{"ALARM(\"unfinished", "unfinished"}, {`ALARM("end\`, "end\\"},
		{"ALARM(a)\n\tOR\r\nALARM(b)", "a|b"},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want, strings.Join(AlarmsIn(tt.rule), "|")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.rule, diff)
		}
	}
}

func FuzzRule(f *testing.F) {
	f.Add(`(ALARM("a") OR NOT ALARM(b)) AND AT_LEAST(2, ALARM, (c, d))`)
	f.Fuzz(func(t *testing.T, rule string) {
		for _, name := range AlarmsIn(rule) {
			if name == "" {
				t.Error("an alarm without a name")
			}
		}
	})
}
