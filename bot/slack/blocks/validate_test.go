package blocks

import (
	"errors"
	"strings"
	"testing"
)

// TestValidateCanFail: the judge must be able to condemn.
func TestValidateCanFail(t *testing.T) {
	long := strings.Repeat("x", 151)
	row := func(elements string) string { return `[{"type":"actions","elements":[` + elements + `]}]` }
	buttonOf := func(id, more string) string {
		return `{"type":"button","action_id":"` + id + `","text":{"type":"plain_text","text":"x","emoji":false}` + more + `}`
	}
	rich := func(elements string) string {
		return `[{"type":"rich_text","elements":[{"type":"rich_text_section","elements":[` + elements + `]}]}]`
	}
	bad := map[string]string{
		"not JSON":           `[`,
		"long header":        `[{"type":"header","text":{"type":"plain_text","text":"` + long + `","emoji":false}}]`,
		"empty header":       `[{"type":"header","text":{"type":"plain_text","text":"","emoji":false}}]`,
		"emoji in header":    `[{"type":"header","text":{"type":"plain_text","text":"x","emoji":true}}]`,
		"markup in header":   `[{"type":"header","text":{"type":"mrkdwn","text":"x"}}]`,
		"section":            `[{"type":"section","text":{"type":"mrkdwn","text":"<!channel>"}}]`,
		"too many blocks":    "[" + strings.TrimSuffix(strings.Repeat(rich(`{"type":"text","text":"x"}`)[1:len(rich(`{"type":"text","text":"x"}`))-1]+",", 51), ",") + "]",
		"no buttons":         row(""),
		"same action twice":  row(buttonOf("a", "") + "," + buttonOf("a", "")),
		"button without id":  row(buttonOf("", "")),
		"long value":         row(buttonOf("a", `,"value":"`+strings.Repeat("x", 2001)+`"`)),
		"link to http":       row(buttonOf("a", `,"url":"http://x.example"`)),
		"mention":            rich(`{"type":"user","user_id":"U1"}`),
		"broadcast":          rich(`{"type":"broadcast","range":"channel"}`),
		"empty text":         rich(`{"type":"text","text":""}`),
		"bad link":           rich(`{"type":"link","text":"x","url":"https://x|y"}`),
		"before 1970":        rich(`{"type":"date","timestamp":-1,"format":"x","fallback":"x"}`),
		"long paragraph":     rich(`{"type":"text","text":"` + strings.Repeat("x", 2000) + `"},{"type":"text","text":"` + strings.Repeat("x", 1001) + `"}`),
		"not UTF-8":          rich(`{"type":"text","text":"` + "\xff" + `"}`),
		"select in a row":    row(`{"type":"static_select","action_id":"a"}`),
		"nothing in a line":  rich(""),
		"long document":      `[{"type":"markdown","text":"` + strings.Repeat("x", 12_001) + `"}]`,
		"two long documents": `[{"type":"markdown","text":"` + strings.Repeat("x", 12_000) + `"},{"type":"markdown","text":"x"}]`,
		"list of quotations": `[{"type":"rich_text","elements":[{"type":"rich_text_list","elements":[{"type":"rich_text_quote","elements":[]}]}]}]`,
	}
	for name, raw := range bad {
		if err := Validate([]byte(raw)); !errors.Is(err, ErrInvalid) {
			t.Errorf("%s: %v, want ErrInvalid", name, err)
		}
	}
}

func TestSafeURL(t *testing.T) {
	for u, want := range map[string]bool{
		"https://wiki.example.com/x?a=b#c~d":        true,
		"https://eu.console.aws.amazon.com/a?~(x')": true,
		"http://x.example":                          false,
		"https://":                                  false,
		"https://x|y":                               false,
		"https://x>y":                               false,
		"https://x y":                               false,
		"https://x\ny":                              false,
		"https://x\u202Ey":                          false,
		"https://\xff":                              false,
		"javascript:alert(1)//https://":             false,
		"":                                          false,
	} {
		if got := safeURL(u); got != want {
			t.Errorf("safeURL(%q) = %v, want %v", u, got, want)
		}
	}
}
