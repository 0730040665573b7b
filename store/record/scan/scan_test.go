package scan

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

const levels = 100

func TestValue(t *testing.T) {
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
		if got, want := isEnd(text, Value(text, skipSpace(text, 0), levels)), json.Valid([]byte(text)); got != want {
			t.Errorf("%q: %v, encoding/json says %v", text, got, want)
		}
	}
	for _, one := range []string{"[%s]", `{"a":%s}`} {
		for depth := levels - 1; depth <= levels+1; depth++ {
			text := "1"
			for range depth {
				text = strings.Replace(one, "%s", text, 1)
			}
			if got, want := Value(text, 0, levels) > 0, depth <= levels; got != want {
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
		valid, deep := json.Valid(text), Nesting(text) > levels
		if got := isEnd(s, Value(s, skipSpace(s, 0), levels)); got != (valid && !deep) {
			t.Fatalf("%q is JSON: %v, encoding/json says %v", text, got, valid)
		}
		if IsCompact(s, levels) {
			var compact bytes.Buffer
			if err := json.Compact(&compact, text); err != nil || compact.String() != s || strings.ContainsAny(s, "<>&\u2028\u2029") {
				t.Fatalf("%q is taken for compact", text)
			}
		}
		found, list := Members(s, levels), Elements(s, levels)
		if !valid || deep {
			if found != nil || list != nil {
				t.Fatalf("%q has members %v, elements %v", text, found, list)
			}
			return
		}
		var want map[string]json.RawMessage
		if err := json.Unmarshal(text, &want); err == nil && strings.HasPrefix(strings.TrimSpace(s), "{") {
			compareMembers(t, found, want)
		} else if found != nil {
			t.Fatalf("%q has members %v", text, found)
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

func TestIsCompact(t *testing.T) {
	for text, want := range map[string]bool{
		`{"a":[1,"b c\"",{}]}`: true, `"\u003c é"`: true, ` {}`: false, `{} `: false, `{"a": 1}`: false, `["<"]`: false, `[">"]`: false, `["&"]`: false,
		"[\"\u2028\"]": false, `{"a":1`: false, `{}{}`: false, ``: false, `"\\" `: false,
	} {
		if got := IsCompact(text, levels); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
}

func compareMembers(t *testing.T, found []Member, want map[string]json.RawMessage) {
	t.Helper()
	got := map[string]string{} // of repeated names the last one counts
	for _, m := range found {
		got[m.Name] = m.Value
		compareString(t, m.Value)
	}
	if len(got) != len(want) || found == nil {
		t.Fatalf("members %v, encoding/json has %s", got, want)
	}
	for name, raw := range want {
		if got[name] != string(bytes.TrimSpace(raw)) {
			t.Fatalf("%q is %s, want %s", name, got[name], raw)
		}
	}
}

func TestNesting(t *testing.T) {
	for text, want := range map[string]int{`{}`: 1, `[[{"a":"[[[["}]]`: 3, `"[[["`: 0, `{"a":[1],"b":[2]}`: 2, `[[[`: 3} {
		if got := Nesting([]byte(text)); got != want {
			t.Errorf("Nesting(%s) = %d, want %d", text, got, want)
		}
	}
}

func compareString(t *testing.T, raw string) {
	t.Helper()
	var s string
	err := json.Unmarshal([]byte(raw), &s)
	got, ok := Unquote(raw)
	if raw != "null" && ok != (err == nil) {
		t.Fatalf("Unquote(%s) = %v, encoding/json says %v", raw, ok, err)
	}
	if ok && got != s {
		t.Fatalf("Unquote(%s) = %q, encoding/json says %q", raw, got, s)
	}
}
