package alarms

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestMembers(t *testing.T) {
	f := members([]byte(` { "a" : 1 , "b":"x,}\"]" , "c": {"d":[1,{"e":"}"}]} ,"a":true, "\u0041":null, "n":-1.5e3,"l":[ 1 , "2",[3]],"":"" } `))
	if got, want := strings.Join(sortedNames(f), " "), " A a b c l n"; got != want {
		t.Errorf("names %q, want %q", got, want)
	}
	if !f.is("a") {
		t.Errorf("a is %s: of repeated names the last one counts", f["a"])
	}
	if got := f.text("b"); got != `x,}"]` {
		t.Errorf("b is %q", got)
	}
	if f.has("A") {
		t.Error("null counts as absent")
	}
	if got := f.object("c").list("d"); len(got) != 2 || string(got[1]) != `{"e":"}"}` {
		t.Errorf("c.d is %s", got)
	}
	if n, ok := f.number("n"); n != -1500 || !ok {
		t.Errorf("n is %v, %v", n, ok)
	}
	if got := f.list("l"); len(got) != 3 || string(got[0]) != "1" {
		t.Errorf("l is %s", got)
	}
	if f.object("l") != nil || f.list("c") != nil || f.text("l") != "" {
		t.Error("a member was taken for something else than it is")
	}
}

func TestNesting(t *testing.T) {
	for text, want := range map[string]int{`{}`: 1, `[[{"a":"[[[["}]]`: 3, `"[[["`: 0, `{"a":[1],"b":[2]}`: 2, `[[[`: 3} {
		if got := nesting([]byte(text)); got != want {
			t.Errorf("nesting(%s) = %d, want %d", text, got, want)
		}
	}
}

// FuzzJSON compares our reading of JSON with that of encoding/json.
func FuzzJSON(f *testing.F) {
	for _, s := range []string{
		`{"a":"b"}`, `{"a":"\u00e4\ud83d\ude00\ud800x\n\t\b\/\\\""}`, "{\"a\":\"\xff\",\"a\":\"2\"}", `{"a":[1,2,{"b":null}],"c":-0.1e+5}`, ` { } `,
		`{"":"","x":"x","y":true}`, `[1 , [2], "3"]`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		if !json.Valid(text) {
			members(text) // must not panic nor hang
			elements(text)
			nesting(text)
			return
		}
		var want map[string]json.RawMessage
		if err := json.Unmarshal(text, &want); err == nil && bytes.HasPrefix(bytes.TrimSpace(text), []byte("{")) {
			got := members(text)
			if diff := cmp.Diff(slices.Sorted(maps.Keys(want)), slices.Sorted(maps.Keys(got))); diff != "" {
				t.Fatalf("names (-encoding/json +ours):\n%s", diff)
			}
			for name, raw := range want {
				if !bytes.Equal(bytes.TrimSpace(raw), got[name]) {
					t.Fatalf("%q is %s, want %s", name, got[name], raw)
				}
				compareString(t, got[name])
			}
		}
		var list []json.RawMessage
		if err := json.Unmarshal(text, &list); err == nil && bytes.HasPrefix(bytes.TrimSpace(text), []byte("[")) {
			if got := elements(text); len(got) != len(list) {
				t.Fatalf("%d elements, want %d", len(got), len(list))
			}
		}
	})
}

func compareString(t *testing.T, raw json.RawMessage) {
	t.Helper()
	var s string
	err := json.Unmarshal(raw, &s)
	got, ok := unquote(raw)
	if isNull := string(raw) == "null"; !isNull && ok != (err == nil) {
		t.Fatalf("unquote(%s) = %v, encoding/json says %v", raw, ok, err)
	}
	if ok && got != s {
		t.Fatalf("unquote(%s) = %q, encoding/json says %q", raw, got, s)
	}
}
