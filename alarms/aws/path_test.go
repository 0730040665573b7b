package aws

import (
	"errors"
	"strings"
	"testing"
)

func TestPaths(t *testing.T) {
	for text, want := range map[string]string{
		"$.a": "a", "$.a.b": "a b", "$['a b'].c": "a b c", "$.list[0].x-y": "list 0 x-y", "$.a[1][2]": "a 1 2", "$.detail-type": "detail-type",
		"": "", "a": "", "$": "", "$.": "", "$..a": "", "$.a[": "", "$.a[x]": "", "$['a": "", "$a": "", "$.*": "", "$.a[-1]": "",
		"$" + strings.Repeat(".a", 21): "",
	} {
		names, err := ParsePath(text)
		if got := strings.Join(names, " "); got != want || (err == nil) != (want != "") ||
			err != nil && !errors.Is(err, ErrPath) {
			t.Errorf("%q: %q, %v", text, got, err)
		}
	}
}
