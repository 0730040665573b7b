package alarms

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestMembers(t *testing.T) {
	f := members(` { "a" : 1 , "b":"x,}\"]" , "c": {"d":[1,{"e":"}"}]} ,"a":true, "\u0041":null, "n":-1.5e3,"l":[ 1 , "2",[3]],"":"" } `)
	if got, want := strings.Join(namesOf(f), " "), " A a b c l n"; got != want {
		t.Errorf("names %q, want %q", got, want)
	}
	if !f.is("a") {
		t.Errorf("a is %s: of repeated names the last one counts", f.get("a"))
	}
	if got := f.text("b"); got != `x,}"]` {
		t.Errorf("b is %q", got)
	}
	if f.has("A") {
		t.Error("null counts as absent")
	}
	if got := f.object("c").list("d"); len(got) != 2 || got[1] != `{"e":"}"}` {
		t.Errorf("c.d is %s", got)
	}
	if n, ok := f.number("n"); n != -1500 || !ok {
		t.Errorf("n is %v, %v", n, ok)
	}
	if got := f.list("l"); len(got) != 3 || got[0] != "1" {
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

func namesOf(f fields) []string {
	names := []string{}
	for _, m := range f.distinct() {
		names = append(names, m.name)
	}
	return names
}

func TestScan(t *testing.T) {
	long := strings.Repeat("x", 100)
	for _, text := range []string{
		`0`, `-0`, `-0.0e-0`, `10`, `1E5`, `1e+05`, `0.10`, `01`, `-01`, `+1`, `-`, ``, ` `, `.5`, `5.`, `1.e1`, `1e`, `1e+`, `1x`, `1 1`, `0x1`, `1_0`, `--1`,
		`true`, `false`, `null`, `tru`, `truex`, `True`, `nul l`, `nan`, `Infinity`, "true\x00", "\x00",
		`""`, `"`, `"a`, `"\`, `"\"`, `"\u12"`, `"\u123g"`, `"\u12Ff"`, `"\U1234"`, `"\ud800"`, `"\x41"`, `"\'"`, `"\b\f\n\r\t\/\\\""`, "\"\x1f\"", "\"\t\"",
		"\"\x7f\"", "\"\xff\"", "\"\u2028\"", `"` + long + `"`, `"` + long, "'a'", "\ufeff{}", "\u00a0{}", "\v{}", "{\f}",
		`[]`, `[ ]`, `[,]`, `[1,]`, `[1 2]`, `[1,2`, `[`, `]`, `[1]]`, `[[]`, `[1}`, "[\r\n\t 1 ]",
		`{}`, `{ }`, `{,}`, `{"a"}`, `{"a":}`, `{"a" 1}`, `{"a":1,}`, `{"a":1 "b":2}`, `{a:1}`, `{1:1}`, `{"a":1]`, `{"a":1}}`, `{"a":1} x`, `{"a\u00":1}`,
		` { "a" : [ { } , 1 , "x" ] } `, `{"a":1}/**/`, `{"a":01}`, `{"a":-}`,
	} {
		if got, want := isEnd(text, scanValue(text, skipSpace(text, 0), maxNesting)), json.Valid([]byte(text)); got != want {
			t.Errorf("%q: %v, encoding/json says %v", text, got, want)
		}
	}
	for _, one := range []string{"[%s]", `{"a":%s}`} {
		for depth := maxNesting - 1; depth <= maxNesting+1; depth++ {
			text := "1"
			for range depth {
				text = strings.Replace(one, "%s", text, 1)
			}
			if got, want := scanValue(text, 0, maxNesting) > 0, depth <= maxNesting; got != want {
				t.Errorf("%d of %s: %v", depth, one, got)
			}
		}
	}
}

// FuzzJSON compares our reading of JSON with that of encoding/json.
func FuzzJSON(f *testing.F) {
	for _, s := range []string{
		`{"a":"b"}`, `{"a":"\u00e4\ud83d\ude00\ud800x\n\t\b\/\\\""}`, "{\"a\":\"\xff\",\"a\":\"2\"}", `{"a":[1,2,{"b":null}],"c":-0.1e+5}`, ` { } `,
		`{"":"","x":"x","y":true}`, `[1 , [2], "3"]`, `{"a":01}`, `{"a":[1e,false]}`, "[\"\x1f\"] x",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		s := string(text)
		valid, deep := json.Valid(text), nesting(text) > maxNesting
		if got := isEnd(s, scanValue(s, skipSpace(s, 0), maxNesting)); got != (valid && !deep) {
			t.Fatalf("%q is JSON: %v, encoding/json says %v", text, got, valid)
		}
		f, list := members(s), elements(s)
		if !valid || deep {
			if f != nil || list != nil {
				t.Fatalf("%q has members %v, elements %v", text, f, list)
			}
			return
		}
		var want map[string]json.RawMessage
		if err := json.Unmarshal(text, &want); err == nil && strings.HasPrefix(strings.TrimSpace(s), "{") {
			compareMembers(t, f, want)
		} else if f != nil {
			t.Fatalf("%q has members %v", text, f)
		}
		var wantList []json.RawMessage
		if err := json.Unmarshal(text, &wantList); err == nil && len(list) != len(wantList) {
			t.Fatalf("%d elements, want %d", len(list), len(wantList))
		}
		for i, raw := range wantList {
			if string(bytes.TrimSpace(raw)) != list[i] {
				t.Fatalf("element %d is %s, want %s", i, list[i], raw)
			}
		}
	})
}

func compareMembers(t *testing.T, got fields, want map[string]json.RawMessage) {
	t.Helper()
	if diff := cmp.Diff(slices.Sorted(maps.Keys(want)), namesOf(got), cmpopts.EquateEmpty()); diff != "" || got == nil {
		t.Fatalf("names (-encoding/json +ours):\n%s", diff)
	}
	for _, m := range got.distinct() {
		if string(bytes.TrimSpace(want[m.name])) != m.value || got.get(m.name) != m.value {
			t.Fatalf("%q is %s, want %s", m.name, m.value, want[m.name])
		}
		compareString(t, m.value)
	}
}

func compareString(t *testing.T, raw string) {
	t.Helper()
	var s string
	err := json.Unmarshal([]byte(raw), &s)
	got, ok := unquote(raw)
	if raw != "null" && ok != (err == nil) {
		t.Fatalf("unquote(%s) = %v, encoding/json says %v", raw, ok, err)
	}
	if ok && got != s {
		t.Fatalf("unquote(%s) = %q, encoding/json says %q", raw, got, s)
	}
}
